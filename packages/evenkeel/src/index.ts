export {
  type CheckpointOptions,
  callbacks,
  type EarlyStoppingOptions,
  type LogOptions,
  type ProgressOptions,
} from "./callbacks/index.js";
export * from "./data/index.js";
export type { Value } from "./graph/graph.js";
export type { Shape } from "./graph/shape.js";
export {
  type ActivationName,
  type ActivationOptions,
  type BatchNormalizationLayerOptions,
  type DenseOptions,
  type DropoutOptions,
  type InputLayerOptions,
  type InputOptions,
  input,
  Layer,
  type LayerContext,
  type LayerOptions,
  layers,
  type PReluOptions,
  type RescalingOptions,
  SymbolicTensor,
} from "./layers/index.js";
export { type Loss, type LossName, losses } from "./losses/index.js";
export { type Metric, type MetricName, metrics } from "./metrics/index.js";
export {
  type CompileOptions,
  type FitOptions,
  type FunctionalOptions,
  functional,
  loadCheckpoint,
  loadModel,
  Model,
  type ModelOptions,
  type ResumeOptions,
  sequential,
} from "./model/index.js";
export type { Summary, SummaryRow } from "./network/index.js";
export type { BatchNormalizationOptions } from "./normalization/index.js";
export {
  type AdamOptions,
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizers,
  type RmsPropOptions,
  type Schedule,
  type SgdOptions,
  schedules,
} from "./optimizers/index.js";
export { type RandomStream, randomStream } from "./random/stream.js";
export { type NodeRuntimeOptions, nodeRuntime, type Runtime, RuntimeError } from "./runtime/index.js";
export { type ElementType, type NestedNumbers, type Tensor, tensor } from "./tensor/tensor.js";
export type { Callback, Training } from "./training/callback.js";
export type { DataLike, TensorLike } from "./training/data-checks.js";
export type { Inspection, InspectionRequest } from "./training/engine.js";
export { type NonFiniteAction, NonFiniteLossError, type NonFiniteReport } from "./training/non-finite.js";
export type { EpochLogs, History, Logs, Progress, StepLogs } from "./training/progress.js";
export {
  type Initializer,
  l1,
  l1l2,
  l2,
  type Regularizer,
  type WeightRole,
  type WeightSpecification,
} from "./weights/index.js";
