import { chance, finalAccuracy } from "./curves.js";
import type { Run } from "./run.js";
import { type TrainingResult, type TrainingSettings, training } from "./training.js";

/** The loss of guessing among ten classes. */
const guessing = Math.log(1 / chance);

/** Separates the name of a search from its rate, in the names of runs. */
const at = " at 2^";

/** A network's training at one of the rates. */
export interface Trial {
  learningRate: number;
  /** On the test set, at the end; chance where it diverged. */
  accuracy: number;
  /** Whether it ended with a smaller loss on its batches than guessing has. */
  trains: boolean;
}

/**
 * The same training at several learning rates, which are powers of 2: the search of De & Smith 2020, and others. Each
 * is a run of its own, `NAME at 2^-3`.
 *
 * @param settings of the training at a rate.
 */
export function atRates(
  name: string,
  exponents: readonly number[],
  settings: (learningRate: number) => TrainingSettings,
): Record<string, Run<TrainingResult>> {
  return Object.fromEntries(
    exponents.map((exponent) => [`${name}${at}${exponent}`, training(settings(2 ** exponent))]),
  );
}

/** How the trainings of a search went, from the smallest rate on; none when there was no such search. */
export function trialsOf(results: Readonly<Record<string, unknown>>, name: string): Trial[] {
  return Object.entries(results)
    .filter(([run]) => run.startsWith(name + at))
    .map(([run, result]) => trial(2 ** Number(run.slice(name.length + at.length)), result as TrainingResult))
    .sort((a, b) => a.learningRate - b.learningRate);
}

function trial(learningRate: number, result: TrainingResult): Trial {
  const loss = result.points.at(-1)?.train?.loss;
  return {
    learningRate,
    accuracy: finalAccuracy(result),
    trains: result.outcome === "finished" && loss !== undefined && loss < guessing,
  };
}

/**
 * The trial with the best test accuracy, which makes its rate the optimal one; of equals that of the smallest rate.
 *
 * @throws Error when there are no trials.
 */
export function best(trials: readonly Trial[]): Trial {
  if (trials.length === 0)
    throw new Error("There is no best of no trials: no run has the name of the search.");
  return trials.reduce((leader, each) => (each.accuracy > leader.accuracy ? each : leader));
}

/** The largest rate that trains, of those tried; undefined when none does. */
export function largestStableRate(trials: readonly Trial[]): number | undefined {
  return trials.findLast(({ trains }) => trains)?.learningRate;
}
