import { describe, expect, it } from "vitest";
import { allFinite, channelMoments, histogram, norm, percentiles } from "./summaries.js";

describe("summaries of values", () => {
  it("finds what is no finite number, however deep", () => {
    expect(allFinite({ a: [1, { b: -2 }], c: "NaN", d: null, e: undefined, f: true })).toBe(true);
    expect(allFinite({ a: [1, { b: Number.NaN }] })).toBe(false);
    expect(allFinite(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBe(false);
  });

  it("takes percentiles between the values", () => {
    expect(percentiles(Float32Array.from({ length: 101 }, (_, index) => 100 - index))).toEqual([15, 50, 85]);
  });

  it("takes percentiles of an even sample of many values, with every unit in it", () => {
    // 300,000 values of ten units; a stride that divides ten would see some units only.
    const values = Float32Array.from({ length: 300_000 }, (_, index) => index % 10);
    const [low, middle, high] = percentiles(values);
    expect(low).toBe(1);
    expect(middle).toBeGreaterThanOrEqual(4);
    expect(middle).toBeLessThanOrEqual(5);
    expect(high).toBe(8);
  });

  it("takes mean and biased variance of each channel over examples and positions", () => {
    const data = Float32Array.from([1, 3, 10, 10, 5, 7, 10, 30]);
    expect(channelMoments({ shape: [2, 2, 2], data })).toEqual({ mean: [4, 15], variance: [5, 75] });
    expect(channelMoments({ shape: [4, 2], data })).toEqual({ mean: [6.5, 12.5], variance: [14.25, 108.25] });
  });

  it("keeps the variance of values far from 0", () => {
    const data = Float32Array.from({ length: 1000 }, (_, index) => 10_000 + (index % 2));
    expect(channelMoments({ shape: [1000, 1], data }).variance[0]).toBeCloseTo(0.25, 10);
  });

  it("measures lengths, and counts values into bins", () => {
    expect(norm([3, 4])).toBe(5);
    expect(histogram([-9, 0, 0.4, 0.5, 0.99, 1, 9], { from: 0, to: 1, bins: 2 })).toEqual({
      edges: [0, 0.5, 1],
      counts: [3, 4],
    });
  });
});
