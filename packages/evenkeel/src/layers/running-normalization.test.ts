import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { randomStream } from "../random/stream.js";
import { rows, tensor } from "../tensor/tensor.js";
import { normal } from "../testing/batches.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { layers, restoreLayer } from "./index.js";
import type { RunningNormalization } from "./running-normalization.js";

/** 16 roundings of float32, for numbers of about 1. */
const rounding = 1e-6;

interface Options {
  name?: string;
  trainable?: boolean;
}

/** Every relative of batch normalization that keeps running statistics. */
const relatives: Record<string, (options?: Options) => RunningNormalization> = {
  "l1 deviation": (options) => layers.batchNormalization({ deviation: "l1", ...options }),
  "l2 deviation": (options) => layers.batchNormalization({ deviation: "l2", ...options }),
  "l∞ deviation": (options) => layers.batchNormalization({ deviation: "linf", ...options }),
  ghosts: (options) => layers.ghostBatchNormalization({ virtualBatchSize: 4, ...options }),
  renormalization: (options) => layers.batchRenormalization({ rMax: 2, dMax: 1, ...options }),
  "the mean only": (options) => layers.meanOnlyBatchNormalization({ ...options }),
  noise: (options) => layers.noisyBatchNormalization({ ...options }),
};
const named = Object.entries(relatives);
const folder = temporaryFolder();

const normals = (shape: readonly number[]) => normal(randomStream(1, "input"), shape);
const running = { runningMean: tensor([0.5, -2, 1]), runningVariance: tensor([4, 0.25, 9]) };
const affine = { gamma: tensor([2, -1, 0.5]), beta: tensor([1, 0, -3]) };

describe.each(named)("batch normalization with %s", (title, make) => {
  const weights = { ...affine, ...running };

  it("moves its running statistics in training, and stands still where it is frozen", async () => {
    for (const shape of [
      [6, 3],
      [6, 3, 4],
      [6, 3, 2, 2],
    ]) {
      const input = normals(shape);
      const statistics = title === "the mean only" ? ["runningMean"] : ["runningMean", "runningVariance"];
      expect(Object.keys((await runLayer(make(), { input, weights })).updates)).toEqual(statistics);
      const frozen = await runLayer(make({ trainable: false }), { input, weights });
      const inference = await runLayer(make(), { input, weights, training: false });
      expect(frozen.output.data).toEqual(inference.output.data);
      expect([frozen.updates, inference.updates]).toEqual([{}, {}]);
    }
  });

  it("gives an example the same at inference alone and in a batch, bit for bit", async () => {
    const input = normals([5, 3, 2]);
    const together = await runLayer(make(), { input, weights, training: false });
    for (let index = 0; index < 5; index++) {
      const alone = await runLayer(make(), {
        input: rows(input, index, index + 1),
        weights,
        training: false,
      });
      expect([...alone.output.data]).toEqual([...rows(together.output, index, index + 1).data]);
    }
  });

  it("refuses a batch of one value for each channel, naming the layer [complaint 5]", async () => {
    await expect(runLayer(make({ name: "own" }), { input: normals([1, 3]) })).rejects.toThrow(
      /^own: a batch of one example has one value for each of its channels.*batchSize 2 or more/,
    );
    const { output } = await runLayer(make(), { input: normals([1, 3, 2]) });
    expect(output.data.every(Number.isFinite)).toBe(true);
  });

  it("trains a network, whose file gives what it gives", async () => {
    const { x, y } = clusters(66);
    const model = clusterNetwork({
      hidden: [layers.dense({ units: 8 }), make({ name: "norm" })],
      optimizer: optimizers.sgd({ learningRate: 0.1 }),
    });
    const { history } = await model.fit(x, y, { epochs: 12, batchSize: 13, ...quiet });
    expect(history.loss!.at(-1)).toBeLessThan(0.8 * history.loss![0]!);
    const path = join(folder, `${make().type} ${title}.onnx`);
    await model.save(path);
    const loaded = await loadModel(path, { runtime: singleThread });
    expect((await loaded.predict(x)).data).toEqual((await model.predict(x)).data);
    expect(loaded.getLayer("norm").configuration()).toEqual(model.getLayer("norm").configuration());
  });
});

describe("the options of the relatives of batch normalization", () => {
  it("say which weights there are", () => {
    const names = (type: string, options: Record<string, unknown>) =>
      restoreLayer(type, options)
        .weights(["batch", 4, 2, 2])
        .map(({ name, shape, role }) => `${name} [${shape}] ${role}`);
    const statistics = ["runningMean [4] statistic", "runningVariance [4] statistic"];
    const affine = ["gamma [4] gamma", "beta [4] beta"];
    expect(names("ghostBatchNormalization", { virtualBatchSize: 8 })).toEqual([...affine, ...statistics]);
    expect(names("noisyBatchNormalization", { scale: false })).toEqual([affine[1], ...statistics]);
    expect(names("meanOnlyBatchNormalization", {})).toEqual([affine[1], statistics[0]]);
    expect(names("meanOnlyBatchNormalization", { scale: true, momentum: "cumulative" })).toEqual([
      ...affine,
      statistics[0],
      "batchesSeen [] counter",
    ]);
    expect(names("batchRenormalization", { rMax: 3, dMax: 5 })).toEqual([...affine, ...statistics]);
    expect(names("batchRenormalization", { center: false, rMax: 3 })).toEqual([
      affine[0],
      ...statistics,
      "batchesSeen [] counter",
    ]);
  });

  it("count the steps of a renormalization whose bounds grow", async () => {
    const { updates } = await runLayer(layers.batchRenormalization(), {
      input: normals([4, 3]),
      weights: { ...running, batchesSeen: tensor(Float32Array.of(5000), []) },
    });
    expect(updates.batchesSeen!.data[0]).toBe(5001);
  });

  it("average the ghosts' statistics, each by its size", async () => {
    const input = tensor([[0], [2], [10], [14], [5], [6], [10]]);
    const layer = (runningVariance: "biased" | "unbiased") =>
      layers.ghostBatchNormalization({ virtualBatchSize: 2, momentum: 0, runningVariance });
    const biased = await runLayer(layer("biased"), { input });
    // Ghosts [0, 2], [10, 14] and, with the one left over, [5, 6, 10]: variances 1, 4 and 14/3.
    expectClose(biased.updates.runningMean!, [47 / 7], { relative: rounding });
    expectClose(biased.updates.runningVariance!, [(2 * 1 + 2 * 4 + 14) / 7], { relative: rounding });
    const unbiased = await runLayer(layer("unbiased"), { input });
    expectClose(unbiased.updates.runningVariance!, [(2 * 1 + 2 * 4 + 14) / (7 - 3)], { relative: rounding });
  });

  it("make one batch of what inference is given with inferenceStatistics batch", async () => {
    const input = normals([6, 3]);
    const options = { inferenceStatistics: "batch" } as const;
    const run = { input, weights: { ...affine, ...running }, training: false };
    const ghosts = await runLayer(layers.ghostBatchNormalization({ virtualBatchSize: 2, ...options }), run);
    const batch = await runLayer(layers.batchNormalization(options), run);
    expect(ghosts.output.data).toEqual(batch.output.data);
    const mean = await runLayer(layers.meanOnlyBatchNormalization(options), run);
    const trained = await runLayer(layers.meanOnlyBatchNormalization(), { ...run, training: true });
    expect(mean.output.data).toEqual(trained.output.data);
  });

  it.each([
    [
      "batchNormalization",
      { deviation: "l3" },
      'deviation must be "standard", "l1", "l2" or "linf", got "l3".',
    ],
    [
      "batchNormalization",
      { deviation: "l1", runningVariance: "unbiased" },
      'runningVariance must be "biased" with the deviation "l1", which has no unbiased estimate, got "unbiased".',
    ],
    ["ghostBatchNormalization", {}, "virtualBatchSize must be a whole number of at least 2, got undefined."],
    [
      "ghostBatchNormalization",
      { virtualBatchSize: 1 },
      "virtualBatchSize must be a whole number of at least 2",
    ],
    ["ghostBatchNormalization", { virtualBatchSize: 2.5 }, /virtualBatchSize .*, got 2.5\./],
    ["batchRenormalization", { rMax: 0.5 }, /rMax must be a finite number of at least 1, or .*, got 0.5\./],
    ["batchRenormalization", { dMax: -1 }, /dMax must be a finite number of at least 0, or .*, got -1\./],
    ["batchRenormalization", { rMax: { from: 1, to: 3, start: 5, end: 5 } }, /rMax must .* 0 ≤ start < end/],
    ["batchRenormalization", { dMax: { from: 0, to: 5, start: 5 } }, /dMax must .* 0 ≤ start < end/],
    ["batchRenormalization", { dMax: { from: 0, to: Number.NaN, start: 5, end: 6 } }, /dMax must/],
    [
      "batchRenormalization",
      { dMax: { first: 0 } },
      'dMax has no option "first". It has: from, to, start, end.',
    ],
    ["batchRenormalization", { inferenceStatistics: "batch" }, 'has no option "inferenceStatistics"'],
    ["meanOnlyBatchNormalization", { epsilon: 1 }, 'has no option "epsilon"'],
    ["meanOnlyBatchNormalization", { momentum: 1 }, /momentum must be in \[0, 1\)/],
    [
      "noisyBatchNormalization",
      { noise: { meanRange: -1 } },
      "meanRange must be a finite number of at least 0",
    ],
    ["noisyBatchNormalization", { noise: { mean: 1 } }, 'noise has no option "mean"'],
    [
      "shiftingNoise",
      { deviationRange: 0.5 },
      "deviationRange must be a finite number of at least 1, got 0.5.",
    ],
    [
      "shiftingNoise",
      { deviationSpread: Number.NaN },
      "deviationSpread must be a finite number of at least 0",
    ],
    ["shiftingNoise", { drawnFor: "unit" }, 'drawnFor must be "channel" or "layer", got "unit".'],
    ["shiftingNoise", { axis: 0 }, "axis must be a whole number other than 0, the batch, got 0."],
  ])("are refused when wrong: %s %j", (type, options, message) => {
    expect(() => restoreLayer(type, options)).toThrow(message);
    expect(() => restoreLayer(type, options)).toThrow(RangeError);
  });

  it.each(named)("refuse an axis that the input has not: %s", (_, make) => {
    const type = make().type;
    const layer = restoreLayer(type, { ...make().options, axis: 3 });
    expect(() => layer.weights(["batch", 3, 2])).toThrow(/axis 3 does not name an axis of known size/);
  });
});
