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

it("finds the first rate that trains, and the first that does not diverge", async () => {
  const { stable, trained, tried } = await largestRate.run(
    { ...settings, rates: [1e30, 1e3, 0.1, 0.01] },
    context,
  );
  expect([stable, trained]).toEqual([0.1, 0.1]);
  expect(tried.map(({ outcome }) => outcome)).toEqual(["diverged", "diverged", "trained"]);
  expect(tried[0]).toMatchObject({ first: tried[2]!.first, loss: null });
  // The loss of the second stayed finite, and was above the first at the end.
  expect(tried[1]!.loss).toBeGreaterThan(tried[1]!.first!);
  expect(tried[2]!.loss).toBeLessThan(1);
});

it("takes a network whose units have died for neither trained nor diverged", async () => {
  const { preprocessing, ...onPixels } = settings.network;
  const { stable, trained, tried } = await largestRate.run(
    { ...settings, network: onPixels, rates: [0.001] },
    context,
  );
  expect([stable, trained]).toEqual([0.001, null]);
  expect(tried[0]!.loss).toBeCloseTo(Math.log(10), 2);
  expect(tried[0]!.first).toBeGreaterThan(tried[0]!.loss!);
});

it("finds none where all diverge", async () => {
  const { stable, trained, tried } = await largestRate.run({ ...settings, rates: [1e30] }, context);
  expect([stable, trained]).toEqual([null, null]);
  expect(tried).toEqual([{ rate: 1e30, outcome: "diverged", first: expect.any(Number), loss: null }]);
});

it("goes through the examples again where there are more steps than batches", async () => {
  const twice = { ...settings, steps: 3, rates: [0.1] };
  const few = await largestRate.run({ ...twice, data: { name: "mnist", train: 64 } }, context);
  const one = await largestRate.run({ ...twice, data: { name: "mnist", train: 64 }, steps: 2 }, context);
  expect(few.tried[0]!.first).toBe(one.tried[0]!.first);
  expect(few.tried[0]!.loss).not.toBe(one.tried[0]!.loss);
});
