import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { type LandscapeSettings, landscape } from "./landscape.js";
import { training } from "./training.js";

const context = {
  seed: 3,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress() {},
};

const settings: LandscapeSettings = {
  data: { name: "mnist", train: 200, test: 20 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [8, 8],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    normalization: { type: "noisyBatchNormalization", momentum: 0.9 },
  },
  learningRate: 0.1,
  batchSize: 20,
  steps: 12,
  every: 4,
};

describe("a training whose landscape is measured", () => {
  it("is the training without the measurements, bit for bit", async () => {
    const { looks, ...looked } = await landscape.run(
      { ...settings, along: [0.5, 4], covariateShift: true, distributionOf: "dense_2_normalization" },
      context,
    );
    const { learningRate, ...plan } = settings;
    const plain = await training.run({ ...plan, optimizer: { type: "sgd", learningRate } }, context);
    expect({ ...looked, seconds: 0 }).toEqual({ ...plain, seconds: 0 });
    expect(looks.map(({ step }) => step)).toEqual([0, 4, 8, 12]);
    for (const { along, shifts, distribution } of looks) {
      expect(along!.points.map(({ stepSize }) => stepSize)).toEqual([0.05, 0.4]);
      expect(shifts!.map(({ layer }) => layer)).toEqual(["dense_2", "output"]);
      expect(distribution!.mean).toHaveLength(8);
    }
    // Every look takes other examples.
    expect(new Set(looks.map(({ along }) => along!.loss)).size).toBe(4);
  });

  it("measures only what is asked for", async () => {
    const { looks } = await landscape.run({ ...settings, steps: 4 }, context);
    expect(looks).toEqual([{ step: 0 }, { step: 4 }]);
  });

  it("counts the values of the first channel", async () => {
    const layer = "dense_2_normalization";
    const counted = { ...settings, steps: 4, distributionOf: layer, histogramBins: 8 };
    const { looks } = await landscape.run(counted, context);
    for (const { distribution } of looks) {
      const { edges, counts } = distribution!.histogram!;
      expect(edges).toHaveLength(9);
      expect(counts.reduce((sum, count) => sum + count)).toBe(settings.batchSize);
      // The least and the largest value are in the outermost bins.
      expect(Math.min(counts[0]!, counts[7]!)).toBeGreaterThan(0);
      // The mean of the bins' middles is the channel's, within half a bin.
      const width = edges[1]! - edges[0]!;
      const mean = counts.reduce((sum, count, bin) => sum + count * (edges[bin]! + width / 2), 0);
      expect(Math.abs(mean / settings.batchSize - distribution!.mean[0]!)).toBeLessThanOrEqual(width / 2);
    }
    const { looks: uncounted } = await landscape.run({ ...counted, histogramBins: 0 }, context);
    expect(uncounted[0]!.distribution).not.toHaveProperty("histogram");
  });

  it("sees the distribution of the same batch, and noise that is another at every step", async () => {
    const still = { ...settings, learningRate: 1e-30, distributionOf: "dense_2_normalization" };
    const noisy = await landscape.run(still, context);
    expect(new Set(noisy.looks.map(({ distribution }) => distribution!.mean[0])).size).toBe(4);
    const quiet = { ...settings.network, normalization: { type: "batchNormalization" } } as const;
    const { looks } = await landscape.run({ ...still, network: quiet }, context);
    expect(new Set(looks.map(({ distribution }) => distribution!.mean[0])).size).toBe(1);
  });
});
