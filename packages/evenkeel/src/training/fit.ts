import { rateAt } from "../optimizers/schedules.js";
import { shown } from "../options/known.js";
import { randomStream, streamSeed } from "../random/stream.js";
import { gatherRows, type Tensor } from "../tensor/tensor.js";
import type { Callback, Training } from "./callback.js";
import type { Engine, Examples, StepsToRun } from "./engine.js";
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

/** The batches of each epoch. @throws when the model cannot train on one of them. */
export function planFit(
  engine: Engine,
  data: Examples,
  { batchSize, lastBatch }: Pick<FitSettings, "batchSize" | "lastBatch">,
): Segment[] {
  const segments = planEpoch(data.x.shape[0]!, batchSize, lastBatch, () =>
    throws(() => engine.checkBatchSize(data, 1)),
  );
  for (const segment of segments) engine.checkBatchSize(data, segment.batchSize);
  return segments;
}

/** Trains until the last epoch, from wherever the progress stands. */
export async function runFit<M>(context: FitContext<M>): Promise<History> {
  const { segments, settings, progress, callbacks } = context;
  let stopped: string | undefined;
  const training: Training<M> = {
    model: context.model,
    progress,
    get epochs() {
      return progress.epochs.slice(settings.firstEpoch);
    },
    kept: context.kept,
    lastEpoch: settings.lastEpoch,
    stepsPerEpoch: segments.reduce((sum, { steps }) => sum + steps, 0),
    stop: (reason = "stopped by a callback") => {
      stopped ??= reason;
    },
  };
  for (const { batchSize } of segments) await context.engine.prepare(context.data, batchSize);
  const abort = () => training.stop("aborted");
  if (context.signal?.aborted) abort();
  context.signal?.addEventListener("abort", abort, { once: true });
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(training);
    while (progress.epoch < settings.lastEpoch && stopped === undefined) {
      if (progress.batch === 0) {
        for (const callback of callbacks) await callback.onEpochBegin?.(progress.epoch + 1, training);
      }
      await runEpoch(context, training, () => stopped !== undefined);
      if (stopped !== undefined && nextStretch(segments, progress.batch, 1)) break;
      const epoch = await finishEpoch(context);
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, training);
    }
  } finally {
    context.signal?.removeEventListener("abort", abort);
    for (const callback of callbacks) await callback.onTrainEnd?.(training);
  }
  return historyOf(training.epochs, stopped);
}

/** The rest of the epoch under way, one stretch of steps after another. */
async function runEpoch<M>(
  context: FitContext<M>,
  training: Training<M>,
  isStopped: () => boolean,
): Promise<void> {
  const { engine, data, segments, settings, progress, callbacks } = context;
  const order = epochOrder(data.x.shape[0]!, settings, progress.epoch);
  let limit = Math.min(8, engine.stepsPerRun);
  while (!isStopped()) {
    const stretch = nextStretch(
      segments,
      progress.batch,
      Math.min(limit, stepsToInterval(progress.step, callbacks)),
    );
    if (!stretch) return;
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
    const bad = logs.findIndex(({ loss }) => !Number.isFinite(loss));
    const failure = bad === -1 ? undefined : await handleNonFinite(context, run, bad, logs[bad]!.loss!);
    const taken = record(progress, logs.slice(0, failure?.taken), run);
    if (taken.length > 0) for (const callback of callbacks) await callback.onStepsEnd?.(taken, training);
    if (failure?.action === "throw") throw new NonFiniteLossError(failure.report);
    if (failure?.action === "stop") training.stop(describeNonFinite(failure.report));
  }
}

/**
 * Asks `onNaN` what to do about the first bad step of a run, and leaves the model after the steps that count:
 * those before the bad one, and this one too if the training is to continue. The rest of the run is taken back,
 * so that `onNaN` hears of every bad step.
 */
async function handleNonFinite<M>(
  { engine, data, progress, onNaN }: FitContext<M>,
  run: StepsToRun,
  bad: number,
  loss: number,
): Promise<
  | { action: "continue"; taken?: number }
  | { action: "throw" | "stop"; taken: number; report: NonFiniteReport }
> {
  if (onNaN === "continue") return { action: "continue" };
  engine.state.undo();
  if (bad > 0) await engine.train(data, part(run, 0, bad));
  const { order, seeds } = part(run, bad, bad + 1);
  const examples = { x: gatherRows(data.x, order), y: gatherRows(data.y, order) };
  const place = await locateNonFinite(engine, examples, seeds[0]!);
  const report = { step: progress.step + bad + 1, epoch: progress.epoch + 1, loss, ...place };
  const action = typeof onNaN === "function" ? onNaN(report) : onNaN;
  if (!["throw", "stop", "continue"].includes(action)) {
    throw new TypeError(`onNaN must return "throw", "stop" or "continue", got ${shown(action)}.`);
  }
  if (action !== "continue") return { action, taken: bad, report };
  await engine.train(data, part(run, bad, bad + 1));
  return { action, taken: bad + 1 };
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
      logs[`val${name[0]!.toUpperCase()}${name.slice(1)}`] = value;
    }
  }
  progress.epoch += 1;
  const epoch = { epoch: progress.epoch, logs, seconds: progress.seconds, step: progress.step };
  progress.epochs.push(epoch);
  Object.assign(progress, { batch: 0, sums: {}, examples: 0, seconds: 0 });
  return epoch;
}

function throws(action: () => void): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
