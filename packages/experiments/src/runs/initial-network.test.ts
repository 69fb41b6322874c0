import { nodeRuntime } from "evenkeel";
import { mean } from "simple-statistics";
import { expect, it } from "vitest";
import { type InitialNetworkSettings, initialNetwork } from "./initial-network.js";

const layer = "stage_2_block_1_conv_2";

/** Pixels are multiplied by the scale. */
const settings = (scale: number): InitialNetworkSettings => ({
  data: { name: "mnist", train: 6 },
  network: {
    family: "resNet",
    depth: 8,
    widthFactor: 1 / 4,
    inputShape: [28, 28],
    normalization: "none",
    preprocessing: [
      { type: "averagePooling2d", poolSize: 4 },
      { type: "rescaling", scale },
    ],
  },
  examples: 6,
  moments: ["stem", "output"],
  convolution: layer,
  sums: [{ layer, input: "stage_2_block_1_activation_1" }],
});

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

it("shows one gradient in several ways that agree", async () => {
  const found = await initialNetwork.run(settings(1 / 255), context);
  const { kernelGradient, sums, logitGradients, filterGradients, moments } = found;
  expect(kernelGradient.byChannels.map((row) => row.length)).toEqual(new Array(8).fill(8));
  expect(mean(kernelGradient.byChannels.flat()) / sums[layer]!.size).toBeCloseTo(1, 4);
  expect(kernelGradient.histogram.counts.reduce((sum, count) => sum + count)).toBe(8 * 8 * 9);
  const { ofSizes, withinExamples, betweenExamples, size } = sums[layer]!;
  expect(ofSizes).toBeGreaterThanOrEqual(Math.max(withinExamples, betweenExamples));
  expect(size).toBeLessThanOrEqual(Math.min(withinExamples, betweenExamples));
  // Softmax minus one-hot, over the number of images.
  expect(logitGradients).toHaveLength(6);
  for (const row of logitGradients) {
    expect(row.reduce((sum, value) => sum + value)).toBeCloseTo(0, 6);
    expect(row.filter((value) => value < 0)).toHaveLength(1);
  }
  expect(filterGradients.map((row) => row.length)).toEqual(new Array(6).fill(8));
  expect(moments.output!.mean).toHaveLength(10);
});

it("says so where there is nothing to see", async () => {
  await expect(initialNetwork.run(settings(1e37), context)).rejects.toThrow(
    "The network's values or gradients on 6 examples are beyond float32.",
  );
  await expect(initialNetwork.run(settings(0), context)).rejects.toThrow(
    `The gradient of ${layer}/kernel is 0 everywhere: it has no distribution.`,
  );
});
