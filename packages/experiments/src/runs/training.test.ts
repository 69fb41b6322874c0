import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { allFinite } from "../probes/summaries.js";
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

  it("takes all of them where an epoch leaves out what fills no batch", async () => {
    const odd = {
      data: { name: "mnist", train: 100, test: 50 },
      batchSize: 60,
      steps: 10,
      every: 5,
    } as const;
    const result = await training.run({ ...settings, ...odd }, context(1));
    expect(result).toMatchObject({ outcome: "finished", steps: 10 });
    expect(result.points.map(({ step }) => step)).toEqual([0, 5, 10]);
    // Fewer examples than a batch are one smaller batch.
    const few = await training.run({ ...settings, ...odd, batchSize: 400 }, context(1));
    expect(few.points.map(({ step }) => step)).toEqual([0, 5, 10]);
  });

  it("runs many steps at once also where the points do not divide them", async () => {
    const steps: number[] = [];
    const progress = (share: number) => {
      steps.push(Math.round(31 * share));
    };
    const result = await training.run({ ...settings, steps: 31, every: 30 }, { ...context(1), progress });
    expect(result.points.map(({ step }) => step)).toEqual([0, 30, 31]);
    expect(steps[0]).toBe(8);
    expect(steps.slice(-2)).toEqual([30, 31]);
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

  it("leaves out what is no finite number, before it diverges too", async () => {
    const beyond = {
      ...settings,
      network: { ...settings.network, preprocessing: [{ type: "rescaling", scale: 1e37 } as const] },
      probe: { moments: ["dense_1"] },
    };
    const result = await training.run(beyond, context(1));
    expect(result).toMatchObject({ outcome: "diverged", points: [{ step: 0 }] });
    expect(result.points[0]).not.toHaveProperty("probe");
    expect(allFinite(result)).toBe(true);
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
