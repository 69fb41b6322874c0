import { nodeRuntime, optimizers } from "evenkeel";
import { describe, expect, it } from "vitest";
import { type ConstantStatisticsSettings, constantStatistics } from "./constant-statistics.js";
import { load } from "./data.js";
import { build } from "./network.js";
import type { RunContext } from "./run.js";

const runtime = nodeRuntime({ threads: 1 });
const context: RunContext = { seed: 1, runtime, signal: new AbortController().signal, progress: () => {} };

const settings: ConstantStatisticsSettings = {
  data: { name: "mnist", train: 32, test: 1 },
  units: 8,
  normalized: "variance",
  statistics: "through",
  learned: "all",
  learningRate: 0.1,
  steps: 4,
};

describe("training with constant statistics", () => {
  it.each(["mean", "variance"] as const)(
    "moves a bias at a steady pace and leaves the loss, where the %s is normalized",
    async (normalized) => {
      const { points } = await constantStatistics.run(
        { ...settings, normalized, learned: "bias", statistics: "constant" },
        context,
      );
      expect(points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
      const pace = points[1]!.moved;
      expect(pace).toBeGreaterThan(1e-3);
      for (const { step, moved, loss } of points) {
        expect(moved / pace).toBeCloseTo(step, 3);
        expect(loss).toBeCloseTo(points[0]!.loss, 5);
      }
    },
  );

  it("does not move it when the gradient goes through the statistics", async () => {
    const { points } = await constantStatistics.run({ ...settings, learned: "bias" }, context);
    expect(points.at(-1)!.moved).toBeLessThan(1e-6);
  });

  it("takes Evenkeel's own steps when the gradient goes through the statistics", async () => {
    const { points } = await constantStatistics.run(settings, context);
    const { train } = await load(settings.data);
    const model = build(
      {
        family: "mlp",
        inputShape: [28, 28],
        units: [8],
        useBias: true,
        preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
        normalization: { type: "batchNormalization", center: false, scale: false },
      },
      { seed: 1, runtime },
    );
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 0.1 }),
      loss: "sparseCategoricalCrossentropy",
    });
    for (const { loss } of points) {
      const own = await model.trainOnBatch(train.x, train.y);
      expect(loss).toBeCloseTo(own.loss!, 5);
    }
    await model.dispose();
  });

  it("says that a loss is no number any more", async () => {
    const { outcome, points } = await constantStatistics.run({ ...settings, learningRate: 1e30 }, context);
    expect(outcome).toBe("diverged");
    expect(points.every(({ loss, moved }) => Number.isFinite(loss) && Number.isFinite(moved))).toBe(true);
  });
});
