import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { bestAccuracy, chance, curveOf, finalAccuracy, stepsTo } from "./curves.js";
import { load } from "./data.js";
import { type TrainingSettings, training } from "./training.js";

const settings: TrainingSettings = {
  data: { name: "mnist", train: 600, test: 200 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [16],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    normalization: { type: "batchNormalization", momentum: 0.9 },
  },
  optimizer: { type: "sgd", learningRate: 0.1 },
  batchSize: 50,
  steps: 30,
  every: 12,
};

const context = (seed: number) => ({
  seed,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
});

describe("a training", () => {
  it("takes its steps, however many epochs they are, and measures on the way and at the end", async () => {
    const result = await training.run({ ...settings, trainExamples: 100 }, context(1));
    expect(result).toMatchObject({ outcome: "finished", steps: 30 });
    expect(result.points.map(({ step }) => step)).toEqual([0, 12, 24, 30]);
    expect(result.points[0]).not.toHaveProperty("train");
    expect(finalAccuracy(result)).toBeGreaterThan(0.4);
    expect(bestAccuracy(result)).toBeGreaterThanOrEqual(finalAccuracy(result));
    expect(stepsTo(result, 0)).toBe(0);
    expect(stepsTo(result, 1.1)).toBeUndefined();
    expect(curveOf(result, "train", "loss").map(({ x }) => x)).toEqual([12, 24, 30]);
    expect(result.train!.accuracy).toBeGreaterThan(0.4);
  });

  it("gives the same for the same seed, another for another, and is not changed by being looked at", async () => {
    const timeless = async (each: TrainingSettings, seed: number) => {
      const { seconds, ...result } = await training.run(each, context(seed));
      expect(seconds).toBeGreaterThan(0);
      return result;
    };
    const first = await timeless(settings, 1);
    expect(await timeless(settings, 1)).toEqual(first);
    expect(await timeless(settings, 2)).not.toEqual(first);
    const probed = await timeless(
      { ...settings, probe: { unitPercentiles: ["dense_1"], gradientNorms: ["dense_1/kernel"] } },
      1,
    );
    expect(probed.points.every(({ probe }) => probe !== undefined)).toBe(true);
    expect(probed.points.map(({ probe, ...point }) => point)).toEqual(first.points);
  });

  it("says where it diverged", async () => {
    const wild = { ...settings, optimizer: { type: "sgd", learningRate: 1e30 } as const };
    const result = await training.run(wild, context(1));
    expect(result.outcome).toBe("diverged");
    expect(result.reason).toMatch(/^step \d+: /);
    expect(finalAccuracy(result)).toBe(chance);
  });

  it("ends when it is told to", async () => {
    const controller = new AbortController();
    const running = training.run(
      { ...settings, steps: 1e6 },
      { ...context(1), signal: controller.signal, progress: () => controller.abort(new Error("enough")) },
    );
    await expect(running).rejects.toThrow("enough");
  });

  it("reads images as 0 and 1 if asked to", async () => {
    const { train } = await load({ name: "mnist", train: 20, test: 10, binary: true });
    expect(new Set(train.x.data as Uint8Array)).toEqual(new Set([0, 1]));
    expect(train.x.shape).toEqual([20, 28, 28]);
  });

  it("is estimated before it runs", () => {
    expect(training.seconds({ ...settings, steps: 10_000 })).toBeGreaterThan(training.seconds(settings));
  });
});
