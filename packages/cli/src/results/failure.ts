import type { Divergence } from "../compare/records.js";
import type { ArmResult } from "./arms.js";
import { enumerated, percent } from "./wording.js";

/** In what way an arm failed, as the end of a sentence; undefined when it did not. */
export function failure(arm: ArmResult): string | undefined {
  const { diverged, finished, learnedNothing, finalAccuracy } = arm;
  const seeds = diverged.length + finished;
  if (diverged.length === seeds && seeds > 0) return `diverged with every seed (${losses(diverged)})`;
  if (diverged.length > 0) {
    return `diverged with ${diverged.length} of ${seeds} seeds (${losses(diverged)}) and ${theOthers(arm)}`;
  }
  if (!finalAccuracy) return "was not trained to the end";
  if (learnedNothing < finished) return undefined;
  return `learned nothing: ${percent(finalAccuracy.mean)}, about as good as one answer for every image`;
}

/** How the seeds ended that did not diverge. */
function theOthers({ finished, learnedNothing, finalAccuracy }: ArmResult): string {
  const others = finished === 1 ? "the other" : `the other ${finished}`;
  const accuracy = percent(finalAccuracy!.mean);
  if (learnedNothing === finished) return `learned nothing with ${others} (${accuracy})`;
  if (learnedNothing > 0) return `learned nothing with ${learnedNothing} of ${others}`;
  return `ended at ${accuracy} with ${others}`;
}

/** What became of the losses, and when: `the loss became NaN at steps 8 and 11`. */
function losses(diverged: readonly Divergence[]): string {
  const kinds = (["NaN", "infinite"] as const).flatMap((kind) => {
    const steps = diverged.filter(({ loss }) => loss === kind).map(({ step }) => step);
    return steps.length > 0 ? [`${kind} at ${when(steps)}`] : [];
  });
  return `the loss became ${enumerated(kinds)}`;
}

/** Few steps one by one, many by the first and the last. */
function when(steps: readonly number[]): string {
  const distinct = [...new Set(steps)].sort((a, b) => a - b);
  if (distinct.length === 1) return `step ${distinct[0]}`;
  if (distinct.length <= 4) return `steps ${enumerated(distinct.map(String))}`;
  return `steps ${distinct[0]} to ${distinct.at(-1)}`;
}
