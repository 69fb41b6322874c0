import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { farthest, isRange, ofWidth, rangeField, widths } from "./ranges.ts";

const field = rangeField([2, 24]);

describe("a range in the address", () => {
  it.each(["0,1000", "-500,500", "0.5,1.5", "-10000,0"])("can be %s", (text) => {
    expect(field.read(text)).toEqual(text.split(",").map(Number));
    expect(field.write(field.read(text)!)).toBe(text);
  });

  it.each(["", "5", "1,2,3", "24,2", "3,3", "0,0.5", "0,1e9", "-10000,10000", "a,b", "0,NaN"])(
    "cannot be “%s”",
    (text) => expect(field.read(text)).toBeUndefined(),
  );
});

describe("a range of another width", () => {
  it("keeps its lower end, or its middle where that is 0", () => {
    expect(ofWidth([2, 24], 10)).toEqual([2, 12]);
    expect(ofWidth([-3, 3], 100)).toEqual([-50, 50]);
  });

  it("is a range that the address takes", () => {
    const end = fc.double({ min: -farthest, max: farthest, noNaN: true });
    const width = fc.double({ min: widths.minimum, max: widths.maximum, noNaN: true });
    fc.assert(
      fc.property(end, width, width, (from, before, after) => {
        fc.pre(from + before <= farthest);
        const range = ofWidth([from, from + before], after);
        expect(Math.abs(range[1] - range[0] - after)).toBeLessThan(1e-6);
        expect(Math.max(...range.map(Math.abs))).toBeLessThanOrEqual(farthest);
        // Rounding at the very end of what there is can go either way.
        if (after > widths.minimum + 1e-6 && after < widths.maximum - 1e-6) {
          expect(isRange(range)).toBe(true);
        }
      }),
    );
  });
});
