import type { Evidence, Runs } from "../claim/claim.js";
import { across } from "../claim/evidence.js";
import { curves } from "../figures/curves.js";
import type { Mark } from "../figures/figure.js";
import { curveOf } from "../runs/curves.js";
import type { Measures, TrainingResult } from "../runs/training.js";

/**
 * The curves of some trainings, each with its seeds.
 *
 * @param names what the curves are called, by the run's name.
 * @param part on the test set, or on the batches as they were trained on. Default `test`.
 * @param measure default `accuracy`.
 */
export function learningCurves<R extends Runs>(
  evidence: Evidence<R>,
  names: { readonly [Name in keyof R]?: string },
  part: "train" | "test" = "test",
  measure: keyof Measures = "accuracy",
): Mark[] {
  return Object.entries(names).flatMap(([run, name]) =>
    curves(
      name as string,
      across(evidence, (results) => curveOf(results[run] as TrainingResult, part, measure)),
    ),
  );
}
