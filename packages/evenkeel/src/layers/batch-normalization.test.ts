import { describe, expect, it } from "vitest";
import { randomStream } from "../random/stream.js";
import { rows, sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { runLayer } from "../testing/run-layer.js";
import { layers, restoreLayer } from "./index.js";
import type { LayerContext } from "./layer.js";

/** 16 roundings of float32, for numbers of about 1. */
const rounding = 1e-6;

const running = {
  runningMean: tensor([0.5, -2, 10]),
  runningVariance: tensor([4, 0.25, 9]),
};
const affine = { gamma: tensor([2, -1, 0.5]), beta: tensor([1, 0, -3]) };

describe("batch normalization in training", () => {
  it("computes the lecture's example: 3, 5, 8, 9, 11, 24 standardised, times 2, plus 0.5 [AS22-3]", async () => {
    const layer = layers.batchNormalization({
      epsilon: 1e-12,
      gammaInitializer: { type: "constant", value: 2 },
      betaInitializer: { type: "constant", value: 0.5 },
    });
    const { output } = await runLayer(layer, { input: tensor([[3], [5], [8], [9], [11], [24]]) });
    const published = [-1.56419, -0.97442, -0.08977, 0.20512, 0.79488, 4.62837];
    // Five decimals were printed.
    expectClose(output, published, { absolute: 0.5e-5 + rounding });
  });

  it.each(["cpu", "elsewhere"])("trains with scale: false on %s [complaint 1]", async (device) => {
    for (const shape of [
      [6, 3],
      [2, 3, 4],
      [2, 3, 2, 2],
    ]) {
      const layer = layers.batchNormalization({ scale: false });
      expect(layer.weights(shape).map(({ name }) => name)).toEqual([
        "beta",
        "runningMean",
        "runningVariance",
      ]);
      const input = normal(shape);
      const outputGradient = normal(shape, 2);
      const withScale = layers.batchNormalization();
      const run = { input, outputGradient, device };
      const [without, ones] = [await runLayer(layer, run), await runLayer(withScale, run)];
      expectClose(without.output, ones.output, { absolute: rounding });
      expectClose(without.inputGradient, ones.inputGradient, { absolute: rounding });
      expect(Object.keys(without.weightGradients)).toEqual(["beta"]);
      expectClose(without.weightGradients.beta!, ones.weightGradients.beta!, { absolute: rounding });
      expect(Object.keys(without.updates)).toEqual(["runningMean", "runningVariance"]);
    }
  });

  it("keeps the share `momentum` of the old running statistics", async () => {
    const layer = layers.batchNormalization({ momentum: 0.75 });
    const input = tensor([
      [1, 0, 5],
      [3, 4, 5],
    ]);
    const { updates } = await runLayer(layer, { input, weights: { ...affine, ...running } });
    expectClose(updates.runningMean!, [0.75 * 0.5 + 0.5, -1.5 + 0.5, 7.5 + 1.25], { relative: rounding });
    expectClose(updates.runningVariance!, [3.25, 0.1875 + 1, 6.75], { relative: rounding });
  });

  it("takes m/(m − 1) of the batch's variance where that is asked for [complaint 6]", async () => {
    for (const shape of [
      [2, 3],
      [5, 3],
      [2, 3, 4],
    ]) {
      const each = sizeOf(shape) / 3;
      const [biased, unbiased] = await Promise.all(
        (["biased", "unbiased"] as const).map((runningVariance) =>
          runLayer(layers.batchNormalization({ runningVariance, momentum: 0 }), { input: normal(shape) }),
        ),
      );
      const corrected = (biased!.updates.runningVariance!.data as Float32Array).map(
        (v) => (v * each) / (each - 1),
      );
      expectClose(unbiased!.updates.runningVariance!, corrected, { relative: rounding });
      expect(unbiased!.output.data).toEqual(biased!.output.data);
    }
  });

  it("averages all batches alike with momentum cumulative", async () => {
    const layer = layers.batchNormalization({ momentum: "cumulative" });
    let statistics: Readonly<Record<string, Tensor<"float32">>> = {
      runningMean: tensor([77]),
      runningVariance: tensor([77]),
    };
    const batches = [
      [[1], [3]],
      [[10], [20]],
      [[-6], [-4]],
      [[0], [0]],
    ];
    for (const batch of batches) {
      ({ updates: statistics } = await runLayer(layer, { input: tensor(batch), weights: statistics }));
    }
    expectClose(statistics.runningMean!, [(2 + 15 - 5 + 0) / 4], { relative: rounding });
    expectClose(statistics.runningVariance!, [(1 + 25 + 1 + 0) / 4], { relative: rounding });
    expect(statistics.batchesSeen!.data[0]).toBe(4);
  });

  it("normalises the axis it is given", async () => {
    const input = normal([4, 2, 3]);
    const last = await runLayer(layers.batchNormalization({ axis: -1 }), { input });
    const second = await runLayer(layers.batchNormalization({ axis: 2 }), { input });
    expect(second.output.data).toEqual(last.output.data);
    expect(last.updates.runningMean!.shape).toEqual([3]);
    for (let channel = 0; channel < 3; channel++) {
      const values = last.output.data.filter((_, index) => index % 3 === channel);
      expectClose([values.reduce((sum, value) => sum + value, 0)], [0], { absolute: 10 * rounding });
    }
  });

  it("refuses a batch of one value per channel, saying why and naming the layer [complaint 5]", async () => {
    const layer = layers.batchNormalization({ name: "norm_of_last_batch" });
    for (const shape of [
      [1, 3],
      [1, 3, 1, 1],
    ]) {
      await expect(runLayer(layer, { input: normal(shape) })).rejects.toThrow(
        /norm_of_last_batch.*one value for each of its channels.*batchSize 2 or more.*trainable: false/,
      );
    }
    const { output } = await runLayer(layer, { input: normal([1, 3, 2, 2]) });
    expect(output.data.every(Number.isFinite)).toBe(true);
    const alone = await runLayer(layer, { input: normal([1, 3]), training: false });
    expect(alone.output.data.every(Number.isFinite)).toBe(true);
  });
});

describe("batch normalization at inference", () => {
  it("gives an example the same output alone and in a batch, bit for bit", async () => {
    for (const shape of [
      [7, 3],
      [7, 3, 2],
      [7, 3, 2, 2],
    ]) {
      const layer = layers.batchNormalization();
      const input = normal(shape);
      const weights = { ...affine, ...running };
      const together = await runLayer(layer, { input, weights, training: false });
      for (let index = 0; index < 7; index++) {
        const alone = await runLayer(layer, {
          input: rows(input, index, index + 1),
          weights,
          training: false,
        });
        expect([...alone.output.data]).toEqual([...rows(together.output, index, index + 1).data]);
      }
    }
  });

  it("is γ(x − E)/√(Var + ε) + β", async () => {
    const { output } = await runLayer(layers.batchNormalization({ epsilon: 1e-3 }), {
      input: tensor([[1, 2, 3]]),
      weights: { ...affine, ...running },
      training: false,
    });
    const expected = [
      (2 * 0.5) / Math.sqrt(4.001) + 1,
      -4 / Math.sqrt(0.251),
      (0.5 * -7) / Math.sqrt(9.001) - 3,
    ];
    expectClose(output, expected, { relative: rounding });
  });

  it("uses the batch with inferenceStatistics batch, and leaves the running statistics alone", async () => {
    const layer = layers.batchNormalization({ inferenceStatistics: "batch" });
    const input = normal([6, 3]);
    const weights = { ...affine, ...running };
    const training = await runLayer(layer, { input, weights });
    const inference = await runLayer(layer, { input, weights, training: false });
    expect(inference.output.data).toEqual(training.output.data);
    expect(inference.updates).toEqual({});
    expect(Object.keys(training.updates)).toEqual(["runningMean", "runningVariance"]);
  });
});

describe("a frozen batch normalization", () => {
  const frozen = layers.batchNormalization({ trainable: false });

  it("is in inference mode in training too, and its statistics stay [complaint 4]", async () => {
    const input = normal([6, 3]);
    const weights = { ...affine, ...running };
    const training = await runLayer(frozen, { input, weights });
    const inference = await runLayer(layers.batchNormalization(), { input, weights, training: false });
    expect(training.output.data).toEqual(inference.output.data);
    expect(training.updates).toEqual({});
  });

  it("can be frozen and thawed later", async () => {
    const layer = layers.batchNormalization();
    const run = { input: normal([6, 3]), weights: { ...affine, ...running } };
    layer.trainable = false;
    expect((await runLayer(layer, run)).updates).toEqual({});
    layer.trainable = true;
    expect(Object.keys((await runLayer(layer, run)).updates)).toHaveLength(2);
  });

  it("takes one example, and passes the gradient of a fixed affine map", async () => {
    const context = (weight: LayerContext["weight"]): LayerContext => ({
      training: true,
      device: "cpu",
      channelBlock: 1,
      weight,
      update: () => expect.unreachable("a frozen layer updates nothing"),
      randomSeed: () => expect.unreachable("batch normalization draws nothing"),
    });
    const { gamma, beta } = affine;
    await checkGradients(
      (x, gamma, beta) => {
        const weights: Readonly<Record<string, typeof x>> = {
          gamma: gamma!,
          beta: beta!,
          runningMean: x.graph.constant(running.runningMean),
          runningVariance: x.graph.constant(running.runningVariance),
        };
        return frozen.build(
          context((name) => weights[name]!),
          x,
        );
      },
      [normal([1, 3]), gamma, beta],
    );
  });

  it("uses the batch with inferenceStatistics batch, without keeping what it sees", async () => {
    const layer = layers.batchNormalization({ trainable: false, inferenceStatistics: "batch" });
    const { output, updates } = await runLayer(layer, { input: normal([6, 3]), weights: running });
    for (let channel = 0; channel < 3; channel++) {
      const values = output.data.filter((_, index) => index % 3 === channel);
      expectClose([values.reduce((sum, value) => sum + value, 0)], [0], { absolute: 6 * rounding });
    }
    expect(updates).toEqual({});
  });
});

describe("the options of batch normalization", () => {
  it("have Keras's defaults, also where they are given as undefined", () => {
    const given = layers.batchNormalization({
      axis: undefined,
      momentum: undefined,
      epsilon: undefined,
      center: undefined,
      scale: undefined,
      gammaInitializer: undefined,
      runningVariance: undefined,
      inferenceStatistics: undefined,
    });
    const specified = [
      { name: "gamma", shape: [4], role: "gamma", initializer: "ones", regularizer: undefined },
      { name: "beta", shape: [4], role: "beta", initializer: "zeros", regularizer: undefined },
      { name: "runningMean", shape: [4], role: "statistic", initializer: "zeros" },
      { name: "runningVariance", shape: [4], role: "statistic", initializer: "ones" },
    ];
    expect(given.weights([8, 4])).toEqual(specified);
    expect(layers.batchNormalization().weights(["batch", 4, 2, 2])).toEqual(specified);
  });

  it("say which weights there are, how they begin and what holds them back", () => {
    const layer = layers.batchNormalization({
      momentum: "cumulative",
      axis: -1,
      gammaInitializer: "zeros",
      betaInitializer: { type: "constant", value: 3 },
      gammaRegularizer: { l2: 0.1 },
      betaRegularizer: { l1: 0.2 },
      runningMeanInitializer: "ones",
      runningVarianceInitializer: "zeros",
    });
    expect(layer.weights([8, 2, 5])).toEqual([
      { name: "gamma", shape: [5], role: "gamma", initializer: "zeros", regularizer: { l2: 0.1 } },
      {
        name: "beta",
        shape: [5],
        role: "beta",
        initializer: { type: "constant", value: 3 },
        regularizer: { l1: 0.2 },
      },
      { name: "runningMean", shape: [5], role: "statistic", initializer: "ones" },
      { name: "runningVariance", shape: [5], role: "statistic", initializer: "zeros" },
      { name: "batchesSeen", shape: [], role: "counter", initializer: "zeros" },
    ]);
  });

  it.each([
    [{ axis: 0 }, "axis must be a whole number other than 0, the batch, got 0."],
    [{ axis: 1.5 }, "axis must be a whole number other than 0, the batch, got 1.5."],
    [{ momentum: 1 }, /momentum must be in \[0, 1\).*never update the running statistics\), got 1\./],
    [{ momentum: -0.1 }, /momentum must be in \[0, 1\).*got -0.1\./],
    [{ momentum: Number.NaN }, /momentum must be in \[0, 1\).*got NaN\./],
    [{ momentum: "average" }, /"cumulative".*got "average"\./],
    [{ epsilon: 0 }, "epsilon must be a finite number above 0, got 0."],
    [{ epsilon: -1e-3 }, "epsilon must be a finite number above 0, got -0.001."],
    [{ epsilon: Number.POSITIVE_INFINITY }, "epsilon must be a finite number above 0, got Infinity."],
    [{ runningVariance: "sample" }, 'runningVariance must be "biased" or "unbiased", got "sample".'],
    [{ inferenceStatistics: "moving" }, 'inferenceStatistics must be "running" or "batch", got "moving".'],
  ])("are refused when wrong: %j", (options, message) => {
    expect(() => restoreLayer("batchNormalization", options)).toThrow(message);
    expect(() => restoreLayer("batchNormalization", options)).toThrow(RangeError);
  });

  it.each([
    [{ axis: 2 }, ["batch", 3]],
    [{ axis: -2 }, ["batch", 3]],
    [{ axis: -4 }, ["batch", 3, 2]],
    [{ axis: 1 }, ["batch", "length"]],
  ])("refuse an axis that the input has not: %j of %j", (options, shape) => {
    expect(() => layers.batchNormalization(options).weights(shape)).toThrow(
      /axis -?\d does not name an axis of known size after the batch/,
    );
  });
});

function normal(shape: readonly number[], seed = 1): Tensor<"float32"> {
  const stream = randomStream(seed, "normal");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal(3, 2)),
    shape,
  );
}
