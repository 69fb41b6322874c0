import type { Value } from "../graph/graph.js";
import { staticShape } from "../graph/graph.js";
import { cast, greaterOrEqual, identity, mul } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { uniformNumbers } from "../random/in-graph.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames, requireOption } from "./layer.js";

/** Options of `layers.dropout`. */
export interface DropoutOptions extends LayerOptions {
  /** The share of values set to 0 while training, in [0, 1). */
  rate: number;
}

/**
 * Sets a random share of the values to 0 and divides the rest by 1 − rate while training; does nothing at
 * inference ("inverted" dropout; Srivastava et al. 2014).
 */
export class Dropout extends Layer {
  readonly type = "dropout";

  constructor(override readonly options: DropoutOptions) {
    super(options);
    requireOption(options.rate >= 0 && options.rate < 1, "rate", "at least 0 and below 1", options.rate);
  }

  build(context: LayerContext, input: Value): Value {
    const { rate } = this.options;
    if (!context.training || rate === 0) return identity(input);
    const shape = staticShape(input, "Dropout while training");
    const kept = greaterOrEqual(uniformNumbers(context.randomSeed(), shape), rate);
    return mul(input, mul(cast(kept, "float32"), 1 / (1 - rate)));
  }
}

/** Makers of these layers. */
export const dropoutLayers = {
  /** Sets a random share of the values to 0 while training, and divides the rest by 1 − rate. */
  dropout: (options: DropoutOptions) =>
    new Dropout(requireKnown("layers.dropout", options, { ...layerOptionNames, rate: true })),
} as const;
