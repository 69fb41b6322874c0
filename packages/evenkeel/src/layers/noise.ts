import { staticShape, type Value } from "../graph/graph.js";
import { add, identity, mul } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireOption, requireShare } from "../options/require.js";
import { normalNumbers } from "../random/in-graph.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.gaussianNoise`. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Of the numbers added while training, whose mean is 0. At least 0. */
  standardDeviation: number;
}

/** Adds Gaussian numbers of mean 0 while training; does nothing at inference. */
export class GaussianNoise extends Layer {
  readonly type = "gaussianNoise";

  constructor(override readonly options: GaussianNoiseOptions) {
    super(options);
    const { standardDeviation } = options;
    requireOption(
      Number.isFinite(standardDeviation) && standardDeviation >= 0,
      "standardDeviation",
      "a finite number of at least 0",
      standardDeviation,
    );
  }

  build(context: LayerContext, input: Value): Value {
    const { standardDeviation } = this.options;
    if (!context.training || standardDeviation === 0) return identity(input);
    const shape = staticShape(input, "Noise while training");
    return add(input, mul(normalNumbers(context.randomSeed(), shape), standardDeviation));
  }
}

/** Options of `layers.gaussianDropout`. */
export interface GaussianDropoutOptions extends LayerOptions {
  /** The factors have the variance rate / (1 − rate), that of dropout at this rate; in [0, 1). */
  rate: number;
}

/**
 * Multiplies by Gaussian numbers of mean 1 and the variance of dropout's factors, rate / (1 − rate), while
 * training; does nothing at inference (Srivastava et al. 2014, section 10).
 */
export class GaussianDropout extends Layer {
  readonly type = "gaussianDropout";

  constructor(override readonly options: GaussianDropoutOptions) {
    super(options);
    requireShare("rate", options.rate);
  }

  build(context: LayerContext, input: Value): Value {
    const { rate } = this.options;
    if (!context.training || rate === 0) return identity(input);
    const shape = staticShape(input, "Dropout while training");
    const noise = mul(normalNumbers(context.randomSeed(), shape), Math.sqrt(rate / (1 - rate)));
    return mul(input, add(noise, 1));
  }
}

/** Makers of these layers. */
export const noiseLayers = {
  /** Multiplies by Gaussian numbers of mean 1 and variance rate / (1 − rate) while training. */
  gaussianDropout: (options: GaussianDropoutOptions) =>
    new GaussianDropout(requireKnown("layers.gaussianDropout", options, { ...layerOptionNames, rate: true })),
  /** Adds Gaussian numbers of mean 0 while training. */
  gaussianNoise: (options: GaussianNoiseOptions) =>
    new GaussianNoise(
      requireKnown("layers.gaussianNoise", options, { ...layerOptionNames, standardDeviation: true }),
    ),
} as const;
