import { fashionMnist, mnist, type Runtime, type TrainTest, take } from "evenkeel";
import type { Observer, RunRecord } from "./records.js";
import { type RunContext, train } from "./run.js";
import { armsOf, type Settings } from "./settings.js";

/** Test images whose way through the networks is measured. */
const probeExamples = 500;

/** Reads the data set that the settings name. @throws Error when it is not on this machine. */
export async function loadData({ dataset, examples }: Settings): Promise<TrainTest> {
  const data = await (dataset === "mnist" ? mnist() : fashionMnist());
  return examples === undefined ? data : { ...data, train: take(data.train, examples) };
}

/** What trainings need beside their settings. */
export interface Surroundings {
  data: TrainTest;
  runtime: Runtime;
  /** Ends the comparison after the present steps. */
  signal: AbortSignal;
}

/**
 * Trains every variant at every rate with every seed.
 *
 * Seed by seed, all variants in turn, so that a machine that grows slower for a while does so for all of them,
 * and so that an interrupted comparison has whole seeds.
 */
export async function compare(
  settings: Settings,
  surroundings: Surroundings & { observer: Observer },
): Promise<RunRecord[]> {
  const { data, signal } = surroundings;
  const { x, y } = take(data.test, Math.min(probeExamples, data.test.x.shape[0]!));
  const records: RunRecord[] = [];
  for (const [index, seed] of settings.seeds.entries()) {
    const context: RunContext = { ...surroundings, settings, probeBatch: index === 0 ? { x, y } : undefined };
    for (const arm of armsOf(settings)) {
      if (signal.aborted) return records;
      records.push(await train({ ...arm, seed }, context));
    }
  }
  return records;
}

/**
 * Trains a little and keeps nothing. The first training of a process pays for code that is not yet compiled: none
 * of those compared should be it. And a device that can't train says so here.
 */
export async function warmUp(settings: Settings, { data, runtime, signal }: Surroundings): Promise<void> {
  const few = Math.min(data.train.x.shape[0]!, 40 * settings.batchSize);
  await train(
    { variant: "before", learningRate: settings.learningRates[0]!, seed: -1 },
    {
      settings: { ...settings, epochs: 1 },
      data: { train: take(data.train, few), test: take(data.test, Math.min(1000, data.test.x.shape[0]!)) },
      probeBatch: undefined,
      runtime,
      observer: {},
      signal,
    },
  );
}
