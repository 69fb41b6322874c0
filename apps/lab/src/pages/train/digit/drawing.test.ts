import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { centerOfMass, pictureOf, type Stroke } from "./drawing.ts";

const line = (fromX: number, fromY: number, toX: number, toY: number): Stroke => [
  { x: fromX, y: fromY },
  { x: toX, y: toY },
];
const rowsOf = (picture: Uint8Array) =>
  Array.from({ length: 28 }, (_, row) => Array.from(picture.subarray(28 * row, 28 * row + 28)));
const inkedRows = (picture: Uint8Array) => rowsOf(picture).filter((row) => Math.max(...row) > 127).length;

describe("the picture of a drawing", () => {
  it("of nothing is black", () => {
    expect(pictureOf([]).every((value) => value === 0)).toBe(true);
  });

  it("is 20 pixels high for an upright line, however large it was drawn and wherever", () => {
    const small = pictureOf([line(0.1, 0.1, 0.1, 0.5)]);
    const large = pictureOf([line(0.8, 0, 0.8, 1)]);
    expect(inkedRows(large)).toBe(20);
    expect(small).toEqual(large);
  });

  it("is 20 pixels wide for a line across", () => {
    const picture = pictureOf([line(0, 0.3, 1, 0.3)]);
    const columns = Array.from({ length: 28 }, (_, column) =>
      Math.max(...rowsOf(picture).map((row) => row[column]!)),
    );
    expect(columns.filter((value) => value > 127)).toHaveLength(20);
  });

  it("has its centre of mass in the middle", () => {
    // A 7: most of its ink is above.
    const picture = pictureOf([[...line(0.2, 0.1, 0.7, 0.1), { x: 0.4, y: 0.9 }]]);
    const { x, y } = centerOfMass(picture);
    expect(x).toBeCloseTo(14, 0);
    expect(y).toBeCloseTo(14, 0);
    expect(Math.max(...picture)).toBe(255);
  });

  it("of a dot is a dot", () => {
    const picture = pictureOf([[{ x: 0.9, y: 0.1 }]]);
    const inked = picture.filter((value) => value > 127).length;
    expect(inked).toBeGreaterThan(0);
    expect(inked).toBeLessThan(20);
  });

  it("is a picture whatever is drawn", () => {
    const point = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const stroke = fc.array(point, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(stroke, { minLength: 1, maxLength: 4 }), (strokes) => {
        const picture = pictureOf(strokes);
        expect(picture).toHaveLength(784);
        const { x, y } = centerOfMass(picture);
        expect(Math.hypot(x - 14, y - 14)).toBeLessThan(2.5);
      }),
      { numRuns: 40 },
    );
  });
});
