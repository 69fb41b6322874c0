import { batchNormalizationOptionNames } from "../normalization/options.js";
import { requireKnown } from "../options/known.js";
import { Activation, type ActivationOptions, PRelu, type PReluOptions } from "./activations.js";
import { BatchNormalization, type BatchNormalizationLayerOptions } from "./batch-normalization.js";
import { Dense, type DenseOptions } from "./dense.js";
import { Dropout, type DropoutOptions } from "./dropout.js";
import { type Layer, type LayerOptions, layerOptionNames } from "./layer.js";
import { Flatten, InputLayer, type InputLayerOptions, Rescaling, type RescalingOptions } from "./shaping.js";

/** Layers, by the names that Keras and TensorFlow.js give them. Each is made from plain options. */
export const layers = {
  /** An activation function as a layer of its own, so that something can stand between it and the layer before. */
  activation: (options: ActivationOptions) =>
    new Activation(
      requireKnown("layers.activation", options, {
        ...layerOptionNames,
        activation: true,
        alpha: true,
        approximate: true,
      }),
    ),
  /**
   * Batch normalization (Ioffe & Szegedy 2015) over one axis, by default axis 1: the features of `[N, C]`, the
   * channels of `[N, C, H, W]`. In training by the batch's statistics, at inference by the running ones.
   */
  batchNormalization: (options: BatchNormalizationLayerOptions = {}) =>
    new BatchNormalization(
      requireKnown("layers.batchNormalization", options, {
        ...layerOptionNames,
        ...batchNormalizationOptionNames,
      }),
    ),
  /** activation(x · kernel + bias): `[N, features] → [N, units]`. */
  dense: (options: DenseOptions) =>
    new Dense(
      requireKnown("layers.dense", options, {
        ...layerOptionNames,
        units: true,
        activation: true,
        useBias: true,
        kernelInitializer: true,
        biasInitializer: true,
        kernelRegularizer: true,
        biasRegularizer: true,
      }),
    ),
  /** Sets a random share of the values to 0 while training, and divides the rest by 1 − rate. */
  dropout: (options: DropoutOptions) =>
    new Dropout(requireKnown("layers.dropout", options, { ...layerOptionNames, rate: true })),
  /** `[N, ...] → [N, features]`. */
  flatten: (options: LayerOptions = {}) =>
    new Flatten(requireKnown("layers.flatten", options, layerOptionNames)),
  /** Declares the shape of one example, without the batch. */
  inputLayer: (options: InputLayerOptions) =>
    new InputLayer(requireKnown("layers.inputLayer", options, layerOptionNames)),
  /** max(0, x) + alpha · min(0, x) with alpha learned (He et al. 2015). */
  prelu: (options: PReluOptions = {}) =>
    new PRelu(
      requireKnown("layers.prelu", options, {
        ...layerOptionNames,
        alphaInitializer: true,
        sharedAxes: true,
      }),
    ),
  /** x · scale + offset: input scaling that is part of the model, `1 / 255` for pixels. */
  rescaling: (options: RescalingOptions) =>
    new Rescaling(
      requireKnown("layers.rescaling", options, { ...layerOptionNames, scale: true, offset: true }),
    ),
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
