export type { Optimizer, OptimizerOptions } from "./optimizer.js";
export {
  type AdamOptions,
  type OptimizerName,
  optimizerOf,
  optimizers,
  type RmsPropOptions,
  restoreOptimizer,
  type SgdOptions,
} from "./optimizers.js";
export { rateAt, type Schedule, scheduleOf, schedules } from "./schedules.js";
