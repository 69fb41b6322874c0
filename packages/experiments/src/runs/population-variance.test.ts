import { nodeRuntime } from "evenkeel";
import { mean as average } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { populationVariance } from "./population-variance.js";
import type { RunContext } from "./run.js";

const context = (seed: number): RunContext => ({
  seed,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
});

describe("the population's variance", () => {
  const settings = { examples: 1024, units: 32, batchSizes: [2, 8], enumerated: [2, 3] };

  it("is m/(m − 1) times what all possible batches have on average", async () => {
    const { expected } = await populationVariance.run(settings, context(1));
    expect(expected.map(({ batchSize }) => batchSize)).toEqual([2, 3]);
    for (const { batchSize, mean, biased, unbiased } of expected) {
      for (let unit = 0; unit < settings.units; unit++) {
        expect(mean[unit]!).toBeCloseTo(0, 5);
        expect(biased[unit]!).toBeCloseTo((batchSize - 1) / batchSize, 5);
        expect(unbiased[unit]!).toBeCloseTo(1, 5);
      }
    }
  });

  it("is met by drawn batches within their standard error", async () => {
    const { drawn } = await populationVariance.run(settings, context(1));
    for (const { batchSize, mean, unbiased } of drawn) {
      const variances = (settings.examples / batchSize) * settings.units;
      expect(Math.abs(average(unbiased) - 1)).toBeLessThan(4 * Math.sqrt(2 / (batchSize - 1) / variances));
      expect(Math.abs(average(mean))).toBeLessThan(4 / Math.sqrt(settings.examples * settings.units));
    }
  });
});
