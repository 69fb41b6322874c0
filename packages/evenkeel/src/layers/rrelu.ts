import { staticShape, type Value } from "../graph/graph.js";
import { add, greater, leakyRelu, mul, where } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { uniformNumbers } from "../random/in-graph.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.rrelu`. */
export interface RReluOptions extends LayerOptions {
  /** The smallest slope for negative values. Default 1/8 (Xu et al. 2015, PyTorch). */
  lower?: number;
  /** The largest, at least `lower`. Default 1/3. */
  upper?: number;
}

/**
 * Randomised leaky ReLU: negative values times a slope, which while training is drawn anew for each element from
 * [lower, upper), and at inference is the middle of the two (Xu et al. 2015, arXiv 1505.00853; PyTorch's `RReLU`).
 */
export class RRelu extends Layer {
  readonly type = "rrelu";

  constructor(override readonly options: RReluOptions = {}) {
    super(options);
    const { lower, upper } = this.slopes;
    requireOption(Number.isFinite(lower), "lower", "a finite number", lower);
    requireOption(
      Number.isFinite(upper) && upper >= lower,
      "upper",
      `a finite number of at least lower, ${lower}`,
      upper,
    );
  }

  build(context: LayerContext, input: Value): Value {
    const { lower, upper } = this.slopes;
    if (!context.training || lower === upper) return leakyRelu(input, (lower + upper) / 2);
    const uniform = uniformNumbers(context.randomSeed(), staticShape(input, "RReLU while training"));
    const slope = add(mul(uniform, upper - lower), lower);
    return mul(input, where(greater(input, 0), 1, slope));
  }

  private get slopes(): { lower: number; upper: number } {
    const { lower = 1 / 8, upper = 1 / 3 } = this.options;
    return { lower, upper };
  }
}

/** Makers of these layers. */
export const rreluLayers = {
  /** Leaky ReLU with a slope that is random while training (Xu et al. 2015). */
  rrelu: (options: RReluOptions = {}) =>
    new RRelu(requireKnown("layers.rrelu", options, { ...layerOptionNames, lower: true, upper: true })),
} as const;
