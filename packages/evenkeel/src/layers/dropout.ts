import { staticShape, type Value } from "../graph/graph.js";
import { cast, greaterOrEqual, identity, mul } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireShare } from "../options/require.js";
import { uniformNumbers } from "../random/in-graph.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";
import { requireRank } from "./padding.js";

/** Options of `layers.dropout`, `spatialDropout1d` and `spatialDropout2d`. */
export interface DropoutOptions extends LayerOptions {
  /** The share of values, or of channels, set to 0 while training, in [0, 1). */
  rate: number;
}

/** What the kinds of dropout share; they differ in what is dropped together. */
abstract class RandomDropout extends Layer {
  constructor(override readonly options: DropoutOptions) {
    super(options);
    requireShare("rate", options.rate);
  }

  /** One draw for each element of `shape`, which broadcasts against the input. */
  protected drop(context: LayerContext, input: Value, shape: readonly number[]): Value {
    const { rate } = this.options;
    const kept = greaterOrEqual(uniformNumbers(context.randomSeed(), shape), rate);
    return mul(input, mul(cast(kept, "float32"), 1 / (1 - rate)));
  }

  protected isIdle({ training }: LayerContext): boolean {
    return !training || this.options.rate === 0;
  }
}

/**
 * Sets a random share of the values to 0 and divides the rest by 1 − rate while training; does nothing at
 * inference ("inverted" dropout; Srivastava et al. 2014).
 */
export class Dropout extends RandomDropout {
  readonly type = "dropout";

  build(context: LayerContext, input: Value): Value {
    if (this.isIdle(context)) return identity(input);
    return this.drop(context, input, staticShape(input, "Dropout while training"));
  }
}

/** Dropout of whole channels of `[N, C, L]` or `[N, C, H, W]`: neighbours in a channel are too alike to drop alone (Tompson et al. 2015, arXiv 1411.4280). */
export class SpatialDropout extends RandomDropout {
  constructor(
    readonly type: "spatialDropout1d" | "spatialDropout2d",
    options: DropoutOptions,
  ) {
    super(options);
  }

  build(context: LayerContext, input: Value): Value {
    requireRank(input, this.type === "spatialDropout1d" ? 1 : 2);
    if (this.isIdle(context)) return identity(input);
    const shape = staticShape(input, "Dropout while training");
    return this.drop(
      context,
      input,
      shape.map((size, axis) => (axis < 2 ? size : 1)),
    );
  }
}

const dropoutOptionNames = { ...layerOptionNames, rate: true } as const;

/** Makers of these layers. */
export const dropoutLayers = {
  /** Sets a random share of the values to 0 while training, and divides the rest by 1 − rate. */
  dropout: (options: DropoutOptions) =>
    new Dropout(requireKnown("layers.dropout", options, dropoutOptionNames)),
  /** Dropout of whole channels of `[N, C, L]`. */
  spatialDropout1d: (options: DropoutOptions) =>
    new SpatialDropout(
      "spatialDropout1d",
      requireKnown("layers.spatialDropout1d", options, dropoutOptionNames),
    ),
  /** Dropout of whole channels of `[N, C, H, W]`. */
  spatialDropout2d: (options: DropoutOptions) =>
    new SpatialDropout(
      "spatialDropout2d",
      requireKnown("layers.spatialDropout2d", options, dropoutOptionNames),
    ),
} as const;
