import type { Value } from "../graph/graph.js";
import { identity } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import {
  axisAfterBatch,
  completedNoise,
  type ShiftingNoiseOptions,
  shiftingNoiseOptionNames,
  withShiftingNoise,
} from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import type { WeightSpecification } from "../weights/index.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.shiftingNoise`. */
export interface ShiftingNoiseLayerOptions extends ShiftingNoiseOptions, LayerOptions {
  /** The axis of the channels. Default 1; negative axes count from the end. */
  axis?: number;
}

/**
 * Noise whose mean and deviation are others at every training step, s · x + m (Santurkar et al. 2018, arXiv 1805.11604,
 * section 2.2): behind batch normalization it makes their "noisy" one, and in its place the plain network with the same
 * noise. Does nothing at inference.
 */
export class ShiftingNoise extends Layer {
  readonly type = "shiftingNoise";
  private readonly noise: ReturnType<typeof completedNoise>;

  constructor(override readonly options: ShiftingNoiseLayerOptions = {}) {
    super(options);
    this.noise = completedNoise(options);
    const { axis = 1 } = options;
    const isAxis = Number.isInteger(axis) && axis !== 0;
    requireOption(isAxis, "axis", "a whole number other than 0, the batch", axis);
  }

  override weights(inputShape: Shape): WeightSpecification[] {
    axisAfterBatch(inputShape, this.options.axis ?? 1);
    return [];
  }

  build(context: LayerContext, input: Value): Value {
    const { axis = 1 } = this.options;
    if (!context.training) return identity(input);
    return withShiftingNoise(input, { ...this.noise, axis }, context.randomSeed);
  }
}

/** Makers of these layers. */
export const shiftingNoiseLayers = {
  /** s · x + m in training, both drawn around a factor and a shift that are others at every step. */
  shiftingNoise: (options: ShiftingNoiseLayerOptions = {}) =>
    new ShiftingNoise(
      requireKnown("layers.shiftingNoise", options, {
        ...layerOptionNames,
        ...shiftingNoiseOptionNames,
        axis: true,
      }),
    ),
} as const;
