import type { Point } from "./figure.js";

/** A line of more points is thinned: more than its pixels are not seen. */
const mostPoints = 300;

/**
 * The line with at most 300 points that looks the same: of each of 100 stretches the first, the lowest and the highest.
 */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  const stretches = mostPoints / 3;
  const kept = Array.from({ length: stretches }, (_, stretch) => {
    const [from, to] = [stretch, stretch + 1].map((edge) => Math.round((edge * points.length) / stretches));
    let [lowest, highest] = [from!, from!];
    for (let index = from!; index < to!; index++) {
      const y = points[index]!.y;
      if (y === null) continue;
      if (y < (points[lowest]!.y ?? Number.POSITIVE_INFINITY)) lowest = index;
      if (y > (points[highest]!.y ?? Number.NEGATIVE_INFINITY)) highest = index;
    }
    const indices = stretch === stretches - 1 ? [from!, lowest, highest, to! - 1] : [from!, lowest, highest];
    return [...new Set(indices)].sort((a, b) => a - b).map((index) => points[index]!);
  });
  return kept.flat();
}
