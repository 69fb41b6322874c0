import { describe, expect, it } from "vitest";
import { thinned } from "./thinning.js";

describe("a long line", () => {
  const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x === 2345 ? 9 : x === 3456 ? -9 : x % 2 }));

  it("is thinned, and keeps its ends, its peaks and its order", () => {
    const kept = thinned(points);
    expect(kept.length).toBeLessThanOrEqual(301);
    expect(kept.at(0)).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    expect(kept).toContain(points[2345]);
    expect(kept).toContain(points[3456]);
    const places = kept.map(({ x }) => Number(x));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("keeps its gaps", () => {
    const gap = points.map((point) => (point.x > 1000 && point.x < 2000 ? { ...point, y: null } : point));
    expect(thinned(gap).some(({ y }) => y === null)).toBe(true);
  });

  it("of few points stays as it is", () => {
    expect(thinned(points.slice(0, 300))).toEqual(points.slice(0, 300));
  });
});
