import type { Measures, TrainingResult } from "./training.js";

/** Accuracy of guessing among ten classes: what a network that diverged is said to have. */
export const chance = 0.1;

/** Test accuracy at the end; chance when the training diverged. */
export function finalAccuracy({ outcome, points }: TrainingResult): number {
  return outcome === "diverged" ? chance : (points.at(-1)?.test?.accuracy ?? chance);
}

/** The best test accuracy of the training. */
export function bestAccuracy({ points }: TrainingResult): number {
  return Math.max(chance, ...points.map(({ test }) => test?.accuracy ?? 0));
}

/**
 * Test loss − train loss at the end, both in inference mode; for trainings with `trainExamples`. A penalty is in both.
 *
 * @returns undefined when the training diverged, or one of the losses is no finite number.
 */
export function lossGap({ outcome, train, points }: TrainingResult): number | undefined {
  const test = points.at(-1)?.test;
  return outcome === "finished" && train && test ? test.loss - train.loss : undefined;
}

/**
 * The first step, of those where the test set was evaluated, with at least this test accuracy.
 *
 * @returns undefined when it was never reached.
 */
export function stepsTo({ points }: TrainingResult, accuracy: number): number | undefined {
  return points.find(({ test }) => (test?.accuracy ?? 0) >= accuracy)?.step;
}

/** The curve of one measure on the test set, or on the batches trained on. */
export function curveOf(
  { points }: TrainingResult,
  part: "train" | "test",
  measure: keyof Measures,
): { x: number; y: number | null }[] {
  return points.flatMap((point) => {
    const measures = point[part];
    return measures ? [{ x: point.step, y: measures[measure] }] : [];
  });
}
