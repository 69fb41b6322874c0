import { requireBoolean, requireOption } from "../options/require.js";
import type { Initializer, Regularizer } from "../weights/index.js";
import { isAxis } from "./axes.js";

/** Options that every normalization with channels takes, with Keras's names and defaults. */
export interface ChannelNormalizationOptions {
  /**
   * The axis of the channels, each of which has a gamma and a beta. Default 1: the features of `[N, C]`, the channels
   * of `[N, C, H, W]`. Negative axes count from the end. (Keras counts channels last, -1.)
   */
  axis?: number;
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
}

/** Options of what normalises by the batch in training and keeps running statistics for inference. */
export interface RunningStatisticsOptions {
  /**
   * Share of the OLD value that a running statistic keeps at each step, in [0, 1); default 0.99, Keras's.
   * PyTorch's `momentum` is the share of the new value: its 0.1 is 0.9 here. `"cumulative"` gives every batch
   * since the beginning the same weight (PyTorch's `momentum=None`).
   */
  momentum?: number | "cumulative";
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

/** Options of batch normalization, with Keras's names and defaults. */
export interface BatchNormalizationOptions extends ChannelNormalizationOptions, RunningStatisticsOptions {
  /**
   * What the batch is divided by: its `"standard"` deviation (default), or, with Santurkar et al. 2018 (section 3.3),
   * the average norm of its values as they are before the mean is subtracted: `"l1"` mean |x|, `"l2"` √mean x²,
   * `"linf"` max |x|. The square of this deviation then takes the variance's place everywhere: √(s² + ε) divides, and
   * `runningVariance` is its running average.
   */
  deviation?: "standard" | "l1" | "l2" | "linf";
}

/** Options of ghost batch normalization. */
export interface GhostBatchNormalizationOptions
  extends ChannelNormalizationOptions,
    RunningStatisticsOptions {
  /**
   * The examples of a ghost batch, at least 2. A smaller ghost takes those that do not fill one, a lone one joins the
   * ghost before it.
   */
  virtualBatchSize: number;
}

/** A number that grows with training: `from` until the step `start`, then linearly up to `to` at the step `end`. */
export interface Ramp {
  from: number;
  to: number;
  /** Steps before it starts to grow. */
  start: number;
  /** The step from which on it is `to`. */
  end: number;
}

/** A bound of batch renormalization: the same at all steps, or growing. */
export type Bound = number | Ramp;

/** Options of batch renormalization. */
export interface BatchRenormalizationOptions
  extends ChannelNormalizationOptions,
    Omit<RunningStatisticsOptions, "inferenceStatistics"> {
  /**
   * Bound of the factor r, at least 1: a number, or one that grows with the steps. Default
   * `{ from: 1, to: 3, start: 5000, end: 40000 }`.
   */
  rMax?: Bound;
  /** Bound of the shift d, at least 0. Default `{ from: 0, to: 5, start: 5000, end: 25000 }`. */
  dMax?: Bound;
}

/** Options of mean-only batch normalization, which divides by nothing. */
export interface MeanOnlyBatchNormalizationOptions
  extends Omit<ChannelNormalizationOptions, "epsilon">,
    Omit<RunningStatisticsOptions, "runningVariance" | "runningVarianceInitializer"> {
  /** Whether the result is multiplied by gamma, the learned scale. Default false. */
  scale?: boolean;
}

/** Options of noisy batch normalization. */
export interface NoisyBatchNormalizationOptions extends BatchNormalizationOptions {
  /** The distribution of the noise. Default Santurkar et al.'s. */
  noise?: ShiftingNoiseOptions;
}

/** The distribution of shifting noise; the defaults are those of Santurkar et al. 2018. */
export interface ShiftingNoiseOptions {
  /** n_μ: the mean of the shifts is drawn from U(−n_μ, n_μ) at every step. Default 0.5. */
  meanRange?: number;
  /** n_σ, at least 1: the mean of the factors is drawn from U(1, n_σ) at every step. Default 1.25. */
  deviationRange?: number;
  /** r_μ: each value is shifted by a number from U(μ − r_μ, μ + r_μ). Default 0.1. */
  meanSpread?: number;
  /** r_σ: each value is multiplied by a number from N(σ, r_σ), r_σ being the standard deviation. Default 0.1. */
  deviationSpread?: number;
  /** Whether every `"channel"` has a μ and a σ of its own at a step (default), or the whole `"layer"` has one. */
  drawnFor?: "channel" | "layer";
}

/** Options of group normalization. */
export interface GroupNormalizationOptions extends ChannelNormalizationOptions {
  /** In how many groups the channels are, neighbours together. Divides their number. Default 32. */
  groups?: number;
}

/** The names of `ChannelNormalizationOptions`. */
export const channelNormalizationOptionNames = {
  axis: true,
  epsilon: true,
  center: true,
  scale: true,
  betaInitializer: true,
  gammaInitializer: true,
  betaRegularizer: true,
  gammaRegularizer: true,
} as const;

/** The names of `RunningStatisticsOptions`. */
export const runningStatisticsOptionNames = {
  momentum: true,
  runningMeanInitializer: true,
  runningVarianceInitializer: true,
  runningVariance: true,
  inferenceStatistics: true,
} as const;

/** The options with defaults filled in and checked. @throws RangeError naming the option that is wrong. */
export function completedChannels(options: ChannelNormalizationOptions) {
  const {
    axis = 1,
    epsilon = 1e-3,
    center = true,
    scale = true,
    betaInitializer = "zeros",
    gammaInitializer = "ones",
    betaRegularizer,
    gammaRegularizer,
  } = options;
  requireOption(isAxis(axis), "axis", "a whole number other than 0, the batch", axis);
  const isPositive = epsilon > 0 && Number.isFinite(epsilon);
  requireOption(isPositive, "epsilon", "a finite number above 0", epsilon);
  requireBoolean("center", center);
  requireBoolean("scale", scale);
  return {
    axis,
    epsilon,
    center,
    scale,
    betaInitializer,
    gammaInitializer,
    betaRegularizer,
    gammaRegularizer,
  };
}

/** As `completedChannels`, of those that keep running statistics. */
export function completed(options: ChannelNormalizationOptions & RunningStatisticsOptions) {
  const {
    momentum = 0.99,
    runningMeanInitializer = "zeros",
    runningVarianceInitializer = "ones",
    runningVariance = "biased",
    inferenceStatistics = "running",
  } = options;
  const channels = completedChannels(options);
  requireOption(
    momentum === "cumulative" || (Number.isFinite(momentum) && momentum >= 0 && momentum < 1),
    "momentum",
    'in [0, 1), the share of the old value that is kept, or "cumulative" (1 would never update the running statistics)',
    momentum,
  );
  const isEstimate = runningVariance === "biased" || runningVariance === "unbiased";
  requireOption(isEstimate, "runningVariance", '"biased" or "unbiased"', runningVariance);
  const isSource = inferenceStatistics === "running" || inferenceStatistics === "batch";
  requireOption(isSource, "inferenceStatistics", '"running" or "batch"', inferenceStatistics);
  return {
    ...channels,
    momentum,
    runningMeanInitializer,
    runningVarianceInitializer,
    runningVariance,
    inferenceStatistics,
  };
}
