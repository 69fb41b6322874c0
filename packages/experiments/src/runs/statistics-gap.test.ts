import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { errors, type StatisticsGapSettings, statisticsGap } from "./statistics-gap.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

const settings = (momentum: number): StatisticsGapSettings => ({
  data: { name: "mnist", train: 600, test: 200 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [16],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    normalization: { type: "batchNormalization", momentum },
  },
  optimizer: { type: "sgd", learningRate: 0.1 },
  ...{ batchSize: 100, steps: 20, every: 20, preciseExamples: 600 },
});

describe("the staleness of running statistics", () => {
  it("is in deviations for means, in logarithms for variances, of the channels that vary", () => {
    const exact = new Map([
      ["a", { mean: [1, 7], variance: [4, 0] }],
      ["b", { mean: [0], variance: [1] }],
    ]);
    const running = new Map([
      ["a", { mean: [5, 0], variance: [4 * Math.E, 3] }],
      ["b", { mean: [0], variance: [1] }],
    ]);
    const { meanError, varianceError } = errors(running, exact);
    expect(meanError).toBeCloseTo(Math.sqrt((2 ** 2 + 0) / 2), 12);
    expect(varianceError).toBeCloseTo(1 / 2, 12);
    expect(errors(exact, exact)).toEqual({ meanError: 0, varianceError: 0 });
  });

  it("has no scale where nothing varies by a finite amount", () => {
    for (const variance of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      const still = new Map([["a", { mean: [1], variance: [variance] }]]);
      expect(() => errors(still, still)).toThrow("No normalised channel varies by a finite amount");
    }
  });

  it("grows with the momentum, and costs accuracy that exact statistics do not", async () => {
    const [quick, slow] = [
      await statisticsGap.run(settings(0.5), context),
      await statisticsGap.run(settings(0.999), context),
    ];
    expect([quick.outcome, slow.outcome]).toEqual(["finished", "finished"]);
    expect(slow.meanError).toBeGreaterThan(2 * quick.meanError);
    expect(slow.varianceError).toBeGreaterThan(2 * quick.varianceError);
    // Batches are normalized by their own statistics in both: the trained weights are the same.
    expect(slow.precise).toEqual(quick.precise);
    expect(slow.precise.accuracy).toBeGreaterThan(slow.running.accuracy);
    expect(slow.precise.loss).toBeLessThan(slow.running.loss);
  });

  it("needs a network that has some", async () => {
    const { network, ...rest } = settings(0.9);
    const plain = { ...rest, network: { ...network, normalization: "none" as const } };
    await expect(statisticsGap.run(plain, context)).rejects.toThrow(
      new RangeError("The network has no batch normalization whose statistics could be stale."),
    );
  });
});
