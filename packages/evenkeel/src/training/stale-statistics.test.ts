import { describe, expect, it } from "vitest";
import type { BatchNormalizationLayerOptions, Layer } from "../layers/index.js";
import { input, layers } from "../layers/index.js";
import { type FitOptions, functional, type Model } from "../model/index.js";
import { rows, tensor } from "../tensor/tensor.js";
import { classes, clusterNetwork, clusters, features, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";

const { x, y } = clusters(320);

function network(options: BatchNormalizationLayerOptions = {}): Model {
  return clusterNetwork({
    hidden: [layers.dense({ units: 8 }), layers.batchNormalization({ name: "norm", ...options })],
  });
}

/** The warnings of a fit of ten steps an epoch. */
async function warnings(model: Model, options: FitOptions = {}): Promise<string[]> {
  const said: string[] = [];
  await model.fit(x, y, { batchSize: 32, onWarning: (message) => said.push(message), ...options });
  return said;
}

describe("running statistics that training has hardly moved [complaint 3, pytorch/pytorch#4741, #5406]", () => {
  it("are warned of, with the share that is left, and what to do", async () => {
    expect(await warnings(network())).toEqual([
      'evenkeel: the running statistics of "norm" are still 90 % their initial values after 10 steps with momentum 0.99, so evaluation and prediction may be far off. Train 299 steps or more, or set a smaller momentum or momentum: "cumulative".',
    ]);
  });

  it("of several layers are warned of together", async () => {
    const hidden = ["a", "b", "c"].map((name) => layers.batchNormalization({ name }));
    const said = await warnings(clusterNetwork({ hidden }));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^evenkeel: the running statistics of "a" and 2 other layers are still 90 %/);
  });

  it("are no cause for a warning after the steps that the warning asks for", async () => {
    const model = network();
    expect(await warnings(model, { epochs: 29 })).toHaveLength(1);
    for (let step = 291; step < 299; step++) await model.trainOnBatch(rows(x, 0, 32), rows(y, 0, 32));
    const last = { x: rows(x, 0, 32), y: rows(y, 0, 32) };
    const said: string[] = [];
    await model.fit(last.x, last.y, { batchSize: 32, onWarning: (message) => said.push(message) });
    expect([model.steps, said]).toEqual([299, []]);
  });

  it.each<[string, BatchNormalizationLayerOptions]>([
    ["a smaller momentum", { momentum: 0.5 }],
    ["the cumulative average", { momentum: "cumulative" }],
    ["batch statistics at inference", { inferenceStatistics: "batch" }],
    ["a frozen layer", { trainable: false }],
  ])("are no cause for a warning with %s", async (_, options) => {
    expect(await warnings(network(options))).toEqual([]);
  });
});

describe("running statistics of a shared layer", () => {
  /** A layer behind both of two dense ones. */
  function shared(momentum: number): Model {
    const begin = input({ shape: [features] });
    const norm = layers.batchNormalization({ name: "norm", momentum });
    const ways = ["left", "right"].map((name) => norm.apply(layers.dense({ name, units: 8 }).apply(begin)));
    const outputs = layers.dense({ units: classes }).apply(layers.add().apply(ways));
    const model = functional({ inputs: begin, outputs, runtime: singleThread });
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    return model;
  }

  it("are moved at each of its uses, which the warning knows", async () => {
    // 0.9²⁰ is 12 %, and 0.9²⁹ the first power under 5 %.
    expect(await warnings(shared(0.9))).toEqual([
      expect.stringMatching(
        /"norm" are still 12 % .* after 10 steps with momentum 0\.9, .* Train 15 steps or more/,
      ),
    ]);
    expect(await warnings(shared(0.85))).toEqual([]);
  });

  it("are in fact moved so often", async () => {
    const model = shared(0.9);
    await model.setWeights({ "norm/runningVariance": tensor(new Float32Array(8).fill(1e6)) });
    await model.fit(x, y, { batchSize: 32, ...quiet });
    const variances = (await model.getWeights()).get("norm/runningVariance")!.data as Float32Array;
    for (const variance of variances) expect(variance / 1e6).toBeCloseTo(0.9 ** 20, 3);
  });
});

describe("running statistics of the relatives of batch normalization", () => {
  it.each<[string, Layer]>([
    ["ghosts", layers.ghostBatchNormalization({ name: "norm", virtualBatchSize: 8 })],
    ["renormalization", layers.batchRenormalization({ name: "norm" })],
    ["the mean only", layers.meanOnlyBatchNormalization({ name: "norm" })],
    ["an l1 deviation", layers.batchNormalization({ name: "norm", deviation: "l1" })],
    ["noise", layers.noisyBatchNormalization({ name: "norm" })],
  ])("are warned of with %s", async (_, layer) => {
    const model = clusterNetwork({ hidden: [layers.dense({ units: 8 }), layer] });
    expect(await warnings(model)).toEqual([
      expect.stringMatching(/the running statistics of "norm" are still 90 % their initial values/),
    ]);
    layer.trainable = false;
    expect(await warnings(model)).toEqual([]);
  });

  it("are none with group normalization, which has none", async () => {
    const hidden = [layers.dense({ units: 8 }), layers.groupNormalization({ groups: 2 })];
    expect(await warnings(clusterNetwork({ hidden }))).toEqual([]);
  });
});

describe("running statistics after training [complaint 7, tensorflow/tensorflow#11965]", () => {
  it.each<[string, (model: Model) => Promise<unknown>]>([
    ["fit", (model) => model.fit(x, y, { batchSize: 32, onWarning: () => {} })],
    ["trainOnBatch", (model) => model.trainOnBatch(x, y)],
  ])("are not 0 and 1 any more, after %s", async (_, train) => {
    for (const momentum of [0.99, 0.9, "cumulative"] as const) {
      const model = network({ momentum });
      await train(model);
      const weights = await model.getWeights();
      const [means, variances] = ["norm/runningMean", "norm/runningVariance"].map((name) => [
        ...(weights.get(name)!.data as Float32Array),
      ]);
      expect(means!.every((mean) => Math.abs(mean) > 1e-5)).toBe(true);
      expect(variances!.every((variance) => Math.abs(variance - 1) > 1e-5)).toBe(true);
    }
  });

  it("are what the batch said, in the proportion of the momentum", async () => {
    const model = clusterNetwork({ hidden: [layers.batchNormalization({ name: "norm", momentum: 0.75 })] });
    await model.trainOnBatch(x, y);
    const weights = await model.getWeights();
    for (let feature = 0; feature < 6; feature++) {
      const column = Array.from({ length: 320 }, (_, row) => x.data[row * 6 + feature]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / 320;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 320;
      expect(weights.get("norm/runningMean")!.data[feature]).toBeCloseTo(0.25 * mean, 5);
      expect(weights.get("norm/runningVariance")!.data[feature]).toBeCloseTo(0.75 + 0.25 * variance, 5);
    }
  });
});

it("steps that a layer was frozen in are no updates of its statistics [complaint 3, pytorch/pytorch#4741]", async () => {
  const model = network();
  const layer = model.layers.find(({ type }) => type === "batchNormalization")!;
  layer.trainable = false;
  const warnings: string[] = [];
  const options: FitOptions = { batchSize: 10, onWarning: (message) => void warnings.push(message) };
  await model.fit(x, y, { ...options, epochs: 60 });
  expect(warnings).toEqual([]);
  layer.trainable = true;
  await model.trainOnBatch(x, y);
  await model.fit(x, y, { ...options, batchSize: x.shape[0]! });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/98 % their initial values after 2 steps/);
});
