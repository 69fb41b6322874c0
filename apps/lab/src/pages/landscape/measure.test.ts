import { nodeRuntime, tensor } from "evenkeel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Comparison } from "../../networks/comparison.ts";
import type { NetworkSettings } from "../../networks/experiment.ts";
import { brightNoise, experimentWith } from "../../networks/testing.ts";
import { takeSteps } from "../../steps/take.ts";
import { factorsOf, measure, type Probe } from "./measure.ts";

fc.configureGlobal({ seed: 1 });

const probe: Probe = { from: 0.5, to: 4, points: 4, batch: "next", size: 32 };

function comparisonOf(...networks: Partial<NetworkSettings>[]): Promise<Comparison> {
  return Comparison.make(experimentWith(...networks), brightNoise(64, 1), nodeRuntime());
}

describe("the steps along the gradient", () => {
  it("go evenly on a logarithmic scale from the shortest to the longest", () => {
    const length = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(length, length, fc.integer({ min: 2, max: 30 }), (from, to, points) => {
        const factors = factorsOf({ from, to, points });
        expect(factors[0]).toBeCloseTo(Math.min(from, to), 9);
        if (from === to) return;
        expect(factors).toHaveLength(points);
        expect(factors.at(-1)! / Math.max(from, to)).toBeCloseTo(1, 9);
        const ratios = factors.slice(1).map((factor, index) => factor / factors[index]!);
        for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("a measurement of the landscape", () => {
  it("is of every network's own step, and leaves the weights as they are", async () => {
    const comparison = await comparisonOf({ placement: "none" }, { learningRate: 0.5 });
    const weights = () => Promise.all(comparison.competitors.map(({ model }) => model.getWeights()));
    const before = await weights();
    const { step, networks } = await measure(comparison, probe);
    expect(step).toBe(0);
    expect(networks.map((network) => network!.along.points[1]!.stepSize)).toEqual([0.1, 0.5]);
    expect(await weights()).toEqual(before);
  });

  it("says what a training step does to the loss of its batch", async () => {
    const comparison = await comparisonOf({ placement: "none" });
    const { networks } = await measure(comparison, { ...probe, from: 1, to: 1 });
    const { x, y } = comparison.batch(0, 16);
    await takeSteps(comparison, 1);
    const after = await comparison.competitors[0]!.model.inspect(x, y);
    expect(networks[0]!.along.points[0]!.loss).toBeCloseTo(after.measures.loss!, 5);
  });

  it("takes the same examples for all networks, and at all steps, where the batch is fixed", async () => {
    const comparison = await comparisonOf({ batchSize: 4 }, { batchSize: 16 });
    const fixed = { ...probe, batch: "fixed" } as const;
    const [first, second] = (await measure(comparison, fixed)).networks;
    expect(second).toEqual(first);
    await takeSteps(comparison, 2);
    expect((await measure(comparison, fixed)).networks[0]!.along.loss).not.toBe(first!.along.loss);
  });

  it("leaves out a network whose loss is no number", async () => {
    const comparison = await comparisonOf({ placement: "none" }, {});
    const { model } = comparison.competitors[0]!;
    await model.setWeights({ "output/bias": tensor(new Float32Array(10).fill(Number.NaN)) });
    const { networks } = await measure(comparison, probe);
    expect(networks[0]).toBeUndefined();
    expect(networks[1]!.smoothness).toBeGreaterThan(0);
  });
});
