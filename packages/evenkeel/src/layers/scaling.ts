import type { Value } from "../graph/graph.js";
import { add, mul, reshape, sub } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import { axisAfterBatch, isAxis } from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import type { Regularizer, WeightSpecification } from "../weights/index.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

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

/** Options of `layers.normalization`. */
export interface NormalizationOptions extends LayerOptions {
  /** What is subtracted: one number, or one for each entry along the axis. */
  mean: number | readonly number[];
  /** What its square root divides by, above 0: one number, or one for each entry along the axis. */
  variance: number | readonly number[];
  /** The axis that has several means and variances. Default 1, features or channels; negative from the end. */
  axis?: number;
}

/**
 * (x − mean) / √variance with given statistics: input scaling that is part of the model, so that the saved file
 * takes raw values (Keras's name). It learns nothing; `batchNormalization` measures its statistics.
 */
export class Normalization extends Layer {
  readonly type = "normalization";

  constructor(override readonly options: NormalizationOptions) {
    super(options);
    const { mean, variance, axis = 1 } = options;
    requireOption(listed(mean).every(Number.isFinite), "mean", "a finite number, or an array of them", mean);
    requireOption(
      listed(variance).every((value) => Number.isFinite(value) && value > 0),
      "variance",
      "a finite number above 0, or an array of them",
      variance,
    );
    requireOption(isAxis(axis), "axis", "a whole number other than 0, the batch", axis);
  }

  build(_context: LayerContext, input: Value): Value {
    const deviations = listed(this.options.variance).map(Math.sqrt);
    const mean = this.operand("mean", listed(this.options.mean), input);
    const factor = this.operand(
      "variance",
      deviations.map((deviation) => 1 / deviation),
      input,
    );
    return mul(sub(input, mean), factor);
  }

  private operand(option: string, values: readonly number[], { graph, shape }: Value): Value | number {
    if (values.length === 1) return values[0]!;
    const { place, size } = axisAfterBatch(shape, this.options.axis ?? 1);
    if (values.length === size) return graph.constant(along(values, shape.length, place));
    throw new RangeError(
      `${option} holds ${values.length} numbers, and axis ${place} has ${size} entries; give one number, or one for each.`,
    );
  }
}

/** Numbers along one axis, in a shape that broadcasts: `[1, C, 1, 1]`. */
function along(values: readonly number[], rank: number, place: number): Tensor<"float32"> {
  return tensor(
    Float32Array.from(values),
    Array.from({ length: rank }, (_, axis) => (axis === place ? values.length : 1)),
  );
}

function listed(value: number | readonly number[]): readonly number[] {
  return Array.isArray(value) ? value : [value as number];
}

/** Options of `layers.scale` and `layers.shift`. */
export interface LearnedTermOptions extends LayerOptions {
  /** Where the learned number, or each of them, begins. Default 1 for `scale`, 0 for `shift`: nothing changes. */
  initialValue?: number;
  /**
   * The axis that has one number for each of its entries: 1 for features or channels; negative from the end.
   * Default none: one number for everything.
   */
  axis?: number;
  /** Penalty on what is learned: `l1(…)`, `l2(…)` or `l1l2({…})`. Default none. */
  regularizer?: Regularizer;
}

/** What `Scale` and `Shift` share: a weight of shape `[]`, or `[size]` along an axis. */
abstract class LearnedTerm extends Layer {
  constructor(override readonly options: LearnedTermOptions = {}) {
    super(options);
    const { initialValue = 0, axis } = options;
    requireOption(Number.isFinite(initialValue), "initialValue", "a finite number", initialValue);
    requireOption(
      axis === undefined || isAxis(axis),
      "axis",
      "a whole number other than 0, the batch, or left out for one number in all",
      axis,
    );
  }

  protected specification(
    inputShape: Shape,
    weight: Pick<WeightSpecification, "name" | "role">,
    initialValue: number,
  ): WeightSpecification {
    const { axis, regularizer } = this.options;
    const shape = axis === undefined ? [] : [axisAfterBatch(inputShape, axis).size];
    return { ...weight, shape, initializer: { type: "constant", value: initialValue }, regularizer };
  }

  /** The weight in a shape that broadcasts against the input. */
  protected spread(weight: Value, { shape }: Value): Value {
    const { axis } = this.options;
    if (axis === undefined) return weight;
    const { place, size } = axisAfterBatch(shape, axis);
    return reshape(
      weight,
      shape.map((_, index) => (index === place ? size : 1)),
    );
  }
}

/**
 * x · scale with a learned scale: one number, or one for each entry along an axis. `trainable: false` makes it a
 * fixed factor. SkipInit (De & Smith 2020, arXiv 2002.10444) ends each residual branch with `scale({ initialValue: 0 })`;
 * LayerScale (Touvron et al. 2021, arXiv 2103.17239) with `scale({ initialValue: 1e-4, axis: 1 })`.
 */
export class Scale extends LearnedTerm {
  readonly type = "scale";

  override weights(inputShape: Shape): WeightSpecification[] {
    const { initialValue = 1 } = this.options;
    return [this.specification(inputShape, { name: "scale", role: "scale" }, initialValue)];
  }

  build(context: LayerContext, input: Value): Value {
    return mul(input, this.spread(context.weight("scale"), input));
  }
}

/**
 * x + bias with a learned bias: one number, or one for each entry along an axis. Fixup (Zhang et al. 2019, arXiv
 * 1901.09321) puts a scalar one before each convolution and activation.
 */
export class Shift extends LearnedTerm {
  readonly type = "shift";

  override weights(inputShape: Shape): WeightSpecification[] {
    const { initialValue = 0 } = this.options;
    return [this.specification(inputShape, { name: "bias", role: "bias" }, initialValue)];
  }

  build(context: LayerContext, input: Value): Value {
    return add(input, this.spread(context.weight("bias"), input));
  }
}

const learnedTermOptionNames = {
  ...layerOptionNames,
  initialValue: true,
  axis: true,
  regularizer: true,
} as const;

/** Makers of these layers. */
export const scalingLayers = {
  /** x · scale + offset: input scaling that is part of the model, `1 / 255` for pixels. */
  rescaling: (options: RescalingOptions) =>
    new Rescaling(
      requireKnown("layers.rescaling", options, { ...layerOptionNames, scale: true, offset: true }),
    ),
  /** (x − mean) / √variance with given statistics, one for all or one for each channel. */
  normalization: (options: NormalizationOptions) =>
    new Normalization(
      requireKnown("layers.normalization", options, {
        ...layerOptionNames,
        mean: true,
        variance: true,
        axis: true,
      }),
    ),
  /** x · scale, with one learned number or one for each channel; a fixed factor with `trainable: false`. */
  scale: (options: LearnedTermOptions = {}) =>
    new Scale(requireKnown("layers.scale", options, learnedTermOptionNames)),
  /** x + bias, with one learned number or one for each channel. */
  shift: (options: LearnedTermOptions = {}) =>
    new Shift(requireKnown("layers.shift", options, learnedTermOptionNames)),
} as const;
