import type { Value } from "../graph/graph.js";
import * as graph from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import { axisAfterBatch, isAxis } from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { formatShape } from "../tensor/tensor.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Layers that join inputs elementwise, by name. */
type ElementwiseMerge = "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum";

const merges: Record<ElementwiseMerge, (inputs: readonly Value[]) => Value> = {
  add: (inputs) => inputs.reduce(graph.add),
  subtract: ([first, second]) => graph.sub(first!, second!),
  multiply: (inputs) => inputs.reduce(graph.mul),
  average: (inputs) => graph.mul(inputs.reduce(graph.add), 1 / inputs.length),
  maximum: (inputs) => inputs.reduce(graph.maximum),
  minimum: (inputs) => inputs.reduce(graph.minimum),
};

/**
 * Joins inputs of one shape element by element. An input may have size 1 on an axis after the batch, where it is
 * repeated to the others' size: `[N, C, 1, 1]` weighs the channels of `[N, C, H, W]`.
 */
export class Merge extends Layer {
  override readonly inputCount;

  constructor(
    readonly type: ElementwiseMerge,
    options: LayerOptions = {},
  ) {
    super(options);
    this.inputCount = { least: 2, most: type === "subtract" ? 2 : Number.POSITIVE_INFINITY };
  }

  build(_context: LayerContext, ...inputs: Value[]): Value {
    for (const { shape } of inputs.slice(1)) requireMatching(inputs[0]!.shape, shape);
    return merges[this.type](inputs);
  }
}

function requireMatching(first: Shape, other: Shape): void {
  const matches =
    first.length === other.length &&
    first.every((size, axis) => size === other[axis] || (axis > 0 && (size === 1 || other[axis] === 1)));
  if (matches) return;
  throw new RangeError(
    `the shapes ${formatShape(first)} and ${formatShape(other)} must be equal, or 1 on an axis after the batch where they differ.`,
  );
}

/** Options of `layers.concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs stand one behind another. Default 1, features or channels; negative from the end. */
  axis?: number;
}

/** Joins inputs along an axis; their shapes are equal on all others: `[N, A, H, W]`, `[N, B, H, W] → [N, A + B, H, W]`. */
export class Concatenate extends Layer {
  readonly type = "concatenate";
  override readonly inputCount = { least: 2, most: Number.POSITIVE_INFINITY };

  constructor(override readonly options: ConcatenateOptions = {}) {
    super(options);
    const { axis = 1 } = options;
    requireOption(isAxis(axis), "axis", "a whole number other than 0, the batch", axis);
  }

  build(_context: LayerContext, ...inputs: Value[]): Value {
    const first = inputs[0]!.shape;
    const { place } = axisAfterBatch(first, this.options.axis ?? 1);
    for (const { shape } of inputs.slice(1)) {
      const matches =
        shape.length === first.length && shape.every((size, axis) => axis === place || size === first[axis]);
      if (matches) continue;
      throw new RangeError(
        `the shapes ${formatShape(first)} and ${formatShape(shape)} may differ only on axis ${place}.`,
      );
    }
    return graph.concat(inputs, place);
  }
}

const elementwise =
  (type: ElementwiseMerge) =>
  (options: LayerOptions = {}) =>
    new Merge(type, requireKnown(`layers.${type}`, options, layerOptionNames));

/** Makers of these layers. */
export const mergingLayers = {
  /** The sum of two inputs or more, `[N, ...]` each: what ends a residual block. */
  add: elementwise("add"),
  /** The first of two inputs less the second. */
  subtract: elementwise("subtract"),
  /** The product of two inputs or more, element by element. */
  multiply: elementwise("multiply"),
  /** The mean of two inputs or more, element by element. */
  average: elementwise("average"),
  /** The largest of two inputs or more, element by element. */
  maximum: elementwise("maximum"),
  /** The smallest of two inputs or more, element by element. */
  minimum: elementwise("minimum"),
  /** Inputs one behind another along an axis, by default axis 1: features or channels. */
  concatenate: (options: ConcatenateOptions = {}) =>
    new Concatenate(requireKnown("layers.concatenate", options, { ...layerOptionNames, axis: true })),
} as const;
