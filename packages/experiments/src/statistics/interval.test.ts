import { randomStream } from "evenkeel";
import fc from "fast-check";
import { mean } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { bootstrap } from "./interval.js";

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 8 });

describe("the bootstrap interval", () => {
  it("takes every resample of up to five values: of five, nearly from the least to the greatest", () => {
    const { effect, low, high, n } = bootstrap([1, 2, 3, 4, 10]);
    expect({ effect, n }).toEqual({ effect: 4, n: 5 });
    // 0.1 % of 3125 resamples: the third or fourth from either end, four or five times the extreme value.
    expect(low).toBeCloseTo(1.2, 10);
    expect(high).toBeCloseTo(8.8, 10);
  });

  it("holds the mean of five Gaussian values in about 92 of 100 cases", () => {
    const random = randomStream(1, "coverage");
    const samples = Array.from({ length: 400 }, () => Array.from({ length: 5 }, () => random.normal(3, 2)));
    const covered = samples
      .map((sample) => bootstrap(sample))
      .filter(({ low, high }) => low <= 3 && 3 <= high);
    // Two standard errors of 400 samples are 0.027.
    expect(covered.length / samples.length).toBeGreaterThan(0.88);
    expect(covered.length / samples.length).toBeLessThan(0.95);
  });

  it("is of numbers, in their order, also where values are tiny or huge", () => {
    const magnitudes = fc.array(fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(magnitudes, (sample) => {
        const { low, effect, high } = bootstrap(sample, "log");
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(effect * (1 + 1e-9));
        expect(effect).toBeLessThanOrEqual(high * (1 + 1e-9));
      }),
      { numRuns: 30 },
    );
  });

  it("lies around the mean, within the values, and moves with them", () => {
    fc.assert(
      fc.property(values, fc.double({ min: -100, max: 100, noNaN: true }), (sample, shift) => {
        const { effect, low, high } = bootstrap(sample);
        const slack = 1e-9 * Math.max(1, ...sample.map(Math.abs));
        expect(effect).toBeCloseTo(mean(sample), 6);
        expect(low).toBeLessThanOrEqual(effect + slack);
        expect(high).toBeGreaterThanOrEqual(effect - slack);
        expect(low).toBeGreaterThanOrEqual(Math.min(...sample) - slack);
        expect(high).toBeLessThanOrEqual(Math.max(...sample) + slack);
        const moved = bootstrap(sample.map((value) => value + shift));
        expect(moved.low).toBeCloseTo(low + shift, 5);
        expect(moved.high).toBeCloseTo(high + shift, 5);
      }),
      { numRuns: 30 },
    );
  });

  it("is the same for the same values", () => {
    const sample = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(bootstrap(sample)).toEqual(bootstrap(sample));
  });

  it("takes ratios by their logarithms", () => {
    const { effect, low, high } = bootstrap([0.5, 1, 2, 4, 1 / 4], "log");
    expect(effect).toBeCloseTo(1, 12);
    expect(low).toBeCloseTo(1 / high, 10);
  });

  it("of equal values is that value, so that no rule is met by rounding", () => {
    expect(bootstrap([10, 10, 10, 10, 10], "log")).toEqual({ effect: 10, low: 10, high: 10, n: 5 });
    expect(bootstrap([0.1, 0.1, 0.1, 0.1, 0.1])).toEqual({ effect: 0.1, low: 0.1, high: 0.1, n: 5 });
  });

  it("says nothing of where the mean of one value lies", () => {
    expect(bootstrap([7])).toEqual({
      effect: 7,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
      n: 1,
    });
    expect(bootstrap([7], "log")).toMatchObject({ low: 0, high: Number.POSITIVE_INFINITY });
  });

  it("refuses what has no mean", () => {
    expect(() => bootstrap([])).toThrow("An interval needs finite numbers, got no values.");
    expect(() => bootstrap([1, Number.NaN])).toThrow("An interval needs finite numbers, got NaN.");
    expect(() => bootstrap([1, -1e308])).toThrow(
      "An interval needs finite numbers, got -1e+308, which is too large to add up.",
    );
    expect(() => bootstrap([1, 0], "log")).toThrow("An interval needs finite numbers above 0, got 0.");
  });
});
