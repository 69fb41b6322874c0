import { finalAccuracy, lossGap } from "../../runs/curves.js";
import type { Measures, TrainingResult } from "../../runs/training.js";

/**
 * How much worse a network is on the test set than on its training examples, both in inference mode at the end: test
 * loss − train loss, or train accuracy − test accuracy.
 *
 * @returns NaN when the training diverged; a judgement refuses that, and so takes no such training for one without a gap.
 */
export function trainTestGap(result: TrainingResult, measure: keyof Measures): number {
  if (measure === "loss") return lossGap(result) ?? Number.NaN;
  const { outcome, train } = result;
  return outcome === "finished" && train ? train.accuracy - finalAccuracy(result) : Number.NaN;
}
