import { written } from "./numbers.ts";

/** The share of the target's variance at which the experiment on this claim counts a unit as having learned. */
export const convergedAt = 0.01;

/** A loss that is so many times that of the start has got out of hand. */
const runAway = 10;

/** What came of a descent. */
export type Outcome =
  /** From this step on the loss is at most 1 % of the target's variance. */
  | { kind: "converged"; step: number }
  /** From this step on the loss is more than ten times that of the start, or no finite number. */
  | { kind: "diverged"; step: number }
  /** The loss rises at the end, and has not got out of hand yet. */
  | { kind: "rising"; share: number }
  | { kind: "underway"; share: number };

/**
 * What came of a descent.
 *
 * @param shares the loss as a share of the target's variance, after 0, 1, 2, … steps; fewer than `steps + 1` where it
 * was no finite number any more.
 */
export function outcomeOf(shares: readonly number[], steps: number): Outcome {
  const last = shares.at(-1)!;
  const limit = runAway * Math.max(shares[0]!, convergedAt);
  const isCutOff = shares.length <= steps;
  if (isCutOff || last > limit) {
    const tame = shares.findLastIndex((share) => share <= limit);
    return { kind: "diverged", step: tame + 1 };
  }
  const far = shares.findLastIndex((share) => share > convergedAt);
  if (far < shares.length - 1) return { kind: "converged", step: far + 1 };
  const least = Math.min(...shares);
  return { kind: last > 1.5 * least ? "rising" : "underway", share: last };
}

/** The same in words. */
export function inWords(outcome: Outcome, steps: number): string {
  switch (outcome.kind) {
    case "converged":
      return outcome.step === 0 ? "Begins at the solution" : `Converged at step ${outcome.step}`;
    case "diverged":
      return `Diverged at step ${outcome.step}`;
    case "rising":
      return `Loss rising, ${written(outcome.share)} after ${steps} steps`;
    case "underway":
      return `Not there after ${steps} steps, loss ${written(outcome.share)}`;
  }
}
