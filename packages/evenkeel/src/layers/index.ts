import { activationLayers } from "./activations.js";
import { augmentationLayers } from "./augmentation.js";
import { batchNormalizationLayers } from "./batch-normalization.js";
import { channelPaddingLayers } from "./channel-padding.js";
import { convolutionLayers } from "./convolution.js";
import { denseLayers } from "./dense.js";
import { dropoutLayers } from "./dropout.js";
import { groupNormalizationLayers } from "./group-normalization.js";
import type { Layer } from "./layer.js";
import { maxoutLayers } from "./maxout.js";
import { mergingLayers } from "./merging.js";
import { noiseLayers } from "./noise.js";
import { paddingLayers } from "./padding.js";
import { poolingLayers } from "./pooling.js";
import { rreluLayers } from "./rrelu.js";
import { scalingLayers } from "./scaling.js";
import { shapingLayers } from "./shaping.js";
import { shiftingNoiseLayers } from "./shifting-noise.js";

/** Layers, by the names that Keras and TensorFlow.js give them. Each is made from plain options. */
export const layers = {
  ...activationLayers,
  ...augmentationLayers,
  ...batchNormalizationLayers,
  ...channelPaddingLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...dropoutLayers,
  ...groupNormalizationLayers,
  ...maxoutLayers,
  ...mergingLayers,
  ...noiseLayers,
  ...paddingLayers,
  ...poolingLayers,
  ...rreluLayers,
  ...scalingLayers,
  ...shapingLayers,
  ...shiftingNoiseLayers,
} as const;

/** Makes a layer again from its type and `configuration()`. @throws RangeError for an unknown type. */
export function restoreLayer(type: string, configuration: Record<string, unknown>): Layer {
  if (Object.hasOwn(layers, type)) {
    const make = layers[type as keyof typeof layers] as (options: never) => Layer;
    return make(configuration as never);
  }
  throw new RangeError(`There is no layer "${type}". There are: ${Object.keys(layers).join(", ")}.`);
}

export type { ActivationName, ActivationOptions, PReluOptions } from "./activations.js";
export type { RandomCropOptions, RandomFlipOptions } from "./augmentation.js";
export type {
  BatchNormalizationLayerOptions,
  BatchRenormalizationLayerOptions,
  GhostBatchNormalizationLayerOptions,
  MeanOnlyBatchNormalizationLayerOptions,
  NoisyBatchNormalizationLayerOptions,
} from "./batch-normalization.js";
export type { ZeroPaddingChannelsOptions } from "./channel-padding.js";
export type { ConvolutionOptions, DepthwiseConvolutionOptions } from "./convolution.js";
export type { DenseOptions } from "./dense.js";
export type { DropoutOptions } from "./dropout.js";
export type { ExampleNormalizationOptions, GroupNormalizationLayerOptions } from "./group-normalization.js";
export {
  batchDimension,
  describeLayer,
  Layer,
  type LayerContext,
  type LayerOptions,
  SymbolicTensor,
  type Target,
} from "./layer.js";
export type { MaxoutOptions } from "./maxout.js";
export type { ConcatenateOptions } from "./merging.js";
export type { GaussianDropoutOptions, GaussianNoiseOptions } from "./noise.js";
export type {
  Cropping1dOptions,
  Cropping2dOptions,
  Margins1d,
  Margins2d,
  ZeroPadding1dOptions,
  ZeroPadding2dOptions,
} from "./padding.js";
export type { AveragePoolingOptions, GlobalPoolingOptions, PoolingOptions } from "./pooling.js";
export type { RReluOptions } from "./rrelu.js";
export type { LearnedTermOptions, NormalizationOptions, RescalingOptions } from "./scaling.js";
export {
  type InputLayerOptions,
  type InputOptions,
  input,
  type PermuteOptions,
  type ReshapeOptions,
} from "./shaping.js";
export type { ShiftingNoiseLayerOptions } from "./shifting-noise.js";
export type { Padding, PerAxis } from "./windows.js";
