import type { Loss, LossName } from "../losses/losses.js";
import type { Metric, MetricName } from "../metrics/metrics.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { OptimizerName } from "../optimizers/optimizers.js";
import { streamSeed } from "../random/stream.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Callback } from "../training/callback.js";
import type { TensorLike } from "../training/data-checks.js";
import type { NonFiniteAction, NonFiniteReport } from "../training/non-finite.js";
import type { LastBatch } from "../training/plan.js";

/** Where a model runs and what its random numbers come from. */
export interface ModelOptions {
  /** Seed of the initial weights, and of `fit` unless it has its own. Default 0. */
  seed?: number;
  /** Default: the CPU, through onnxruntime-node. */
  runtime?: Runtime;
}

export interface CompileOptions {
  /** A name with its defaults, or `optimizers.…({...})`. Default `sgd`. */
  optimizer?: OptimizerName | Optimizer;
  loss: LossName | Loss;
  /** Measured beside the loss. Default none. */
  metrics?: readonly (MetricName | Metric)[];
}

/** Options of a training that do not change its result. `M` is the model's class. */
export interface ResumeOptions<M> {
  /** Examples and targets that are evaluated after every epoch. */
  validationData?: readonly [TensorLike, TensorLike];
  /** Default 1000. */
  validationBatchSize?: number;
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

const resumeOptionNames = [
  "validationData",
  "validationBatchSize",
  "callbacks",
  "signal",
  "onNaN",
  "onWarning",
];
const fitOptionNames = [
  ...["epochs", "batchSize", "shuffle", "seed", "validationSplit", "lastBatch"],
  ...resumeOptionNames,
];

/** The options that decide a training's result, with defaults filled in. @throws RangeError naming what is wrong. */
export function completedFit(options: FitOptions<never>, modelSeed: number) {
  const { epochs = 1, batchSize = 32, shuffle = true, lastBatch = "keep", validationSplit = 0 } = options;
  refuseUnknown("fit", options, fitOptionNames);
  requireCount("epochs", epochs);
  requireCount("batchSize", batchSize);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`validationSplit must be at least 0 and below 1, got ${validationSplit}.`);
  }
  const seed = options.seed ?? modelSeed;
  streamSeed(seed);
  if (lastBatch !== "keep" && lastBatch !== "drop") {
    throw new RangeError(`lastBatch must be "keep" or "drop", got ${JSON.stringify(lastBatch)}.`);
  }
  if (validationSplit > 0 && options.validationData) {
    throw new RangeError("Give validationData or validationSplit, not both.");
  }
  return { epochs, batchSize, seed, shuffle, lastBatch, validationSplit };
}

/** @throws RangeError for an option that `resume` does not have. */
export function checkResume(options: ResumeOptions<never>): void {
  refuseUnknown("resume", options, resumeOptionNames);
}

/** @throws RangeError unless the value is a whole number of at least 1. */
export function requireCount(option: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${option} must be a whole number of at least 1, got ${value}.`);
  }
}

/** An option that is not there would be ignored silently where no compiler looks. */
function refuseUnknown(name: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const hint = /accumul/i.test(unknown)
    ? " Gradients cannot be accumulated over batches: batch normalization would still see the small batches, so that it is no larger batch. Raise batchSize."
    : "";
  throw new RangeError(`${name} has no option "${unknown}". It has: ${known.join(", ")}.${hint}`);
}
