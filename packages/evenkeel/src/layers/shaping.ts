import type { Value } from "../graph/graph.js";
import { flatten, identity, reshape, transpose } from "../graph/operations.js";
import { product } from "../graph/shape.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { formatShape } from "../tensor/tensor.js";
import {
  batchDimension,
  Layer,
  type LayerContext,
  type LayerOptions,
  layerOptionNames,
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

/** Options of `layers.reshape`. */
export interface ReshapeOptions extends LayerOptions {
  /** The new shape of one example, without the batch. One size may be −1: what is left for it. */
  targetShape: readonly number[];
}

/** The elements of each example in another shape, row by row: `[N, ...] → [N, ...targetShape]`. */
export class Reshape extends Layer {
  readonly type = "reshape";

  constructor(override readonly options: ReshapeOptions) {
    super(options);
    const { targetShape } = options;
    requireOption(
      Array.isArray(targetShape) &&
        targetShape.every((size) => Number.isInteger(size) && (size > 0 || size === -1)) &&
        targetShape.filter((size) => size === -1).length <= 1,
      "targetShape",
      "the new shape of one example, for example [3, 32, 32], with at most one -1",
      targetShape,
    );
  }

  build(_context: LayerContext, input: Value): Value {
    const { targetShape } = this.options;
    const [batch, ...example] = input.shape;
    const count = product(example);
    const known = product(targetShape.filter((size) => size !== -1));
    const left = count / known;
    if (targetShape.includes(-1) ? !Number.isInteger(left) : left !== 1) {
      throw new RangeError(
        `an example has ${count} values, which do not fill the shape ${formatShape(targetShape)}.`,
      );
    }
    const sizes = targetShape.map((size) => (size === -1 ? left : size));
    const reshaped = reshape(input, [batch!, ...sizes]);
    return reshaped === input ? identity(input) : reshaped;
  }
}

/** Options of `layers.permute`. */
export interface PermuteOptions extends LayerOptions {
  /** The input's axes in their new order; 1 is the first after the batch, which stays. `[2, 3, 1]`: channels last. */
  dims: readonly number[];
}

/** The axes after the batch in another order: `[N, C, H, W] → [N, H, W, C]` by `[2, 3, 1]` (Keras's name). */
export class Permute extends Layer {
  readonly type = "permute";

  constructor(override readonly options: PermuteOptions) {
    super(options);
    const { dims } = options;
    requireOption(
      Array.isArray(dims) && dims.length > 0 && dims.every((_, index) => dims.includes(index + 1)),
      "dims",
      "the axes after the batch, each once, from 1, for example [2, 1]",
      dims,
    );
  }

  build(_context: LayerContext, input: Value): Value {
    const { dims } = this.options;
    if (dims.length !== input.shape.length - 1) {
      throw new RangeError(
        `dims ${formatShape(dims)} must name its ${input.shape.length - 1} axes after the batch.`,
      );
    }
    return transpose(input, [0, ...dims]);
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
  /** The axes after the batch in another order: channels last by `[2, 3, 1]`. */
  permute: (options: PermuteOptions) =>
    new Permute(requireKnown("layers.permute", options, { ...layerOptionNames, dims: true })),
  /** The elements of each example in another shape; one size may be −1. */
  reshape: (options: ReshapeOptions) =>
    new Reshape(requireKnown("layers.reshape", options, { ...layerOptionNames, targetShape: true })),
} as const;
