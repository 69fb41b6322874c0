import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import { readCheckpoint } from "../files/checkpoint.js";
import type { BatchNormalizationLayerOptions } from "../layers/index.js";
import { layers } from "../layers/index.js";
import { Network } from "../network/index.js";
import { optimizers } from "../optimizers/index.js";
import type { Runtime } from "../runtime/index.js";
import { rows, tensor } from "../tensor/tensor.js";
import { bitsOf, weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, features, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { loadCheckpoint, loadModel, type Model, sequential } from "./index.js";

const folder = temporaryFolder();
const { x, y } = clusters(120);
const runtime = { runtime: singleThread };

function network(norm: BatchNormalizationLayerOptions = {}): Model {
  return clusterNetwork({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    hidden: [
      layers.dense({ units: 8 }),
      layers.batchNormalization({ name: "norm", ...norm }),
      layers.dropout({ rate: 0.2 }),
    ],
  });
}

async function slotBits(model: Model): Promise<Record<string, string>> {
  const path = join(folder, "slots.checkpoint");
  await model.saveCheckpoint(path);
  return bitsOf((await readCheckpoint(readFileSync(path))).tensors);
}

describe("a saved model", () => {
  it("runs in plain ONNX Runtime, and says what predict says, for any batch size", async () => {
    const model = network();
    await model.fit(x, y, quiet);
    const path = join(folder, "plain.onnx");
    await model.save(path);
    const session = await InferenceSession.create(path);
    expect([session.inputNames, session.outputNames]).toEqual([["input"], ["output"]]);
    const predicted = await model.predict(x);
    for (const count of [1, 2, 120]) {
      const input = new OrtTensor("float32", x.data.slice(0, count * features), [count, features]);
      const { output } = await session.run({ input });
      expect(output!.dims).toEqual([count, 3]);
      expect(output!.data).toEqual(predicted.data.slice(0, count * 3));
    }
    await session.release();
  });

  it("is loaded with the same weights, predictions and summary, compiled or not", async () => {
    for (const compiled of [true, false]) {
      const model = network();
      if (compiled) await model.fit(x, y, quiet);
      const path = join(folder, `loaded-${compiled}.onnx`);
      await (compiled ? model.save(path) : writeFileSync(path, await model.toOnnx()));
      const loaded = await loadModel(path, runtime);
      expect(await loaded.predict(x)).toEqual(await model.predict(x));
      expect(await weightBits(loaded)).toEqual(await weightBits(model));
      expect(loaded.summary(() => {})).toEqual(model.summary(() => {}));
      expect(Buffer.from(await loaded.toOnnx()).equals(Buffer.from(await model.toOnnx()))).toBe(true);
    }
  });

  it.each<[string, BatchNormalizationLayerOptions]>([
    ["running statistics by momentum", {}],
    ["the cumulative average, whose counter goes on", { momentum: "cumulative" }],
    ["statistics that inference does not use", { inferenceStatistics: "batch" }],
    ["a frozen batch normalization", { trainable: false }],
    ["neither gamma nor beta", { center: false, scale: false }],
  ])("goes on training bit for bit with the checkpoint beside it: %s", async (_, norm) => {
    const model = network(norm);
    const options = { epochs: 2, batchSize: 16, ...quiet };
    await model.fit(x, y, options);
    const path = join(folder, "onwards.onnx");
    await model.save(path);
    const loaded = await loadModel(path, runtime);
    expect(loaded.steps).toBe(16);
    expect(await slotBits(loaded)).toEqual(await slotBits(model));
    const [expected, found] = [await model.fit(x, y, options), await loaded.fit(x, y, options)];
    expect(found.history).toEqual(expected.history);
    expect(found.epoch).toEqual([3, 4]);
    expect(await slotBits(loaded)).toEqual(await slotBits(model));
  });

  it("keeps the counter of the cumulative average without a checkpoint too", async () => {
    const model = network({ momentum: "cumulative" });
    await model.fit(x, y, { batchSize: 10, ...quiet });
    const path = join(folder, "counter.onnx");
    writeFileSync(path, await model.toOnnx());
    const loaded = await loadModel(path, runtime);
    expect((await loaded.getWeights()).get("norm/batchesSeen")!.data[0]).toBe(12);
    for (const each of [model, loaded]) {
      each.compile({ loss: "sparseCategoricalCrossentropy" });
      await each.trainOnBatch(x, y);
    }
    const statistics = (bits: Record<string, string>) => [bits["norm/runningMean"], bits["norm/batchesSeen"]];
    expect(statistics(await weightBits(loaded))).toEqual(statistics(await weightBits(model)));
  });

  it("ignores a checkpoint beside it that is of another training", async () => {
    const model = network();
    await model.fit(x, y, quiet);
    const path = join(folder, "mixed.onnx");
    await model.save(path);
    const before = await weightBits(model);
    await model.fit(x, y, quiet);
    await model.saveCheckpoint(join(folder, "mixed.checkpoint"));
    const loaded = await loadModel(path, runtime);
    expect(await weightBits(loaded)).toEqual(before);
    expect(loaded.steps).toBe(4);
    await expect(loaded.fit(x, y, quiet)).rejects.toThrow("call model.compile");
    await network().saveCheckpoint(join(folder, "mixed.checkpoint"));
    await clusterNetwork({ hidden: [] }).saveCheckpoint(join(folder, "mixed.checkpoint"));
    expect(await weightBits(await loadModel(path, runtime))).toEqual(before);
  });

  it("refuses a damaged checkpoint beside it by that file's name", async () => {
    const path = join(folder, "damaged.onnx");
    await network().save(path);
    const beside = join(folder, "damaged.checkpoint");
    expect(existsSync(beside)).toBe(true);
    writeFileSync(beside, readFileSync(beside).subarray(0, 500));
    await expect(loadModel(path, runtime)).rejects.toThrow(`Cannot load the checkpoint "${beside}": `);
    rmSync(beside);
    await expect(loadModel(path, runtime)).resolves.toBeDefined();
  });

  it("may bear any name", async () => {
    const model = network();
    await model.save(join(folder, "without-ending"));
    copyFileSync(join(folder, "without-ending"), join(folder, "other"));
    expect(existsSync(join(folder, "without-ending.checkpoint"))).toBe(true);
    expect((await loadModel(join(folder, "without-ending"), runtime)).steps).toBe(0);
  });
});

describe("training with parts of batch normalization left out [complaint 1, tensorflow/tfjs#2868]", () => {
  it.each([
    { scale: false },
    { center: false },
    { scale: false, center: false },
    { scale: true, center: true },
  ])("works with $scale, $center", async (options) => {
    for (const optimizer of ["sgd", "adam"] as const) {
      const model = clusterNetwork({
        optimizer,
        hidden: [
          layers.dense({ units: 8, useBias: false }),
          layers.batchNormalization({ name: "norm", ...options }),
        ],
      });
      const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, ...quiet });
      expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! * 0.9);
      const names = [...(await model.getWeights()).keys()].filter((name) => name.startsWith("norm/"));
      expect(names).toEqual([
        ...(options.scale === false ? [] : ["norm/gamma"]),
        ...(options.center === false ? [] : ["norm/beta"]),
        "norm/runningMean",
        "norm/runningVariance",
      ]);
      const path = join(folder, "parts.onnx");
      await model.save(path);
      expect(await (await loadModel(path, runtime)).predict(x)).toEqual(await model.predict(x));
    }
  });
});

describe("weights", () => {
  it("are copies: changing them does not change the model", async () => {
    const model = network();
    const before = await weightBits(model);
    for (const { data } of (await model.getWeights()).values()) data.fill(7 as never);
    expect(await weightBits(model)).toEqual(before);
    const given = tensor(Float32Array.of(1, 2, 3));
    await model.setWeights({ "output/bias": given });
    given.data.fill(9);
    expect([...(await model.getWeights()).get("output/bias")!.data]).toEqual([1, 2, 3]);
  });

  it("are set by name from another model, and those not named stay", async () => {
    const [from, to] = [network(), clusterNetwork({ seed: 77, hidden: network().layers.slice(1, 4) })];
    const untouched = (await weightBits(to))["output/bias"];
    const weights = await from.getWeights();
    weights.delete("output/bias");
    await to.setWeights(weights);
    expect(await weightBits(to)).toEqual({ ...(await weightBits(from)), "output/bias": untouched });
  });

  it("are drawn when they are first needed, those that were set not at all", async () => {
    let states = 0;
    const counting: Runtime = {
      ...singleThread,
      createState: (tensors) => {
        states += 1;
        return singleThread.createState(tensors);
      },
    };
    const layersOf = () => [
      layers.dense({ units: 8, name: "hidden", kernelInitializer: "heNormal", inputShape: [features] }),
      layers.batchNormalization({ name: "norm" }),
      layers.dense({ units: 3, name: "output" }),
    ];
    const drawn = new Network(layersOf()).initialWeights(7);
    const model = sequential(layersOf(), { seed: 7, runtime: counting });
    model.summary(() => {});
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    const bias = tensor(Float32Array.of(1, 2, 3));
    await model.setWeights({ "output/bias": bias });
    bias.data.fill(9);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect(states).toBe(0);
    const set = new Map([...drawn, ["output/bias", tensor(Float32Array.of(1, 2, 3))] as const]);
    expect(await weightBits(model)).toEqual(bitsOf(set));
    await model.fit(x, y, quiet);
    expect(states).toBe(1);
  });

  it("that cannot be drawn are refused when the model is made", () => {
    const dense = (kernelInitializer: string) =>
      layers.dense({ units: 2, name: "hidden", inputShape: [3], kernelInitializer } as never);
    expect(() => sequential([dense("xavier")], runtime)).toThrow(
      'Layer "hidden", the initializer of kernel: there is no initializer "xavier". There are: zeros, ones,',
    );
    expect(() => sequential([dense("ones")], { ...runtime, seed: 0.5 })).toThrow(
      "The seed must be an integer, got 0.5.",
    );
  });

  it.each([
    [
      "an unknown name",
      "nowhere/kernel",
      tensor(new Float32Array(3)),
      'There is no weight "nowhere/kernel". There are: ',
    ],
    [
      "another shape",
      "output/bias",
      tensor(new Float32Array(4)),
      'The weight "output/bias" is float32 [3], got float32 [4] with 4 values.',
    ],
    [
      "another type",
      "output/bias",
      tensor(new Int32Array(3)),
      'The weight "output/bias" is float32 [3], got int32 [3] with 3 values.',
    ],
    [
      "too few values for its shape",
      "output/bias",
      { type: "float32", shape: [3], data: new Float32Array(2) } as const,
      'The weight "output/bias" is float32 [3], got float32 [3] with 2 values.',
    ],
  ])("are all refused when one has %s", async (_, name, value, message) => {
    const model = network();
    const before = await weightBits(model);
    const weights = { "output/kernel": tensor(new Float32Array(24), [8, 3]), [name]: value };
    await expect(model.setWeights(weights)).rejects.toThrow(message);
    expect(await weightBits(model)).toEqual(before);
  });
});

describe("looking inside a model", () => {
  it("changes nothing, and tells training mode from inference mode", async () => {
    const model = network();
    await model.fit(x, y, quiet);
    const before = await slotBits(model);
    const twice = await model.inspect(x, y, {
      layers: ["norm", "norm"],
      weightGradients: ["norm/gamma", "norm/gamma"],
      layerGradients: ["norm", "norm"],
    });
    expect(Object.keys(twice.layers)).toEqual(["norm"]);
    expect(Object.keys(twice.weightGradients)).toEqual(["norm/gamma"]);
    expect(Object.keys(twice.layerGradients)).toEqual(["norm"]);
    const [one, other] = await model.outputs(x, ["norm", "norm"]);
    expect(one).toBeDefined();
    expect(other).toEqual(one);
    const training = await model.inspect(x, y, {
      layers: ["norm"],
      weightGradients: ["norm/gamma"],
      layerGradients: ["norm"],
    });
    const inference = await model.inspect(x, y, { layers: ["norm"], training: false });
    expect(await slotBits(model)).toEqual(before);
    const [predicted] = await model.outputs(x, ["norm"]);
    expect(inference.layers.norm).toEqual(predicted);
    expect(training.layers.norm).not.toEqual(predicted);
    expect(training.weightGradients["norm/gamma"]!.shape).toEqual([8]);
    expect(training.layerGradients.norm!.shape).toEqual([120, 8]);
  });

  it("names a layer or a weight that is not there", async () => {
    const model = network();
    await expect(model.outputs(x, ["nowhere"])).rejects.toThrow('There is no layer "nowhere". There are: ');
    await expect(model.inspect(x, y, { weightGradients: ["norm"] })).rejects.toThrow(
      'There is no weight "norm"',
    );
    expect(() => model.getLayer("nowhere")).toThrow("There is no layer");
  });

  it("gives one example alone the prediction that it has inside a batch", async () => {
    const model = network();
    await model.fit(x, y, quiet);
    const all = await model.predict(x);
    const alone = await model.predict(rows(x, 5, 6));
    for (let output = 0; output < 3; output++)
      expect(alone.data[output]).toBeCloseTo(all.data[15 + output]!, 5);
    expect(await model.predict(x, { batchSize: 7 })).toMatchObject({ shape: [120, 3] });
  });
});

describe("a model's life", () => {
  it("goes on after dispose", async () => {
    const [model, other] = [network(), network()];
    for (const each of [model, other]) await each.fit(x, y, quiet);
    await model.dispose();
    for (const each of [model, other]) await each.fit(x, y, quiet);
    expect(await weightBits(model)).toEqual(await weightBits(other));
  });

  it("keeps the weights and begins the optimizer afresh when it is compiled again", async () => {
    const model = network();
    await model.fit(x, y, quiet);
    const weights = await weightBits(model);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect(await weightBits(model)).toEqual(weights);
    const path = join(folder, "again.checkpoint");
    await model.saveCheckpoint(path);
    const { tensors } = await readCheckpoint(readFileSync(path));
    const slots = [...tensors].filter(([name]) => name.startsWith("optimizer/"));
    expect(slots.length).toBeGreaterThan(2);
    for (const [, { data }] of slots) expect(data.every((value) => value === 0)).toBe(true);
  });

  it("refuses a layer with a name that its checkpoints use", () => {
    for (const name of ["optimizer", "kept"]) {
      expect(() => sequential([layers.dense({ inputShape: [2], units: 1, name })])).toThrow(
        `A layer cannot be called "${name}"`,
      );
    }
  });

  it("is in its checkpoint whole: seed, layers, optimizer, loss and metrics", async () => {
    const path = join(folder, "whole.checkpoint");
    const model = clusterNetwork({
      seed: 12,
      optimizer: optimizers.adamW({ learningRate: 0.5 }),
      metrics: ["accuracy", "top2"],
    });
    await model.fit(x, y, { ...quiet, callbacks: [callbacks.checkpoint({ path })] });
    const loaded = await loadCheckpoint(path, runtime);
    expect(loaded.seed).toBe(12);
    expect(loaded.summary(() => {})).toEqual(model.summary(() => {}));
    expect(await loaded.evaluate(x, y)).toEqual(await model.evaluate(x, y));
    expect(Object.keys(await loaded.evaluate(x, y))).toEqual(["loss", "accuracy", "top2"]);
  });
});
