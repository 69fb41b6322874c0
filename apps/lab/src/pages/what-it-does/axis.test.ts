import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rangeAround, snapped, stepsOf, ticksOf, union } from "./axis.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 32 });

describe("a number line", () => {
  it("has all its values within, and room for them to move", () => {
    fc.assert(
      fc.property(values, (some) => {
        const { low, high } = rangeAround(some);
        expect(low).toBeLessThan(Math.min(...some));
        expect(high).toBeGreaterThan(Math.max(...some));
      }),
    );
  });

  it("goes from one round number to another", () => {
    expect(rangeAround([3, 24])).toEqual({ low: 0, high: 30 });
    expect(rangeAround([9999.9, 10000.1])).toEqual({ low: 9999.85, high: 10000.15 });
    expect(rangeAround([7])).toEqual({ low: 3, high: 11 });
  });

  it("has round ticks, all of them within", () => {
    expect(ticksOf({ low: 0, high: 30 }, 6)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(ticksOf({ low: -0.3, high: 0.3 }, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (some, about) => {
        const range = rangeAround(some);
        const ticks = ticksOf(range, about);
        expect(ticks.length).toBeLessThanOrEqual(about + 2);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(range.low - 1e-6 * (range.high - range.low));
          expect(tick).toBeLessThanOrEqual(range.high + 1e-6 * (range.high - range.low));
        }
      }),
    );
  });

  it("is as long as two stretches need", () => {
    expect(union({ low: -3, high: 2 }, { low: 0, high: 6 })).toEqual({ low: -3, high: 6 });
  });

  it("moves by steps that suit its length", () => {
    expect(stepsOf({ low: 0, high: 30 })).toEqual({ key: 0.5, drag: 0.1 });
    expect(snapped(7.26, 0.1)).toBe(7.3);
    expect(Object.is(snapped(-0.01, 0.1), 0)).toBe(true);
  });
});
