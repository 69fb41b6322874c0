import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { momentsOf } from "./moments.ts";
import { contour, contourLosses, lossAt, lossSlice } from "./slice.ts";

const number = fc.double({ min: -3, max: 3, noNaN: true });
const pair = fc.tuple(number, number);
const rows = fc.array(fc.tuple(number, number, number), { minLength: 4, maxLength: 12 });

/** The mean squared error, summed up. */
function error(data: [number, number, number][], { weights, bias, gamma, beta }: Parameters) {
  const errors = data.map(([x1, x2, y]) => {
    const [z1, z2] = [gamma[0] * x1 + beta[0], gamma[1] * x2 + beta[1]];
    return (weights[0] * z1 + weights[1] * z2 + bias - y) ** 2;
  });
  return errors.reduce((sum, value) => sum + value, 0) / data.length;
}

interface Parameters {
  weights: [number, number];
  bias: number;
  gamma: [number, number];
  beta: [number, number];
}

const single = (data: [number, number, number][]) =>
  data.map((row) => row.map(Math.fround) as [number, number, number]);

const momentsOfRows = (data: [number, number, number][]) =>
  momentsOf(
    Float32Array.from(data.flatMap((row) => row.slice(0, 2))),
    Float32Array.from(data.map(([, , y]) => y)),
  );

describe("the loss over the weights", () => {
  it("is the mean squared error at any weights, whatever bias, gamma and beta are", () => {
    fc.assert(
      fc.property(rows, pair, number, pair, pair, (drawn, weights, bias, gamma, beta) => {
        const data = single(drawn);
        const slice = lossSlice(momentsOfRows(data), { bias, gamma, beta });
        const expected = error(data, { weights, bias, gamma, beta });
        // Where the valley is all but flat, its bottom lies anywhere along it.
        fc.pre(Math.hypot(...slice.center) < 1e3);
        expect(lossAt(slice, weights)).toBeCloseTo(expected, 6);
      }),
    );
  });

  it("has its least value at its center", () => {
    fc.assert(
      fc.property(rows, pair, (drawn, away) => {
        const slice = lossSlice(momentsOfRows(single(drawn)), { bias: 0.5, gamma: [1, 2], beta: [0, 1] });
        const beside: [number, number] = [slice.center[0] + away[0], slice.center[1] + away[1]];
        expect(lossAt(slice, beside)).toBeGreaterThanOrEqual(slice.least - 1e-9);
      }),
    );
  });
});

describe("a contour", () => {
  it("has its loss everywhere", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.double({ min: -0.99, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        (a, c, correlation, above, turn) => {
          const curvature = [a, correlation * Math.sqrt(a * c), c] as const;
          const slice = { least: 0.3, center: [0.2, -0.7], curvature } as const;
          const { center, along, across, angle } = contour(slice, 0.3 + above)!;
          const [u, v] = [along * Math.cos(turn), across * Math.sin(turn)];
          const at = [
            center[0] + u * Math.cos(angle) - v * Math.sin(angle),
            center[1] + u * Math.sin(angle) + v * Math.cos(angle),
          ] as const;
          expect((lossAt(slice, at) - 0.3) / above).toBeCloseTo(1, 5);
          expect(along).toBeGreaterThanOrEqual(across);
        },
      ),
    );
  });

  it("is not there below the least loss, nor where the loss is flat", () => {
    const slice = { least: 2, center: [0, 0], curvature: [1, 0, 4] } as const;
    expect(contour(slice, 1.9)).toBeUndefined();
    expect(contour({ ...slice, curvature: [0, 0, 0] }, 3)).toBeUndefined();
    expect(contour(slice, 6)).toMatchObject({ along: 2, across: 1 });
  });

  it("of a valley without end is very long", () => {
    const { along, across } = contour({ least: 0, center: [0, 0], curvature: [1, 1, 1] }, 2)!;
    expect(across).toBeCloseTo(1, 9);
    expect(along).toBeGreaterThan(1e5);
  });
});

describe("the losses of contours", () => {
  it("are powers of the root of ten, ends included", () => {
    const found = contourLosses(0.01, 1);
    expect(found.map((loss) => Number(loss.toPrecision(3)))).toEqual([0.01, 0.0316, 0.1, 0.316, 1]);
    expect(contourLosses(1, 0.1)).toEqual([]);
  });
});
