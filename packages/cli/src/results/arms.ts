import type { Divergence, RunRecord } from "../compare/records.js";
import { type Arm, armsOf, type Settings } from "../compare/settings.js";
import { median, type Spread, spreadOf } from "./statistics.js";

/** The race of an arm to the target accuracy. */
export interface TargetRace {
  /** Seeds that got there. */
  reached: number;
  /** Epochs they needed. */
  epochs: Spread | undefined;
  /** Training time they needed, without evaluation. */
  seconds: Spread | undefined;
}

/** One row of the table: a variant at a learning rate, over its seeds. */
export interface ArmResult extends Arm {
  /** Seeds that were trained to the end. */
  finished: number;
  /** Seeds whose loss became no number, with the reason. */
  diverged: (Divergence & { seed: number; reason: string })[];
  /** How many of the finished seeds ended at the accuracy of one answer for everything, or hardly above it. */
  learnedNothing: number;
  parameters: RunRecord["parameters"];
  /** Test accuracy after each epoch, over the seeds that have it. */
  testAccuracy: (Spread | undefined)[];
  /** Test accuracy after the last epoch, over the seeds that were trained to the end. */
  finalAccuracy: Spread | undefined;
  target: TargetRace;
  /** Of each seed's median epoch. */
  secondsPerEpoch: Spread | undefined;
}

/** How far above one answer for everything a test accuracy has to be to show that anything was learned: a point. */
const leastGain = 0.01;

/**
 * The rows of the table, in the settings' order, of those arms that were trained at all.
 *
 * @param baseline the test accuracy of one answer for everything.
 */
export function armResults(records: readonly RunRecord[], settings: Settings, baseline: number): ArmResult[] {
  return armsOf(settings).flatMap((arm) => {
    const runs = completed(records, arm);
    return runs.length > 0 ? [armResult(arm, runs, settings, baseline)] : [];
  });
}

/** An arm's trainings that were not cut short. */
export function completed(records: readonly RunRecord[], arm: Arm): RunRecord[] {
  return records.filter(
    ({ variant, learningRate, outcome }) =>
      variant === arm.variant && learningRate === arm.learningRate && outcome !== "interrupted",
  );
}

/** The first epoch after which the target is reached. */
export function reaches({ epochs }: RunRecord, target: number) {
  return epochs.find(({ test }) => test.accuracy >= target);
}

/** A training's typical epoch in seconds: its median, since the machine may do other things at times. */
export function typicalEpochSeconds({ epochs }: RunRecord): number {
  return median(epochs.map(({ epochSeconds }) => epochSeconds));
}

function armResult(
  arm: Arm,
  runs: readonly RunRecord[],
  { epochs, target }: Settings,
  baseline: number,
): ArmResult {
  const finished = runs.filter(({ outcome }) => outcome === "finished");
  const finals = finished.map((run) => run.epochs.at(-1)!.test.accuracy);
  const arrivals = runs.flatMap((run) => reaches(run, target) ?? []);
  return {
    ...arm,
    finished: finished.length,
    diverged: runs.flatMap(({ seed, divergence, reason = "" }) =>
      divergence ? [{ seed, ...divergence, reason }] : [],
    ),
    learnedNothing: finals.filter((accuracy) => accuracy < baseline + leastGain).length,
    parameters: runs[0]!.parameters,
    testAccuracy: Array.from({ length: epochs }, (_, epoch) =>
      spreadOf(runs.flatMap((run) => run.epochs[epoch]?.test.accuracy ?? [])),
    ),
    finalAccuracy: spreadOf(finals),
    target: {
      reached: arrivals.length,
      epochs: spreadOf(arrivals.map(({ epoch }) => epoch)),
      seconds: spreadOf(arrivals.map(({ seconds }) => seconds)),
    },
    secondsPerEpoch: spreadOf(runs.filter((run) => run.epochs.length > 0).map(typicalEpochSeconds)),
  };
}
