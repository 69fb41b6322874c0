import { Activation, type ActivationOptions, PRelu, type PReluOptions } from "./activations.js";
import { BatchNormalization, type BatchNormalizationLayerOptions } from "./batch-normalization.js";
import { Dense, type DenseOptions } from "./dense.js";
import { Dropout, type DropoutOptions } from "./dropout.js";
import type { Layer, LayerOptions } from "./layer.js";
import { Flatten, InputLayer, type InputLayerOptions, Rescaling, type RescalingOptions } from "./shaping.js";

/** Layers, by the names that Keras and TensorFlow.js give them. */
export const layers = {
  activation: (options: ActivationOptions) => new Activation(options),
  batchNormalization: (options: BatchNormalizationLayerOptions = {}) => new BatchNormalization(options),
  dense: (options: DenseOptions) => new Dense(options),
  dropout: (options: DropoutOptions) => new Dropout(options),
  flatten: (options: LayerOptions = {}) => new Flatten(options),
  inputLayer: (options: InputLayerOptions) => new InputLayer(options),
  prelu: (options: PReluOptions = {}) => new PRelu(options),
  rescaling: (options: RescalingOptions) => new Rescaling(options),
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
export { BatchNormalization, type BatchNormalizationLayerOptions } from "./batch-normalization.js";
export type { DenseOptions } from "./dense.js";
export type { DropoutOptions } from "./dropout.js";
export {
  Layer,
  type LayerContext,
  type LayerOptions,
} from "./layer.js";
export type { InputLayerOptions, RescalingOptions } from "./shaping.js";
