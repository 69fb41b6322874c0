export { type Affine, type NormalizedBatch, normalizeByBatch } from "./by-batch.js";
export { normalizeByRunning, type RunningStatistics, updatedStatistics } from "./by-running.js";
export { type BatchNormalizationOptions, completed } from "./options.js";
