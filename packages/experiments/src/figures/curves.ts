import { mean } from "simple-statistics";
import type { Evidence, Results, Runs } from "../claim/claim.js";
import type { Mark, Point } from "./figure.js";

/** Takes something of every seed's results. */
export function across<R extends Runs, T>({ seeds }: Evidence<R>, of: (results: Results<R>) => T): T[] {
  return seeds.map(({ results }) => of(results));
}

/** A thin line for every seed, where there are several, and their mean. */
export function curves(series: string, seeds: readonly (readonly Point[])[]): Mark[] {
  const thin =
    seeds.length > 1 ? seeds.map((points): Mark => ({ type: "line", series, points, thin: true })) : [];
  return [...thin, { type: "line", series, points: meanCurve(seeds) }];
}

/** The mean over the seeds at every x; of those seeds that have a value there. */
export function meanCurve(seeds: readonly (readonly Point[])[]): Point[] {
  const byPlace = new Map<Point["x"], number[]>();
  for (const { x, y } of seeds.flat()) {
    if (y === null || !Number.isFinite(y)) continue;
    byPlace.set(x, [...(byPlace.get(x) ?? []), y]);
  }
  return [...byPlace].map(([x, values]) => ({ x, y: mean(values) }));
}
