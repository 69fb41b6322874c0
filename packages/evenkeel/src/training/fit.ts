import { rateAt } from "../optimizers/schedules.js";
import { shown } from "../options/known.js";
import { randomStream, streamSeed } from "../random/stream.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Callback, Training } from "./callback.js";
import type { Engine, StepsToRun } from "./engine.js";
import { countOf, type Examples, gatherExamples } from "./examples.js";
import {
  describeNonFinite,
  locateNonFinite,
  type NonFiniteAction,
  NonFiniteLossError,
  type NonFiniteReport,
} from "./non-finite.js";
import { nextStretch, planEpoch, type Segment } from "./plan.js";
import {
  type EpochLogs,
  type FitSettings,
  type History,
  historyOf,
  type Logs,
  type Progress,
  type StepLogs,
} from "./progress.js";
import { countUpdates } from "./stale-statistics.js";

/** How long one run of steps should take: progress shows and Ctrl-C acts at its end. */
const runMilliseconds = 60;

/** What a training works with. */
export interface FitContext<M> {
  engine: Engine;
  data: Examples;
  /** From `planFit`. */
  segments: readonly Segment[];
  validation: Examples | undefined;
  validationBatchSize: number;
  settings: FitSettings;
  /** Changed as the training goes. */
  progress: Progress;
  /** Tensors that callbacks keep. */
  kept: Map<string, Tensor>;
  callbacks: readonly Callback<M>[];
  signal: AbortSignal | undefined;
  onNaN: NonFiniteAction | ((report: NonFiniteReport) => NonFiniteAction);
  model: M;
}

/**
 * The batches of each epoch, with the programs that train on them built and loaded.
 *
 * @throws when the model cannot train on one of them.
 */
export async function planFit(
  engine: Engine,
  data: Examples,
  { batchSize, lastBatch }: Pick<FitSettings, "batchSize" | "lastBatch">,
): Promise<Segment[]> {
  const segments = planEpoch(countOf(data), batchSize, lastBatch, () => !engine.canTrainOn(data, 1));
  for (const segment of segments) await engine.prepare(data, segment.batchSize);
  return segments;
}

/** Trains until the last epoch, from wherever the progress stands. */
export async function runFit<M>(context: FitContext<M>): Promise<History> {
  const { segments, settings, progress, signal } = context;
  let stopped: string | undefined;
  let outcome: Training<M>["outcome"];
  const end = (reason: string, how: Training<M>["outcome"]) => {
    stopped ??= reason;
    outcome ??= how;
  };
  const training: Training<M> = {
    model: context.model,
    progress,
    get epochs() {
      return progress.epochs.slice(settings.firstEpoch);
    },
    kept: context.kept,
    lastEpoch: settings.lastEpoch,
    stepsPerEpoch: segments.reduce((sum, { steps }) => sum + steps, 0),
    get outcome() {
      return outcome;
    },
    stop: (reason = "stopped by a callback") => end(reason, "stopped"),
  };
  const abort = () => end("aborted", "aborted");
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const begun: Callback<M>[] = [];
  try {
    for (const callback of context.callbacks) {
      begun.push(callback);
      await callback.onTrainBegin?.(training);
    }
    while (progress.epoch < settings.lastEpoch && stopped === undefined) {
      if (progress.batch === 0) {
        for (const callback of begun) await callback.onEpochBegin?.(progress.epoch + 1, training);
      }
      const failure = await runEpoch(context, training, () => stopped !== undefined);
      if (failure) end(failure, "failed");
      if (stopped !== undefined && nextStretch(segments, progress.batch, 1)) break;
      const epoch = await finishEpoch(context);
      for (const callback of begun) await callback.onEpochEnd?.(epoch, training);
    }
    outcome ??= "finished";
  } catch (error) {
    outcome = "failed";
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    await endAll(begun, training);
  }
  return historyOf(training.epochs, stopped);
}

/** Lets every callback end, and throws the first error among theirs, unless the training has one of its own. */
async function endAll<M>(callbacks: readonly Callback<M>[], training: Training<M>): Promise<void> {
  const errors: unknown[] = [];
  for (const callback of callbacks) {
    try {
      await callback.onTrainEnd?.(training);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0 && training.outcome !== "failed") throw errors[0];
}

/**
 * The rest of the epoch under way, one stretch of steps after another.
 *
 * @returns why it stopped, when it did so because the loss or the weights are no numbers any more.
 * @throws NonFiniteLossError for the same reason, as `onNaN` says.
 */
async function runEpoch<M>(
  context: FitContext<M>,
  training: Training<M>,
  isStopped: () => boolean,
): Promise<string | undefined> {
  const { engine, data, segments, settings, progress, callbacks, onNaN } = context;
  const order = epochOrder(countOf(data), settings, progress.epoch);
  let limit = Math.min(8, engine.stepsPerRun);
  const take = async (measures: readonly Logs[], of: StepsToRun) => {
    const taken = record(progress, measures, of);
    countUpdates(progress.statisticsUpdates, engine.network, taken.length);
    if (taken.length > 0) for (const callback of callbacks) await callback.onStepsEnd?.(taken, training);
  };
  while (!isStopped()) {
    const stretch = nextStretch(
      segments,
      progress.batch,
      Math.min(limit, stepsToInterval(progress.step, callbacks)),
    );
    if (!stretch) return undefined;
    const { batchSize, steps, firstExample } = stretch;
    const run = stepsToRun(
      context,
      order.subarray(firstExample, firstExample + steps * batchSize),
      batchSize,
      steps,
    );
    const begin = performance.now();
    const logs = await engine.train(data, run);
    const milliseconds = performance.now() - begin;
    limit = Math.min(
      engine.stepsPerRun,
      512,
      Math.max(1, Math.round((limit + (steps * runMilliseconds) / milliseconds) / 2)),
    );
    progress.seconds += milliseconds / 1000;
    const sound = onNaN === "continue" || (await isSound(engine, logs));
    if (sound) {
      await take(logs, run);
      continue;
    }
    const { bad, report } = await findNonFinite(context, run);
    await take(logs.slice(0, bad), run);
    const action = typeof onNaN === "function" ? onNaN(report) : onNaN;
    if (action === "throw") throw new NonFiniteLossError(report);
    if (action === "stop") return describeNonFinite(report);
    if (action !== "continue") {
      throw new TypeError(`onNaN must return "throw", "stop" or "continue", got ${shown(action)}.`);
    }
    const step = part(run, bad, bad + 1);
    await take(await engine.train(data, step), step);
  }
  return undefined;
}

/** Whether steps had finite losses and left finite weights. */
async function isSound(engine: Engine, logs: readonly Logs[]): Promise<boolean> {
  return logs.every(({ loss }) => Number.isFinite(loss)) && engine.isFinite();
}

/**
 * Finds the first step of a run whose loss, or whose update of the weights, is not finite, and takes it back, with
 * the rest of the run, so that `onNaN` hears of every bad step.
 */
async function findNonFinite<M>(
  { engine, data, progress }: FitContext<M>,
  run: StepsToRun,
): Promise<{ bad: number; report: NonFiniteReport }> {
  // The steps are taken again, one at a time, so that the state before the bad one is there to go back to.
  engine.state.undo();
  const last = run.learningRates.length - 1;
  let bad = 0;
  let logs = await engine.train(data, part(run, bad, bad + 1));
  while (bad < last && (await isSound(engine, logs))) {
    bad += 1;
    logs = await engine.train(data, part(run, bad, bad + 1));
  }
  engine.state.undo();
  const { order, seeds } = part(run, bad, bad + 1);
  const place = await locateNonFinite(engine, gatherExamples(data, order), seeds[0]!);
  const { loss } = logs[0] as { loss: number };
  return { bad, report: { step: progress.step + bad + 1, epoch: progress.epoch + 1, loss, ...place } };
}

/** Some of the steps of a run. */
function part(
  { batchSize, order, learningRates, seeds }: StepsToRun,
  start: number,
  end: number,
): StepsToRun {
  return {
    batchSize,
    order: order.subarray(start * batchSize, end * batchSize),
    learningRates: learningRates.subarray(start, end),
    seeds: seeds.subarray(start, end),
  };
}

/** The order in which an epoch takes the examples. */
function epochOrder(examples: number, { shuffle, seed }: FitSettings, epoch: number): Int32Array {
  if (shuffle) return new Int32Array(randomStream(seed, "shuffle", epoch).permutation(examples).buffer);
  return Int32Array.from({ length: examples }, (_, index) => index);
}

function stepsToRun<M>(
  { engine, settings, progress }: FitContext<M>,
  order: Int32Array,
  batchSize: number,
  steps: number,
): StepsToRun {
  const { schedule } = engine.compiled.optimizer;
  return {
    batchSize,
    order,
    learningRates: Float32Array.from({ length: steps }, (_, index) =>
      rateAt(schedule, progress.step - progress.compiledAt + index),
    ),
    seeds: Uint32Array.from({ length: steps }, (_, index) =>
      streamSeed(settings.seed, "step", progress.step + index),
    ),
  };
}

/** Steps until the nearest multiple of a callback's interval. */
function stepsToInterval<M>(step: number, callbacks: readonly Callback<M>[]): number {
  const distances = callbacks.flatMap(({ interval }) => (interval ? [interval - (step % interval)] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...distances);
}

function record(progress: Progress, logs: readonly Logs[], run: StepsToRun): StepLogs[] {
  return logs.map((measures, index) => {
    progress.step += 1;
    progress.batch += 1;
    progress.examples += run.batchSize;
    for (const [name, value] of Object.entries(measures)) {
      progress.sums[name] = (progress.sums[name] ?? 0) + value * run.batchSize;
    }
    return {
      step: progress.step,
      epoch: progress.epoch + 1,
      batchSize: run.batchSize,
      learningRate: run.learningRates[index]!,
      logs: measures,
    };
  });
}

/** `loss` of the validation data is `valLoss`; that of one output among several, `OUTPUT/valLoss`. */
function validationName(name: string): string {
  const start = name.lastIndexOf("/") + 1;
  return `${name.slice(0, start)}val${name[start]!.toUpperCase()}${name.slice(start + 1)}`;
}

async function finishEpoch<M>({
  engine,
  validation,
  validationBatchSize,
  progress,
}: FitContext<M>): Promise<EpochLogs> {
  const logs = Object.fromEntries(
    Object.entries(progress.sums).map(([name, sum]) => [name, sum / progress.examples]),
  );
  if (validation) {
    for (const [name, value] of Object.entries(await engine.evaluate(validation, validationBatchSize))) {
      logs[validationName(name)] = value;
    }
  }
  progress.epoch += 1;
  const epoch = { epoch: progress.epoch, logs, seconds: progress.seconds, step: progress.step };
  progress.epochs.push(epoch);
  Object.assign(progress, { batch: 0, sums: {}, examples: 0, seconds: 0 });
  return epoch;
}
