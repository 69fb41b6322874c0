import { nodeRuntime } from "evenkeel";
import { expect, it } from "vitest";
import { largestRate } from "./largest-rate.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress() {},
};
const settings = {
  data: { name: "mnist", train: 1280 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [16],
    normalization: "none",
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
  },
  momentum: 0.9,
  weightDecay: 0,
  batchSize: 32,
  steps: 40,
} as const;

it("finds the first rate that trains", async () => {
  const { largest, tried } = await largestRate.run({ ...settings, rates: [1e30, 1e3, 0.1] }, context);
  expect(largest).toBe(0.1);
  expect(tried.map(({ trains }) => trains)).toEqual([false, false, true]);
  expect(tried[0]!.loss).toBeNull();
  expect(tried[2]!.loss).toBeLessThan(1);
});

it("does not take a network for trained whose units have died", async () => {
  const { preprocessing, ...onPixels } = settings.network;
  const { largest, tried } = await largestRate.run(
    { ...settings, network: onPixels, rates: [0.001] },
    context,
  );
  expect(largest).toBeNull();
  expect(tried[0]!.loss).toBeCloseTo(Math.log(10), 2);
});

it("finds none where none trains", async () => {
  const { largest, tried } = await largestRate.run({ ...settings, rates: [1e-12] }, context);
  expect(largest).toBeNull();
  expect(tried).toEqual([{ rate: 1e-12, trains: false, loss: expect.any(Number) }]);
});
