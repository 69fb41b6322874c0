import { layers, nodeRuntime, optimizers, sequential, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { add, Graph, writeModel } from "../graph/index.js";
import { perceptron, residual, stripes } from "../testing/stripes.js";
import { DeviceState } from "./device-state.js";

const cpu = nodeRuntime({ threads: 1 });
const webgpu = nodeRuntime({ device: "webgpu" });
const classes = 4;

/** A step's losses on the CPU and on WebGPU, from the same weights and batches. */
async function bothLosses(make: typeof perceptron): Promise<[number[], number[]]> {
  const { x, y } = stripes(256);
  const lossesOn = async (runtime: typeof cpu) => {
    const model = make(runtime);
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const losses: number[] = [];
    await model.fit(x, y, {
      batchSize: 32,
      epochs: 3,
      callbacks: [{ onStepsEnd: (steps) => void losses.push(...steps.map(({ logs }) => logs.loss!)) }],
      onWarning: () => {},
    });
    const evaluated = await model.evaluate(x, y, { batchSize: 100 });
    losses.push(evaluated.loss!, evaluated.accuracy!);
    await model.dispose();
    return losses;
  };
  return [await lossesOn(cpu), await lossesOn(webgpu)];
}

function expectAlike([expected, found]: [number[], number[]]): void {
  expect(found).toHaveLength(26);
  for (const [index, loss] of expected.entries()) expect(Math.abs(found[index]! - loss)).toBeLessThan(1e-3);
  expect(found[23]!).toBeLessThan(0.5 * found[0]!);
}

describe("on WebGPU", () => {
  it("an MLP with batch normalization and dropout trains as on the CPU", async () => {
    expectAlike(await bothLosses(perceptron));
  });

  it("a residual convolutional network with batch normalization trains as on the CPU", async () => {
    expectAlike(await bothLosses(residual));
  });

  it("state stays on the device, and can be read, written and taken back", async () => {
    const { x, y } = stripes(32);
    const model = sequential(
      [layers.flatten({ inputShape: [1, 8, 8] }), layers.dense({ units: classes, name: "last" })],
      { runtime: webgpu },
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const before = await model.getWeights();
    await model.trainOnBatch(x, y);
    const after = await model.getWeights();
    expect(after.get("last/kernel")).not.toEqual(before.get("last/kernel"));
    await model.setWeights(before);
    expect(await model.getWeights()).toEqual(before);
    const infinite = tensor(new Float32Array(classes).fill(Number.POSITIVE_INFINITY));
    await model.setWeights({ "last/bias": infinite });
    await expect(model.fit(x, y, { onWarning: () => {} })).rejects.toThrow(/in the weight "last\/bias"/);
  });

  it("a disposed model gives what it gave before, and trains on", async () => {
    const { x, y } = stripes(32);
    const frozen = layers.dense({ units: 8, name: "frozen", trainable: false });
    const model = sequential(
      [layers.flatten({ inputShape: [1, 8, 8] }), frozen, layers.dense({ units: classes, name: "last" })],
      { runtime: webgpu },
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await model.trainOnBatch(x, y);
    const [weights, predicted] = [await model.getWeights(), await model.predict(x)];
    await model.dispose();
    await model.dispose();
    expect(await model.getWeights()).toEqual(weights);
    expect(await model.predict(x)).toEqual(predicted);
    await model.trainOnBatch(x, y);
    const after = await model.getWeights();
    expect(after.get("last/kernel")).not.toEqual(weights.get("last/kernel"));
    expect(after.get("frozen/kernel")).toEqual(weights.get("frozen/kernel"));
    await model.dispose();
  });

  it("a model is compiled again and trains on", async () => {
    const { x, y } = stripes(32);
    const model = sequential([layers.flatten({ inputShape: [1, 8, 8] }), layers.dense({ units: classes })], {
      runtime: webgpu,
    });
    const losses: number[] = [];
    for (let time = 0; time < 3; time++) {
      model.compile({
        optimizer: optimizers.adam({ learningRate: 1e-5 }),
        loss: "sparseCategoricalCrossentropy",
      });
      for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, y)).loss!);
    }
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    await model.dispose();
  });

  it("a tensor that is only read comes to the device once, and leaves it on release", async () => {
    const graph = new Graph("test");
    const read = graph.input("read", "float32", [3]);
    graph.output("sum", add(read, graph.input("x", "float32", [3])));
    const program = await webgpu.load(writeModel(graph), "the sum");
    const state = webgpu.createState([["read", tensor([1, 2, 3])]]) as DeviceState;
    expect(state).toBeInstanceOf(DeviceState);
    expect(state.current("read").location).toBe("cpu");
    const first = await Promise.all([1, 2].map(() => program.run({ x: tensor([1, 1, 1]) }, state)));
    for (const { sum } of first) expect(sum).toEqual(tensor([2, 3, 4]));
    const there = state.current("read");
    expect(there.location).toBe("gpu-buffer");
    await program.run({ x: tensor([1, 1, 1]) }, state);
    expect(state.current("read")).toBe(there);
    await state.release();
    expect(state.current("read").location).toBe("cpu");
    expect(await state.read("read")).toEqual(tensor([1, 2, 3]));
    const { sum } = await program.run({ x: tensor([2, 2, 2]) }, state);
    expect(sum).toEqual(tensor([3, 4, 5]));
    await state.release();
    await program.release();
  });

  it.each([
    ["the CPU", cpu],
    ["WebGPU", webgpu],
  ])("undo goes back to before the run on %s, whatever was written since", async (_, runtime) => {
    const graph = new Graph("test");
    const weight = graph.input("weight", "float32", [3]);
    graph.output("weight/next", add(weight, graph.input("x", "float32", [3])));
    const program = await runtime.load(writeModel(graph), "the sum");
    const state = runtime.createState([["weight", tensor([1, 2, 3])]]);
    await program.run({ x: tensor([1, 1, 1]) }, state);
    state.write("weight", tensor([7, 8, 9]));
    expect(await state.read("weight")).toEqual(tensor([7, 8, 9]));
    state.undo();
    expect(await state.read("weight")).toEqual(tensor([1, 2, 3]));
    await program.run({ x: tensor([1, 1, 1]) }, state);
    await state.release();
    state.undo();
    const after = await state.read("weight");
    expect(after).toEqual(runtime === cpu ? tensor([1, 2, 3]) : tensor([2, 3, 4]));
    await program.release();
  });
});
