import { mean } from "simple-statistics";
import type { Mark, Point } from "./figure.js";

/** A thin line for every seed, where there are several, and their mean. */
export function curves(series: string, seeds: readonly (readonly Point[])[]): Mark[] {
  const thin =
    seeds.length > 1 ? seeds.map((points): Mark => ({ type: "line", series, points, thin: true })) : [];
  return [...thin, { type: "line", series, points: meanCurve(seeds) }];
}

/**
 * The mean over the seeds at every x, of those seeds that have a value there. Numbers ascend, whichever seed has them;
 * names keep the order in which they come up.
 */
export function meanCurve(seeds: readonly (readonly Point[])[]): Point[] {
  const byPlace = new Map<Point["x"], number[]>();
  for (const { x, y } of seeds.flat()) {
    if (y === null || !Number.isFinite(y)) continue;
    byPlace.set(x, [...(byPlace.get(x) ?? []), y]);
  }
  return [...byPlace]
    .sort(([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b : 0))
    .map(([x, values]) => ({ x, y: mean(values) }));
}
