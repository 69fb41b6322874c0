import { nodeRuntime } from "evenkeel";
import { expect, it } from "vitest";
import { type GradientLineSettings, gradientLine } from "./gradient-line.js";

const settings: GradientLineSettings = {
  data: { name: "mnist", train: 96 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [16],
    normalization: "none",
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
  },
  optimizer: { type: "sgd", learningRate: 0.1 },
  batchSize: 32,
  batches: [1, 3],
  stepSizes: [1e-6, 0.1, 1000],
};

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

it("follows the loss from 1 down and up again, before the steps that were asked for", async () => {
  const { batches, stepSizes } = await gradientLine.run(settings, context);
  expect(stepSizes).toHaveLength(3);
  expect(batches.map(({ batch }) => batch)).toEqual([1, 3]);
  for (const { relativeLosses } of batches) {
    const [tiny, step, huge] = relativeLosses as [number, number, number];
    expect(tiny).toBeCloseTo(1, 4);
    expect(step).toBeLessThan(0.99);
    expect(huge).toBeGreaterThan(1.5);
  }
  expect(batches[1]!.loss).toBeLessThan(batches[0]!.loss);
});

it("ends at the first batch whose loss is no finite number", async () => {
  const wild = { ...settings, optimizer: { type: "sgd", learningRate: 1e30 } as const };
  const { batches } = await gradientLine.run(wild, context);
  expect(batches.map(({ batch }) => batch)).toEqual([1]);
});
