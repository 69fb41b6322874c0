import type { Model } from "./model.js";
import type * as options from "./options.js";

export { type FunctionalOptions, functional, loadCheckpoint, loadModel, sequential } from "./loading.js";
export { Model } from "./model.js";
export type { BatchOptions, CompileOptions, ModelOptions } from "./options.js";
/** Options of `Model.fit`. */
export type FitOptions = options.FitOptions<Model>;
/** Options of `Model.resume`. */
export type ResumeOptions = options.ResumeOptions<Model>;
