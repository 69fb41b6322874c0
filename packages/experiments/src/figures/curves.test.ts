import { describe, expect, it } from "vitest";
import { curves, meanCurve } from "./curves.js";
import type { Point } from "./figure.js";

const curve = (...points: [Point["x"], number | null][]): Point[] => points.map(([x, y]) => ({ x, y }));

describe("a mean curve", () => {
  it("is the mean, at every x, of the seeds that have a value there", () => {
    expect(meanCurve([curve([0, 1], [1, 2], [2, Number.NaN]), curve([0, 3], [1, null], [2, 5])])).toEqual(
      curve([0, 2], [1, 2], [2, 5]),
    );
  });

  it("goes from left to right, also where a seed without a value comes first", () => {
    expect(meanCurve([curve([0, 1], [100, null], [200, 3]), curve([0, 1], [100, 2], [200, 3])])).toEqual(
      curve([0, 1], [100, 2], [200, 3]),
    );
  });

  it("keeps the order of names", () => {
    expect(meanCurve([curve(["start", 1], ["end", 2])])).toEqual(curve(["start", 1], ["end", 2]));
  });
});

describe("curves of seeds", () => {
  it("are thin behind their mean where there are several", () => {
    const [first, second] = [curve([0, 1]), curve([0, 3])];
    expect(curves("a", [first, second])).toEqual([
      { type: "line", series: "a", points: first, thin: true },
      { type: "line", series: "a", points: second, thin: true },
      { type: "line", series: "a", points: curve([0, 2]) },
    ]);
    expect(curves("a", [first])).toEqual([{ type: "line", series: "a", points: first }]);
  });
});
