import { nodeRuntime } from "evenkeel";
import { expect, it } from "vitest";
import { gradientNoise } from "./gradient-noise.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress() {},
};

it("gives the errors that sampling theory says", async () => {
  const { spread, drawn, withReplacement, withoutReplacement, batchGradients } = await gradientNoise.run(
    {
      data: { name: "mnist", train: 20 },
      network: { family: "mlp", inputShape: [28, 28], units: [8], normalization: "none" },
      examples: 20,
      batchSizes: [1, 2, 3, 20],
      draws: 400,
      enumerated: 4,
    },
    context,
  );
  expect(drawn.map(({ bound, batchSize }) => bound * batchSize)).toEqual(
    [1, 2, 3, 20].map(() => expect.closeTo(spread, 4)),
  );
  for (const { bound, error } of withReplacement) expect(error / bound).toBeCloseTo(1, 9);
  for (const { bound, error, batchSize } of withoutReplacement)
    expect(error / bound).toBeCloseTo((4 - batchSize) / 3, 9);
  expect(drawn[1]!.error / drawn[1]!.bound / (18 / 19)).toBeCloseTo(1, 0);
  // A batch of all examples is no sample any more.
  expect(drawn[3]!.error / spread).toBeCloseTo(0, 9);
  expect(batchGradients.map(({ batchSize }) => batchSize)).toEqual([1, 2, 3, 20]);
  for (const { difference } of batchGradients) expect(difference).toBeLessThan(1e-5);
});

it("sees that a batch's gradient is not the mean of its examples' where the examples share statistics", async () => {
  const { batchGradients } = await gradientNoise.run(
    {
      data: { name: "mnist" },
      network: {
        family: "resNet",
        depth: 8,
        widthFactor: 1 / 4,
        inputShape: [28, 28],
        preprocessing: [{ type: "averagePooling2d", poolSize: 4 }],
      },
      examples: 8,
      batchSizes: [1, 8],
      draws: 1,
      enumerated: 1,
    },
    context,
  );
  expect(batchGradients[0]!.difference).toBeLessThan(1e-5);
  expect(batchGradients[1]!.difference).toBeGreaterThan(0.1);
});
