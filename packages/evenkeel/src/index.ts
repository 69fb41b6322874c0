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
  type AveragePoolingOptions,
  type BatchNormalizationLayerOptions,
  type BatchRenormalizationLayerOptions,
  type ConcatenateOptions,
  type ConvolutionOptions,
  type Cropping1dOptions,
  type Cropping2dOptions,
  type DenseOptions,
  type DepthwiseConvolutionOptions,
  type DropoutOptions,
  type ExampleNormalizationOptions,
  type GaussianDropoutOptions,
  type GaussianNoiseOptions,
  type GhostBatchNormalizationLayerOptions,
  type GlobalPoolingOptions,
  type GroupNormalizationLayerOptions,
  type InputLayerOptions,
  type InputOptions,
  input,
  Layer,
  type LayerContext,
  type LayerOptions,
  type LearnedTermOptions,
  layers,
  type Margins1d,
  type Margins2d,
  type MaxoutOptions,
  type MeanOnlyBatchNormalizationLayerOptions,
  type NoisyBatchNormalizationLayerOptions,
  type NormalizationOptions,
  type Padding,
  type PerAxis,
  type PermuteOptions,
  type PoolingOptions,
  type PReluOptions,
  type RandomCropOptions,
  type RandomFlipOptions,
  type RescalingOptions,
  type ReshapeOptions,
  type RReluOptions,
  type ShiftingNoiseLayerOptions,
  SymbolicTensor,
  type Target,
  type ZeroPadding1dOptions,
  type ZeroPadding2dOptions,
  type ZeroPaddingChannelsOptions,
} from "./layers/index.js";
export { type Loss, type LossName, losses } from "./losses/index.js";
export { type Metric, type MetricName, metrics } from "./metrics/index.js";
export {
  type BatchOptions,
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
export {
  type ActivationChoice,
  type CaffeNetOptions,
  type DeepLinearOptions,
  type LayerMaker,
  type LeNet5Options,
  type MlpOptions,
  type NetworkOptions,
  type NormalizationChoice,
  type NormalizationName,
  type NormalizationSettings,
  networks,
  type ResidualMlpOptions,
  type ResidualOptions,
  type ResidualSum,
  type ResNetOptions,
  type VggOptions,
  type WideResNetOptions,
} from "./networks/index.js";
export type {
  BatchNormalizationOptions,
  BatchRenormalizationOptions,
  Bound,
  ChannelNormalizationOptions,
  GhostBatchNormalizationOptions,
  GroupNormalizationOptions,
  MeanOnlyBatchNormalizationOptions,
  NoisyBatchNormalizationOptions,
  Ramp,
  RunningStatisticsOptions,
  ShiftingNoiseOptions,
  WeightStandardization,
} from "./normalization/index.js";
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
export {
  type NodeRuntimeOptions,
  nodeRuntime,
  type Program,
  type Runtime,
  RuntimeError,
  type State,
} from "./runtime/index.js";
export { type ElementType, type NestedNumbers, type Tensor, tensor } from "./tensor/tensor.js";
export type { Callback, Training } from "./training/callback.js";
export type { DataLike, TensorLike } from "./training/data-checks.js";
export type { Inspection, InspectionRequest } from "./training/engine.js";
export { type NonFiniteAction, NonFiniteLossError, type NonFiniteReport } from "./training/non-finite.js";
export type { EpochLogs, History, Logs, Progress, StepLogs } from "./training/progress.js";
export {
  type Initializer,
  type InitializerName,
  type InitializerOptions,
  l1,
  l1l2,
  l2,
  type Regularizer,
  type WeightRole,
  type WeightSpecification,
} from "./weights/index.js";
