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

  it("keeps a gap of one point, wherever it is, at its place", () => {
    for (const at of [0, 1, 2344, 2346, 2347, 4998, 4999]) {
      const kept = thinned(points.map((point) => (point.x === at ? { ...point, y: null } : point)));
      expect(kept.filter(({ y }) => y === null).map(({ x }) => x)).toEqual([at]);
      const places = kept.map(({ x }) => Number(x));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
  });

  it("keeps every gap between points that are kept", () => {
    const dotted = points.map((point) => (Number(point.x) % 25 === 7 ? { ...point, y: null } : point));
    const kept = thinned(dotted);
    kept.slice(1).forEach((point, index) => {
      const [from, to] = [Number(kept[index]!.x), Number(point.x)];
      const between = dotted.slice(from + 1, to);
      if (kept[index]!.y !== null && point.y !== null)
        expect(between.every(({ y }) => y !== null)).toBe(true);
    });
  });

  it("of few points stays as it is", () => {
    expect(thinned(points.slice(0, 300))).toEqual(points.slice(0, 300));
  });
});
