import { describe, expect, it } from "vitest";
import { logTicks } from "./log-ticks.js";

describe("ticks of a logarithmic axis", () => {
  it("are as many as can be read", () => {
    expect(logTicks(0.9, 8).ticks).toEqual([1, 2, 5]);
    expect(logTicks(0.02, 4).ticks).toEqual([0.03, 0.1, 0.3, 1, 3]);
    expect(logTicks(1e-5, 1).ticks).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  });

  it.each([
    [0, 1],
    [-1, 1],
    [0.1, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ])("are none from %d to %d, which no such axis has", (least, most) => {
    expect(logTicks(least, most).ticks).toEqual([]);
  });
});
