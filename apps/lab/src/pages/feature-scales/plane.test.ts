import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawable, exitOf, extentOf, isInside, placeOf, plane, weightsAt } from "./plane.ts";

const pair = fc.tuple(
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.double({ min: -2, max: 2, noNaN: true }),
);

describe("the plane", () => {
  it("shows all starts and solutions", () => {
    expect(extentOf([[0.157, 0.0035]], 2)).toBe(2);
    expect(extentOf([[0.157, 3.46]], 2)).toBe(4.5);
  });

  it("goes up and to the right, one unit as long in both directions", () => {
    const { left, top, size } = plane;
    expect(placeOf([-2, 2], 2)).toEqual([left, top]);
    expect(placeOf([2, -2], 2)).toEqual([left + size, top + size]);
  });

  it("is found back from its drawing", () => {
    fc.assert(
      fc.property(pair, (weights) => {
        const found = weightsAt(placeOf(weights, 2.5), 2.5);
        expect(found[0]).toBeCloseTo(weights[0], 10);
        expect(found[1]).toBeCloseTo(weights[1], 10);
      }),
    );
  });
});

describe("a path", () => {
  it("leaves the plane on its edge, between the points before and behind it", () => {
    expect(
      exitOf(
        [
          [0, 0],
          [1, 1],
          [1, -99],
        ],
        2,
      ),
    ).toEqual({ step: 2, at: [1, -2] });
    expect(
      exitOf(
        [
          [0, 0],
          [4, 8],
        ],
        2,
      ),
    ).toEqual({ step: 1, at: [1, 2] });
    expect(
      exitOf(
        [
          [0, 0],
          [1, 1],
        ],
        2,
      ),
    ).toBeUndefined();
    fc.assert(
      fc.property(pair, pair, (from, direction) => {
        fc.pre(Math.hypot(...direction) > 0.01);
        const to = [from[0] + 1e4 * direction[0], from[1] + 1e4 * direction[1]] as const;
        const { at } = exitOf([from, to], 2)!;
        expect(Math.max(Math.abs(at[0]), Math.abs(at[1]))).toBeCloseTo(2, 6);
      }),
    );
  });

  it("is drawn as far as it can be, and keeps its direction to the last", () => {
    const near = [
      [0, 0],
      [1, 1],
      [3, -3],
    ] as const;
    expect(drawable(near, 2)).toEqual(near);
    const cut = drawable(
      [
        [0, 0],
        [1, 1],
        [1e9 + 1, -1e9 + 1],
        [5, 5],
      ],
      2,
    );
    expect(cut).toHaveLength(3);
    expect(cut[2]![0]).toBeCloseTo(41, 6);
    expect(cut[2]![1]).toBeCloseTo(-39, 6);
    expect(isInside(cut[2]!, 100)).toBe(true);
  });
});
