import type { Value } from "../graph/graph.js";
import { add, flatten, identity, mul } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import {
  batchDimension,
  Layer,
  type LayerContext,
  type LayerOptions,
  layerOptionNames,
  requireOption,
  SymbolicTensor,
} from "./layer.js";

/** Options of `layers.inputLayer`. */
export interface InputLayerOptions extends LayerOptions {
  /** Shape of one example, without the batch: `[28, 28]`. */
  inputShape: readonly number[];
}

/** Declares what a model takes; computes nothing. */
export class InputLayer extends Layer {
  readonly type = "inputLayer";
  override readonly inputCount = { least: 0, most: 0 };

  constructor(override readonly options: InputLayerOptions) {
    super(options);
    const sizes = options.inputShape ?? [];
    requireOption(
      Array.isArray(sizes) && sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0),
      "inputShape",
      "the shape of one example, for example [28, 28]",
      options.inputShape,
    );
  }

  build(): Value {
    throw new Error("An inputLayer is fed, not computed.");
  }
}

/** Options of `input`. */
export interface InputOptions {
  /** Shape of one example, without the batch: `[3, 32, 32]`. */
  shape: readonly number[];
  /** Default `input_layer_1` and so on. */
  name?: string;
}

/**
 * An input of a functional model.
 *
 * @throws RangeError for a shape that is none.
 */
export function input(options: InputOptions): SymbolicTensor {
  const { shape, name } = requireKnown("input", options, { shape: true, name: true });
  const layer = new InputLayer({ inputShape: shape, ...(name === undefined ? {} : { name }) });
  return new SymbolicTensor(layer, [], [batchDimension, ...shape]);
}

/** `[N, ...] → [N, features]`, row by row. */
export class Flatten extends Layer {
  readonly type = "flatten";

  constructor(options: LayerOptions = {}) {
    super(options);
  }

  build(_context: LayerContext, input: Value): Value {
    return input.shape.length === 2 ? identity(input) : flatten(input);
  }
}

/** Options of `layers.rescaling`. */
export interface RescalingOptions extends LayerOptions {
  /** Factor, for example `1 / 255` for pixels. */
  scale: number;
  /** Added after it. Default 0. */
  offset?: number;
}

/** x · scale + offset: input scaling that is part of the model, so that the saved file takes raw values (Keras's name). */
export class Rescaling extends Layer {
  readonly type = "rescaling";

  constructor(override readonly options: RescalingOptions) {
    super(options);
    const { scale, offset = 0 } = options;
    requireOption(Number.isFinite(scale), "scale", "a finite number", scale);
    requireOption(Number.isFinite(offset), "offset", "a finite number", offset);
  }

  build(_context: LayerContext, input: Value): Value {
    const { scale, offset = 0 } = this.options;
    const scaled = mul(input, scale);
    return offset === 0 ? scaled : add(scaled, offset);
  }
}

/** Makers of these layers. */
export const shapingLayers = {
  /** `[N, ...] → [N, features]`. */
  flatten: (options: LayerOptions = {}) =>
    new Flatten(requireKnown("layers.flatten", options, layerOptionNames)),
  /** Declares the shape of one example, without the batch. */
  inputLayer: (options: InputLayerOptions) =>
    new InputLayer(requireKnown("layers.inputLayer", options, layerOptionNames)),
  /** x · scale + offset: input scaling that is part of the model, `1 / 255` for pixels. */
  rescaling: (options: RescalingOptions) =>
    new Rescaling(
      requireKnown("layers.rescaling", options, { ...layerOptionNames, scale: true, offset: true }),
    ),
} as const;
