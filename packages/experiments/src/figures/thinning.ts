import type { Point } from "./figure.js";

/** A line of more points is thinned: more than its pixels are not seen. */
const mostPoints = 300;

/**
 * The line with about 300 points that looks the same: of each of 100 stretches the first, the lowest and the highest,
 * and one for every gap between those.
 */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  const stretches = mostPoints / 3;
  const kept = Array.from({ length: stretches }, (_, stretch): number[] => {
    const [from, to] = [stretch, stretch + 1].map((edge) => Math.round((edge * points.length) / stretches));
    let [lowest, highest] = [from!, from!];
    for (let index = from!; index < to!; index++) {
      const y = points[index]!.y;
      if (y === null) continue;
      if (y < (points[lowest]!.y ?? Number.POSITIVE_INFINITY)) lowest = index;
      if (y > (points[highest]!.y ?? Number.NEGATIVE_INFINITY)) highest = index;
    }
    const indices = stretch === stretches - 1 ? [from!, lowest, highest, to! - 1] : [from!, lowest, highest];
    return [...new Set(indices)].sort((a, b) => a - b);
  });
  return withGaps(kept.flat(), points).map((index) => points[index]!);
}

/** With a point that is null between two that are kept, where there is one: else the line would close over the gap. */
function withGaps(kept: readonly number[], points: readonly Point[]): number[] {
  return kept.flatMap((index, place) => {
    const between = points.slice(index + 1, kept[place + 1] ?? index + 1);
    const gap = between.findIndex(({ y }) => y === null);
    return gap < 0 ? [index] : [index, index + 1 + gap];
  });
}
