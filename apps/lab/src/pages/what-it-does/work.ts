import { type Normalized, normalize, type Statistics, statisticsOf } from "./normalization.ts";
import type { Settings } from "./page.ts";

/** All that follows from the settings. */
export interface Work {
  batch: Statistics;
  running: Statistics;
  /** Those of the two that this mode normalises by. */
  used: Statistics;
  /** What becomes of each value in this mode. */
  points: Normalized[];
  /** What becomes of each value in the other mode. */
  others: Normalized[];
  /** Which value is looked at, from 0. */
  chosen: number;
}

/** Does the arithmetic. */
export function workOf(settings: Settings): Work {
  const { values, mode, point, runningMean, runningVariance } = settings;
  const batch = statisticsOf(values);
  const running = { mean: runningMean, variance: runningVariance };
  const [used, unused] = mode === "training" ? [batch, running] : [running, batch];
  return {
    batch,
    running,
    used,
    points: normalize(values, used, settings),
    others: normalize(values, unused, settings),
    chosen: Math.min(point, values.length) - 1,
  };
}
