import type { Value } from "../graph/graph.js";
import { reduceMax, reshape } from "../graph/operations.js";
import { axisAfterBatch } from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.maxout`. */
export interface MaxoutOptions extends LayerOptions {
  /** How many channels each output is the largest of: the linear pieces of the function it learns, k in the paper. Default 2. */
  pieces?: number;
}

/**
 * The largest of each group of neighbouring channels: `[N, C · pieces, ...] → [N, C, ...]`. Behind a dense layer or a
 * convolution without activation it learns a convex function of that many linear pieces (Goodfellow et al. 2013, arXiv
 * 1302.4389). Where several are the largest, each has an equal part of the gradient. (TensorFlow Addons counts the
 * groups, `num_units`, in place of their members.)
 */
export class Maxout extends Layer {
  readonly type = "maxout";

  constructor(override readonly options: MaxoutOptions = {}) {
    super(options);
    const { pieces = 2 } = options;
    const isCount = Number.isInteger(pieces) && pieces >= 1;
    requireOption(isCount, "pieces", "a whole number of at least 1", pieces);
  }

  build(_context: LayerContext, input: Value): Value {
    const { pieces = 2 } = this.options;
    const { size: channels } = axisAfterBatch(input.shape, 1);
    if (channels % pieces > 0) {
      throw new RangeError(
        `${channels} channels do not fall into groups of ${pieces}. Give the layer before it a multiple of ${pieces}, or set pieces.`,
      );
    }
    const [batch, , ...sizes] = input.shape;
    return reduceMax(reshape(input, [batch!, channels / pieces, pieces, ...sizes]), [2]);
  }
}

/** Makers of these layers. */
export const maxoutLayers = {
  /** The largest of each group of channels (Goodfellow et al. 2013). */
  maxout: (options: MaxoutOptions = {}) =>
    new Maxout(requireKnown("layers.maxout", options, { ...layerOptionNames, pieces: true })),
} as const;
