import { describe, expect, it } from "vitest";
import { median, pairedDifference, pairedRatio, shareOfCommonest, spreadOf } from "./statistics.js";

const bySeed = (...values: number[]) => new Map(values.map((value, index) => [index, value]));

describe("statistics over seeds", () => {
  it("have mean and standard deviation with n - 1", () => {
    expect(spreadOf([1, 2, 3])).toEqual({ mean: 2, deviation: 1, n: 3 });
    expect(spreadOf([5])).toEqual({ mean: 5, deviation: 0, n: 1 });
    expect(spreadOf([])).toBeUndefined();
  });

  it("have a commonest value", () => {
    expect(shareOfCommonest([3, 1, 3, 2])).toBe(0.5);
  });

  it("have a median", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("pair by seed: a small steady difference counts, a large unsteady one does not", () => {
    expect(pairedDifference(bySeed(1.1, 5.1, 9.11), bySeed(1, 5, 9))!.verdict).toBe("higher");
    expect(pairedDifference(bySeed(1, 5, 9), bySeed(1.1, 5.1, 9.11))!.verdict).toBe("lower");
    expect(pairedDifference(bySeed(3, 4, 9), bySeed(1, 5, 6))!.verdict).toBe("unclear");
  });

  it("use the 5 % point of t: 4.303 for three seeds", () => {
    // Differences 0, 1, 2 + c have mean 1 + c and standard error 1/√3.
    const shifted = (c: number) => pairedDifference(bySeed(c, 1 + c, 2 + c), bySeed(0, 0, 0))!.verdict;
    expect(shifted(4.303 / Math.sqrt(3) - 1 - 0.001)).toBe("unclear");
    expect(shifted(4.303 / Math.sqrt(3) - 1 + 0.001)).toBe("higher");
  });

  it("compare times by their ratio, so that a slow spell of the machine does not hide a steady factor", () => {
    expect(pairedRatio(bySeed(1, 2, 9), bySeed(2.1, 4, 17))!.verdict).toBe("lower");
    expect(pairedDifference(bySeed(1, 2, 9), bySeed(2.1, 4, 17))!.verdict).toBe("unclear");
  });

  it("claim nothing without difference, with one seed, or with none in common", () => {
    expect(pairedDifference(bySeed(1, 2), bySeed(1, 2))!.verdict).toBe("unclear");
    expect(pairedDifference(bySeed(1), bySeed(2))!.verdict).toBe("one seed");
    expect(pairedDifference(new Map([[1, 1]]), new Map([[2, 1]]))).toBeUndefined();
  });
});
