import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StepMeasures } from "./comparison.ts";
import { emptyTrace, extended, smoothed } from "./trace.ts";

const measuresOf = (losses: readonly number[]): StepMeasures[] =>
  losses.map((loss, index) => ({ loss, accuracy: 1 / (1 + loss), seconds: index + 1 }));

describe("a trace", () => {
  it("keeps every step while they are few", () => {
    const { points, stepsPerPoint } = extended(emptyTrace, 1, measuresOf([3, 1, 2]));
    expect(stepsPerPoint).toBe(1);
    expect(points.map(({ step, loss, low, high }) => [step, loss, low, high])).toEqual([
      [1, 3, 3, 3],
      [2, 1, 1, 1],
      [3, 2, 2, 2],
    ]);
  });

  it("has bounded points that hold every step once, with its mean, least and largest loss", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 700 }),
        (losses, atOnce) => {
          const measures = measuresOf(losses);
          let trace = emptyTrace;
          for (let start = 0; start < losses.length; start += atOnce) {
            trace = extended(trace, start + 1, measures.slice(start, start + atOnce));
          }
          const { points, stepsPerPoint } = trace;
          expect(points.length).toBeLessThanOrEqual(500);
          expect(points.slice(0, -1).every(({ count }) => count === stepsPerPoint)).toBe(true);
          let start = 0;
          for (const { count, step, loss, low, high, seconds } of points) {
            const own = losses.slice(start, start + count);
            start += count;
            expect(step).toBe(start);
            expect(seconds).toBe(start);
            expect(loss).toBeCloseTo(own.reduce((sum, value) => sum + value, 0) / count, 9);
            expect([low, high]).toEqual([Math.min(...own), Math.max(...own)]);
          }
          expect(start).toBe(losses.length);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a smoothed trace", () => {
  const pointsOf = (losses: readonly number[]) => extended(emptyTrace, 1, measuresOf(losses)).points;

  it("begins and ends where the trace does", () => {
    const losses = Array.from({ length: 200 }, (_, step) => 3 / (1 + step));
    const curve = smoothed(pointsOf(losses), "loss");
    expect(curve[0]).toBeCloseTo(losses[0]!, 9);
    expect(curve.at(-1)).toBeCloseTo(losses.at(-1)!, 9);
  });

  it("is the trace where that is straight, and flatter where it jumps", () => {
    const straight = Array.from({ length: 200 }, (_, step) => step / 100);
    for (const [step, value] of smoothed(pointsOf(straight), "loss").entries()) {
      expect(value).toBeCloseTo(straight[step]!, 9);
    }
    const jumping = Array.from({ length: 200 }, (_, step) => step % 2);
    const curve = smoothed(pointsOf(jumping), "loss").slice(10, -10);
    expect(Math.max(...curve) - Math.min(...curve)).toBeLessThan(0.2);
  });
});
