import { rateAt } from "../optimizers/schedules.js";
import { randomStream, streamSeed } from "../random/stream.js";
import { gatherRows } from "../tensor/tensor.js";
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
  validation: Examples | undefined;
  validationBatchSize: number;
  settings: FitSettings;
  /** Changed as the training goes. */
  progress: Progress;
  callbacks: readonly Callback<M>[];
  signal: AbortSignal | undefined;
  onNaN: NonFiniteAction | ((report: NonFiniteReport) => NonFiniteAction);
  model: M;
}

/** Trains until the last epoch, from wherever the progress stands. */
export async function runFit<M>(context: FitContext<M>): Promise<History> {
  const { engine, data, settings, progress, callbacks } = context;
  const segments = planEpoch(data.x.shape[0]!, settings.batchSize, settings.lastBatch, () =>
    throws(() => engine.checkBatchSize(data, 1)),
  );
  for (const { batchSize } of segments) engine.checkBatchSize(data, batchSize);

  let stopped: string | undefined;
  const training: Training<M> = {
    model: context.model,
    progress,
    lastEpoch: settings.lastEpoch,
    stepsPerEpoch: segments.reduce((sum, { steps }) => sum + steps, 0),
    stop: (reason) => {
      stopped ??= reason;
    },
  };
  const firstEpoch = progress.epochs.length;
  const abort = () => training.stop("aborted");
  if (context.signal?.aborted) abort();
  context.signal?.addEventListener("abort", abort, { once: true });
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(training);
    while (progress.epoch < settings.lastEpoch && stopped === undefined) {
      if (progress.batch === 0) {
        for (const callback of callbacks) await callback.onEpochBegin?.(progress.epoch + 1, training);
      }
      await runEpoch(context, training, segments, () => stopped !== undefined);
      if (stopped !== undefined && nextStretch(segments, progress.batch, 1)) break;
      const epoch = await finishEpoch(context);
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, training);
    }
  } finally {
    context.signal?.removeEventListener("abort", abort);
    for (const callback of callbacks) await callback.onTrainEnd?.(training);
  }
  return historyOf(progress.epochs.slice(firstEpoch), stopped);
}

/** The rest of the epoch under way, one stretch of steps after another. */
async function runEpoch<M>(
  context: FitContext<M>,
  training: Training<M>,
  segments: readonly Segment[],
  isStopped: () => boolean,
): Promise<void> {
  const { engine, data, settings, progress, callbacks } = context;
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
    const good =
      bad === -1 || (await handleNonFinite(context, training, run, bad, logs[bad]!.loss!)) === "continue"
        ? logs
        : logs.slice(0, bad);
    const taken = record(progress, good, run);
    if (taken.length > 0) for (const callback of callbacks) await callback.onStepsEnd?.(taken, training);
  }
}

/**
 * Goes back to the weights before the bad step, finds the place, and does as `onNaN` says.
 *
 * @throws NonFiniteLossError when that is to throw.
 */
async function handleNonFinite<M>(
  { engine, data, progress, onNaN }: FitContext<M>,
  training: Training<M>,
  run: StepsToRun,
  bad: number,
  loss: number,
): Promise<NonFiniteAction> {
  if (onNaN === "continue") return "continue";
  const { batchSize, order, learningRates, seeds } = run;
  engine.state.undo();
  if (bad > 0) {
    await engine.train(data, {
      batchSize,
      order: order.subarray(0, bad * batchSize),
      learningRates: learningRates.subarray(0, bad),
      seeds: seeds.subarray(0, bad),
    });
  }
  const batch = order.subarray(bad * batchSize, (bad + 1) * batchSize);
  const examples = { x: gatherRows(data.x, batch), y: gatherRows(data.y, batch) };
  const place = await locateNonFinite(engine, examples, seeds[bad]!);
  const report = { step: progress.step + bad + 1, epoch: progress.epoch + 1, loss, ...place };
  const action = typeof onNaN === "function" ? onNaN(report) : onNaN;
  if (action === "throw") throw new NonFiniteLossError(report);
  if (action === "stop") {
    training.stop(describeNonFinite(report));
    return "stop";
  }
  // To go on, the steps that were taken back are taken again, as far as they went.
  await engine.train(data, {
    batchSize,
    order: order.subarray(bad * batchSize),
    learningRates: learningRates.subarray(bad),
    seeds: seeds.subarray(bad),
  });
  return "continue";
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
      rateAt(schedule, progress.step + index),
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
