import type { PlannedRun } from "./plan.js";

/** How long runs take here: what their experiments say, scaled by what those that are done have taken. */
export interface Estimate {
  /** Takes note of a run that is done. */
  learn(run: Pick<PlannedRun, "experiment" | "seconds">, seconds: number): void;
  /** About how long a run takes, seconds. */
  of(run: Pick<PlannedRun, "experiment" | "seconds">): number;
}

/** Seconds that count as taken just as estimated: one short run says little. */
const prior = 5;

/** An estimate that has learnt nothing yet. */
export function estimate(): Estimate {
  const whole = { estimated: prior, taken: prior };
  const kinds = new Map<string, typeof whole>();
  return {
    learn({ experiment, seconds: estimated }, taken) {
      const kind = kinds.get(experiment) ?? { estimated: 0, taken: 0 };
      kinds.set(experiment, kind);
      for (const sums of [whole, kind]) {
        sums.estimated += estimated;
        sums.taken += taken;
      }
    },
    of({ experiment, seconds }) {
      const overall = whole.taken / whole.estimated;
      const kind = kinds.get(experiment) ?? { estimated: 0, taken: 0 };
      return (seconds * (kind.taken + prior * overall)) / (kind.estimated + prior);
    },
  };
}

/**
 * About how long runs take with so many of them at once, seconds.
 *
 * @param seconds of each run, in the order in which they are begun.
 */
export function elapsed(seconds: readonly number[], jobs: number): number {
  const free = Array.from({ length: jobs }, () => 0);
  for (const each of seconds) {
    const first = free.indexOf(Math.min(...free));
    free[first]! += each;
  }
  return Math.max(...free);
}
