import { describe, expect, it } from "vitest";
import { linearTicks, logTicks, ticksAt } from "./ticks.js";

describe("ticks of a logarithmic axis", () => {
  it("are as many as can be read", () => {
    expect(logTicks(0.9, 8).ticks).toEqual([1, 2, 5]);
    expect(logTicks(0.02, 4).ticks).toEqual([0.03, 0.1, 0.3, 1, 3]);
    expect(logTicks(1e-5, 1).ticks).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
    expect(logTicks(1, 1e18).ticks).toEqual([1, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18]);
    expect(logTicks(0.62, 0.81).ticks).toEqual([0.65, 0.7, 0.75, 0.8]);
  });

  it("are powers where numbers would be long", () => {
    const { tickFormat } = logTicks(1e-5, 1e7);
    expect([1e-5, 0.001, 3, 1e4, 1e6].map(tickFormat)).toEqual(["10⁻⁵", "0.001", "3", "10,000", "10⁶"]);
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

  it("are at batch sizes, but not at places that are many or not round", () => {
    expect(ticksAt([64, 8, 16, 32, 16], [7, 70])?.ticks).toEqual([8, 16, 32, 64]);
    expect(ticksAt([0.0001, 0.003, 0.1], [5e-5, 0.2])?.ticks).toEqual([0.0001, 0.003, 0.1]);
    expect(ticksAt([0.00067321, 0.1], [5e-5, 0.2])).toBeUndefined();
    expect(
      ticksAt(
        Array.from({ length: 40 }, (_, index) => 100 + index),
        [100, 140],
      ),
    ).toBeUndefined();
    expect(ticksAt([5], [1, 10])).toBeUndefined();
    expect(ticksAt(["before", "after"], [1, 10])).toBeUndefined();
  });
});

describe("ticks of a linear axis", () => {
  it("are round", () => {
    expect(linearTicks(-0.04, 1.04).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(0, 52_000).ticks).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    expect(linearTicks(0.9, 3.1, { whole: true }).ticks).toEqual([1, 2, 3]);
    expect(linearTicks(-1.3, -0.7, { count: 3 }).ticks).toEqual([-1.2, -1, -0.8]);
  });

  it("are written with as many digits as they need", () => {
    const texts = ([least, most]: [number, number]) => {
      const { ticks, tickFormat } = linearTicks(least, most);
      return ticks.map(tickFormat);
    };
    expect(texts([-0.04, 1.04])).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(texts([-25_000, 25_000])).toEqual(["−20,000", "−10,000", "0", "10,000", "20,000"]);
    expect(texts([0, 3e8])).toEqual(["0", "5×10⁷", "10⁸", "1.5×10⁸", "2×10⁸", "2.5×10⁸", "3×10⁸"]);
  });
});
