import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import { readCheckpoint } from "../files/checkpoint.js";
import { input, layers } from "../layers/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { bitsOf } from "../testing/bits.js";
import { features, quiet } from "../testing/clusters.js";
import { expectClose } from "../testing/expect-close.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { amount, build, compiledTwoByTwo, extra, numbers, x, y } from "../testing/two-by-two.js";
import type { Callback } from "../training/callback.js";
import { loadCheckpoint, loadModel, type Model } from "./index.js";

const folder = temporaryFolder();
const runtime = { runtime: singleThread };

/** Weights, statistics and the optimiser's tensors. */
async function wholeState(model: Model): Promise<Record<string, string>> {
  const path = join(folder, "state.checkpoint");
  await model.saveCheckpoint(path);
  return bitsOf((await readCheckpoint(readFileSync(path))).tensors);
}

describe("a functional model in files", () => {
  it("runs in plain ONNX Runtime, its inputs and outputs by their names", async () => {
    const model = compiledTwoByTwo();
    await model.fit([x, extra], [y, amount], quiet);
    const session = await InferenceSession.create(await model.toOnnx());
    expect([session.inputNames, session.outputNames]).toEqual([
      ["main", "side"],
      ["kind", "size"],
    ]);
    const expected = await model.outputs([x, extra]);
    for (const count of [1, 120]) {
      const feed = ({ data }: Tensor<"float32">, size: number) =>
        new OrtTensor("float32", data.slice(0, count * size), [count, size]);
      const found = await session.run({ main: feed(x, features), side: feed(extra, 2) });
      for (const [index, size] of [3, 1].entries()) {
        const output = found[session.outputNames[index]!]!;
        expect(output.dims).toEqual([count, size]);
        expectClose(output.data as Float32Array, expected[index]!.data.slice(0, count * size), {
          absolute: 1e-6,
        });
      }
    }
    await session.release();
  });

  it("has `input` and `output` for what there is one of, unless a name of the others is that", async () => {
    const named = async (inputs: string[], outputs: string[]) => {
      const begin = inputs.map((name) => input({ shape: [3], name }));
      const sum = begin.length === 1 ? begin[0]! : layers.add().apply(begin);
      const ends = outputs.map((name) => layers.dense({ units: 2, name }).apply(sum));
      const session = await InferenceSession.create(await build({ inputs: begin, outputs: ends }).toOnnx());
      const names = [session.inputNames, session.outputNames];
      await session.release();
      return names;
    };
    expect(await named(["a"], ["b", "c"])).toEqual([["input"], ["b", "c"]]);
    expect(await named(["a", "b"], ["c"])).toEqual([["a", "b"], ["output"]]);
    expect(await named(["a", "output"], ["c"])).toEqual([["a", "output"], ["c"]]);
    expect(await named(["a"], ["input", "c"])).toEqual([["a"], ["input", "c"]]);
  });

  it("is loaded as it was, and goes on training bit for bit", async () => {
    const model = compiledTwoByTwo();
    const options = { epochs: 2, batchSize: 16, ...quiet };
    await model.fit([x, extra], [y, amount], options);
    const path = join(folder, "two-by-two.onnx");
    await model.save(path);
    const loaded = await loadModel(path, runtime);
    expect(await loaded.outputs([x, extra])).toEqual(await model.outputs([x, extra]));
    expect(loaded.summary(() => {})).toEqual(model.summary(() => {}));
    expect(Buffer.from(await loaded.toOnnx()).equals(Buffer.from(await model.toOnnx()))).toBe(true);
    const [expected, found] = [
      await model.fit([x, extra], [y, amount], options),
      await loaded.fit([x, extra], [y, amount], options),
    ];
    expect(found.history).toEqual(expected.history);
    expect(await wholeState(loaded)).toEqual(await wholeState(model));
  });

  it.each([
    ["an inputShape that is of no use", () => layers.dense({ units: 2, inputShape: [3] })],
    ["a name that means something in the file", () => layers.dense({ units: 2, name: "number" })],
  ])("is loaded with %s", async (_, last) => {
    const begin = input({ shape: [3] });
    const model = build({
      inputs: begin,
      outputs: [last().apply(begin), layers.dense({ units: 1 }).apply(begin)],
    });
    const row = build({ inputs: begin, outputs: last().apply(layers.dense({ units: 3 }).apply(begin)) });
    const data = numbers([4, 3], "data");
    for (const [index, each] of [model, row].entries()) {
      each.compile({ loss: "meanSquaredError", metrics: ["meanAbsoluteError"] });
      const path = join(folder, `odd-${index}.onnx`);
      await each.save(path);
      const loaded = await loadModel(path, runtime);
      expect(await loaded.outputs(data)).toEqual(await each.outputs(data));
      const target = numbers([4, 2], "target");
      const targets = index === 0 ? [target, numbers([4, 1], "other")] : target;
      expect(await loaded.evaluate(data, targets)).toEqual(await each.evaluate(data, targets));
    }
  });

  it("resumes an interrupted training bit for bit", async () => {
    const options = { epochs: 3, batchSize: 13, validationSplit: 0.1, ...quiet };
    const straight = compiledTwoByTwo();
    const expected = await straight.fit([x, extra], [y, amount], options);
    const path = join(folder, "interrupted.checkpoint");
    const crash: Callback<Model> = {
      interval: 1,
      onStepsEnd(_, { progress }) {
        if (progress.step === 14) throw new Error("crash");
      },
    };
    const saving = callbacks.checkpoint({ path, everySteps: 4 });
    const interrupted = compiledTwoByTwo().fit([x, extra], [y, amount], {
      ...options,
      callbacks: [saving, crash],
    });
    await expect(interrupted).rejects.toThrow("crash");
    const resumed = await loadCheckpoint(path, runtime);
    expect(resumed.steps).toBe(12);
    const history = await resumed.resume([x, extra], { kind: y, size: amount }, quiet);
    expect(history.history).toEqual(expected.history);
    expect(await wholeState(resumed)).toEqual(await wholeState(straight));
  });
});
