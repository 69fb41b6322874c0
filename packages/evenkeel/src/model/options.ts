import type { Loss, LossName } from "../losses/losses.js";
import type { Metric, MetricName } from "../metrics/metrics.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { OptimizerName } from "../optimizers/optimizers.js";
import { requireKnown, shown } from "../options/known.js";
import { requireSeed } from "../random/stream.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Callback } from "../training/callback.js";
import type { DataLike } from "../training/data-checks.js";
import type { InspectionRequest } from "../training/engine.js";
import type { NonFiniteAction, NonFiniteReport } from "../training/non-finite.js";
import type { LastBatch } from "../training/plan.js";

/** Where a model runs and what its random numbers come from. */
export interface ModelOptions {
  /** Seed of the initial weights, and of `fit` unless it has its own. Default 0. */
  seed?: number;
  /** Default: the CPU; in Node through onnxruntime-node, in a browser by WebAssembly. */
  runtime?: Runtime;
}

export interface CompileOptions {
  /** A name with its defaults, or `optimizers.…({...})`. Default `sgd`. */
  optimizer?: OptimizerName | Optimizer;
  /** A name with its defaults, or `losses.…()`; for several outputs, one for all, or one for each by its name. */
  loss: LossName | Loss | Readonly<Record<string, LossName | Loss>>;
  /** Factors of the outputs' losses in the sum that is trained on, by output. Default 1 each. */
  lossWeights?: Readonly<Record<string, number>>;
  /** Measured beside the loss; for several outputs, the same for all, or by output. Default none. */
  metrics?: readonly (MetricName | Metric)[] | Readonly<Record<string, readonly (MetricName | Metric)[]>>;
}

/** How `evaluate`, `predict` and `outputs` go through the data. */
export interface BatchOptions {
  /** Examples in each run. Default 1000; it changes nothing but memory and time. */
  batchSize?: number;
}

/** Options of a training that do not change its result. `M` is the model's class. */
export interface ResumeOptions<M> {
  /** Examples and targets that are evaluated after every epoch. */
  validationData?: readonly [DataLike, DataLike];
  /** Default 1000. */
  validationBatchSize?: number;
  /** What takes part in the training, in this order. Default none. */
  callbacks?: readonly Callback<M>[];
  /** Ends the training cleanly after the present steps; the history says so. */
  signal?: AbortSignal;
  /**
   * When the loss becomes NaN or infinite: `throw` a NonFiniteLossError (default), `stop` and return the
   * history, or `continue`. With the first two, the model keeps the weights from before that step.
   */
  onNaN?: NonFiniteAction | ((report: NonFiniteReport) => NonFiniteAction);
  /** Takes warnings. Default `console.warn`. */
  onWarning?: (message: string) => void;
}

export interface FitOptions<M> extends ResumeOptions<M> {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Examples in each step. Default 32. */
  batchSize?: number;
  /** Whether the order is drawn anew for every epoch. Default true. */
  shuffle?: boolean;
  /** Seed of order, dropout and all that is random. Default: the model's. */
  seed?: number;
  /**
   * The last part of the data, as a share in (0, 1), is evaluated and not trained on (Keras). Default 0. Not
   * together with `validationData`.
   */
  validationSplit?: number;
  /**
   * Examples at the end that do not fill a batch: `keep` (default) trains on them as a smaller batch, `drop`
   * leaves them out. A single one joins the batch before it where batch normalization could not take it alone.
   */
  lastBatch?: LastBatch;
}

const resumeOptionNames: Readonly<Record<keyof ResumeOptions<never>, true>> = {
  validationData: true,
  validationBatchSize: true,
  callbacks: true,
  signal: true,
  onNaN: true,
  onWarning: true,
};

const fitOptionNames: Readonly<Record<keyof FitOptions<never>, true>> = {
  epochs: true,
  batchSize: true,
  shuffle: true,
  seed: true,
  validationSplit: true,
  lastBatch: true,
  ...resumeOptionNames,
};

/** The functions of a callback; a class of one's own may have others, but none that begin so. */
const callbackFunctions = ["onTrainBegin", "onEpochBegin", "onStepsEnd", "onEpochEnd", "onTrainEnd"];

/** The options that decide a training's result, with defaults filled in. @throws RangeError naming what is wrong. */
export function completedFit(options: FitOptions<never>, modelSeed: number) {
  requireKnown("fit", options, fitOptionNames, accumulationHint);
  checkParts(options);
  const { epochs = 1, batchSize = 32, shuffle = true, lastBatch = "keep", validationSplit = 0 } = options;
  requireCount("epochs", epochs);
  requireCount("batchSize", batchSize);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`validationSplit must be at least 0 and below 1, got ${validationSplit}.`);
  }
  const seed = options.seed ?? modelSeed;
  requireSeed(seed);
  if (lastBatch !== "keep" && lastBatch !== "drop") {
    throw new RangeError(`lastBatch must be "keep" or "drop", got ${shown(lastBatch)}.`);
  }
  if (validationSplit > 0 && options.validationData) {
    throw new RangeError("Give validationData or validationSplit, not both.");
  }
  return { epochs, batchSize, seed, shuffle, lastBatch, validationSplit };
}

/** @throws RangeError for options that do not fit. */
export function batchSizeOf(who: string, options: BatchOptions): number {
  const { batchSize = 1000 } = requireKnown(who, options, { batchSize: true });
  requireCount("batchSize", batchSize);
  return batchSize;
}

/** The names of the options of `inspect`. */
export const inspectionOptionNames: Readonly<Record<keyof InspectionRequest, true>> = {
  training: true,
  layers: true,
  weightGradients: true,
  layerGradients: true,
  seed: true,
};

/** @throws RangeError for an option that `resume` does not have. */
export function checkResume(options: ResumeOptions<never>): void {
  requireKnown("resume", options, resumeOptionNames, accumulationHint);
  checkParts(options);
}

/** @throws RangeError unless the value is a whole number of at least 1. */
export function requireCount(option: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${option} must be a whole number of at least 1, got ${value}.`);
  }
}

function accumulationHint(unknown: string): string {
  return /accumul/i.test(unknown)
    ? " Gradients cannot be accumulated over batches: batch normalization would still see the small batches, so that it is no larger batch. Raise batchSize."
    : "";
}

function checkParts({ callbacks = [], validationData }: ResumeOptions<never>): void {
  if (!Array.isArray(callbacks)) throw new TypeError(`callbacks must be an array, got ${shown(callbacks)}.`);
  for (const callback of callbacks) {
    if (typeof callback !== "object" || callback === null) {
      throw new TypeError(`A callback must be an object, got ${shown(callback)}.`);
    }
    for (const name of Object.keys(callback)) {
      if (!/^on[A-Z]/.test(name) || callbackFunctions.includes(name)) continue;
      throw new RangeError(`A callback has no function "${name}". It has: ${callbackFunctions.join(", ")}.`);
    }
  }
  if (validationData !== undefined && !(Array.isArray(validationData) && validationData.length === 2)) {
    throw new TypeError(`validationData must be an array of examples and targets, [x, y].`);
  }
}
