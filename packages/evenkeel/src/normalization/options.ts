import { shown } from "../options/known.js";
import type { Initializer, Regularizer } from "../weights/index.js";

/** Options of batch normalization, with Keras's names and defaults. */
export interface BatchNormalizationOptions {
  /**
   * The axis that keeps its own statistics; all others are averaged over. Default 1: the features of `[N, C]`,
   * the channels of `[N, C, H, W]`. Negative axes count from the end. (Keras counts channels last, -1.)
   */
  axis?: number;
  /**
   * Share of the OLD value that a running statistic keeps at each step, in [0, 1); default 0.99, Keras's.
   * PyTorch's `momentum` is the share of the new value: its 0.1 is 0.9 here. `"cumulative"` gives every batch
   * since the beginning the same weight (PyTorch's `momentum=None`).
   */
  momentum?: number | "cumulative";
  /** Added to the variance before its root is taken. Default 1e-3, Keras's; PyTorch has 1e-5. */
  epsilon?: number;
  /** Whether beta, the learned shift, is added. Default true. */
  center?: boolean;
  /** Whether the result is multiplied by gamma, the learned scale. Default true. */
  scale?: boolean;
  /** Default `zeros`. */
  betaInitializer?: Initializer;
  /** Default `ones`. */
  gammaInitializer?: Initializer;
  /** Penalty on beta. Default none. */
  betaRegularizer?: Regularizer;
  /** Penalty on gamma. Default none. */
  gammaRegularizer?: Regularizer;
  /** Default `zeros`. */
  runningMeanInitializer?: Initializer;
  /** Default `ones`. */
  runningVarianceInitializer?: Initializer;
  /**
   * What the running variance averages: the batch's `"biased"` variance, divided by m, as Keras does
   * (default), or the `"unbiased"` one, divided by m − 1, as Ioffe & Szegedy 2015 (Algorithm 2) and PyTorch do.
   * Training always normalises by the biased one.
   */
  runningVariance?: "biased" | "unbiased";
  /**
   * What inference normalises by: the `"running"` statistics (default), or those of the `"batch"` it is given,
   * in which case an example's output depends on its batch, and an example `[C]` alone is beta whatever it is
   * (PyTorch's `track_running_stats=False`).
   */
  inferenceStatistics?: "running" | "batch";
}

/** The names of `BatchNormalizationOptions`. */
export const batchNormalizationOptionNames: Readonly<Record<keyof BatchNormalizationOptions, true>> = {
  axis: true,
  momentum: true,
  epsilon: true,
  center: true,
  scale: true,
  betaInitializer: true,
  gammaInitializer: true,
  betaRegularizer: true,
  gammaRegularizer: true,
  runningMeanInitializer: true,
  runningVarianceInitializer: true,
  runningVariance: true,
  inferenceStatistics: true,
};

/** The options with defaults filled in and checked. @throws RangeError naming the option that is wrong. */
export function completed(options: BatchNormalizationOptions) {
  const {
    axis = 1,
    momentum = 0.99,
    epsilon = 1e-3,
    center = true,
    scale = true,
    betaInitializer = "zeros",
    gammaInitializer = "ones",
    betaRegularizer,
    gammaRegularizer,
    runningMeanInitializer = "zeros",
    runningVarianceInitializer = "ones",
    runningVariance = "biased",
    inferenceStatistics = "running",
  } = options;
  const refuse = (option: string, expected: string, got: unknown): never => {
    throw new RangeError(`batchNormalization: ${option} must be ${expected}, got ${shown(got)}.`);
  };
  if (!Number.isInteger(axis) || axis === 0) refuse("axis", "a whole number other than 0, the batch", axis);
  if (momentum !== "cumulative" && !(momentum >= 0 && momentum < 1)) {
    refuse(
      "momentum",
      'in [0, 1), the share of the old value that is kept, or "cumulative" (1 would never update the running statistics)',
      momentum,
    );
  }
  if (!(epsilon > 0 && Number.isFinite(epsilon))) refuse("epsilon", "a finite number above 0", epsilon);
  if (runningVariance !== "biased" && runningVariance !== "unbiased") {
    refuse("runningVariance", '"biased" or "unbiased"', runningVariance);
  }
  if (inferenceStatistics !== "running" && inferenceStatistics !== "batch") {
    refuse("inferenceStatistics", '"running" or "batch"', inferenceStatistics);
  }
  return {
    axis,
    momentum,
    epsilon,
    center,
    scale,
    betaInitializer,
    gammaInitializer,
    betaRegularizer,
    gammaRegularizer,
    runningMeanInitializer,
    runningVarianceInitializer,
    runningVariance,
    inferenceStatistics,
  };
}
