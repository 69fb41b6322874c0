export type { Affine } from "./affine.js";
export { axisAfterBatch, isAxis } from "./axes.js";
export { type NormalizedBatch, normalizeByBatch } from "./by-batch.js";
export { type Deviation, normalizeByDeviation } from "./by-deviation.js";
export { normalizeByGhosts } from "./by-ghost.js";
export { normalizeByGroup, valuesOfGroup } from "./by-group.js";
export { movingAverage, normalizeByRunning, type Statistics } from "./by-running.js";
export { channelsOf } from "./channels.js";
export {
  type BatchNormalizationOptions,
  type BatchRenormalizationOptions,
  type Bound,
  type ChannelNormalizationOptions,
  channelNormalizationOptionNames,
  completed,
  completedChannels,
  type GhostBatchNormalizationOptions,
  type GroupNormalizationOptions,
  type MeanOnlyBatchNormalizationOptions,
  type NoisyBatchNormalizationOptions,
  type Ramp,
  type RunningStatisticsOptions,
  runningStatisticsOptionNames,
  type ShiftingNoiseOptions,
} from "./options.js";
export { completedBounds, renormalizeByBatch } from "./renormalization.js";
export {
  completedNoise,
  shiftingNoiseOptionNames,
  withShiftingNoise,
} from "./shifting-noise.js";
export {
  requireWeightStandardization,
  standardizedKernel,
  type WeightStandardization,
} from "./weight-standardization.js";
