import { activationLayers } from "./activations.js";
import { batchNormalizationLayers } from "./batch-normalization.js";
import { denseLayers } from "./dense.js";
import { dropoutLayers } from "./dropout.js";
import type { Layer } from "./layer.js";
import { shapingLayers } from "./shaping.js";

/** Layers, by the names that Keras and TensorFlow.js give them. Each is made from plain options. */
export const layers = {
  ...activationLayers,
  ...batchNormalizationLayers,
  ...denseLayers,
  ...dropoutLayers,
  ...shapingLayers,
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
  batchDimension,
  describeLayer,
  Layer,
  type LayerContext,
  type LayerOptions,
  SymbolicTensor,
} from "./layer.js";
export { type InputLayerOptions, type InputOptions, input, type RescalingOptions } from "./shaping.js";
