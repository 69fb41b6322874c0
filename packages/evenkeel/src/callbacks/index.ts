import { checkpoint } from "./checkpoint.js";
import { earlyStopping } from "./early-stopping.js";
import { csvLogger, jsonlLogger } from "./logs.js";
import { progress } from "./progress.js";

/** Ready callbacks for `fit`. */
export const callbacks = { checkpoint, csvLogger, earlyStopping, jsonlLogger, progress } as const;

export type { CheckpointOptions } from "./checkpoint.js";
export type { EarlyStoppingOptions } from "./early-stopping.js";
export type { LogOptions } from "./logs.js";
export type { ProgressOptions, ProgressStream } from "./progress.js";
