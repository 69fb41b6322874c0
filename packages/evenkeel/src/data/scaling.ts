import { formatShape, type Tensor, zeros } from "../tensor/tensor.js";
import { eachElement, featureCount, featureMoments, featureRanges } from "./features.js";

/** Mean 0 and variance 1 for each feature: (x − mean) / √variance; a variance of 0 divides by 1. */
export interface StandardizerParameters {
  readonly kind: "standardizer";
  /** The axis that counts the features; `null`: all values are one feature. */
  readonly axis: number | null;
  /** One mean for each feature. */
  readonly mean: readonly number[];
  /** One biased variance (divided by N, not N − 1) for each feature. */
  readonly variance: readonly number[];
}

/** [minimum, maximum] to [0, 1] for each feature; where they are equal, x − minimum. */
export interface NormalizerParameters {
  readonly kind: "normalizer";
  /** The axis that counts the features; `null`: all values are one feature. */
  readonly axis: number | null;
  /** One value for each feature: what becomes 0. */
  readonly minimum: readonly number[];
  /** One value for each feature: what becomes 1. */
  readonly maximum: readonly number[];
}

/** x · scale + offset, the same for all values. */
export interface RescalerParameters {
  readonly kind: "rescaler";
  readonly scale: number;
  readonly offset: number;
}

/** The parameters of any scaling step; plain data that survives JSON. */
export type ScalingParameters = StandardizerParameters | NormalizerParameters | RescalerParameters;

/** An invertible preprocessing step. */
export interface Scaling<Parameters extends ScalingParameters = ScalingParameters> {
  readonly parameters: Parameters;
  /**
   * Scales a tensor of any element type; the result is float32 of the same shape.
   *
   * @throws RangeError when the feature axis is not as long as there are features.
   */
  transform(x: Tensor): Tensor<"float32">;
  /**
   * Undoes `transform`, up to float32's rounding; the result is float32 of the same shape.
   *
   * @throws RangeError when the feature axis is not as long as there are features.
   */
  inverse(x: Tensor): Tensor<"float32">;
  /** The parameters, for `JSON.stringify`; `scalingFrom` makes the step again. */
  toJSON(): Parameters;
}

/** Options of `standardizer`. */
export interface StandardizerOptions {
  /**
   * The axis that counts the features; `null`: one mean and variance for all values. Default: 1 for
   * [N, features] and [N, channels, height, width], `null` for other ranks, such as grey images [N, 28, 28].
   */
  axis?: number | null;
}

/** Options of `normalizer`. */
export interface NormalizerOptions {
  /** The range that the values are known to have, as [0, 255] for pixels. Default: measured, feature by feature. */
  range?: readonly [minimum: number, maximum: number];
  /** As in `StandardizerOptions`; not used with `range`. */
  axis?: number | null;
}

/** Options of `rescaler`. */
export interface RescalerOptions {
  /** What values are multiplied by, as 1 / 255 for pixels; not 0. Default: 1. */
  scale?: number;
  /** What is added after that. Default: 0. */
  offset?: number;
}

/**
 * Measures each feature's mean and biased variance, in float64, and makes the step that takes them to 0 and 1.
 * A feature that never changes becomes 0 throughout: it is divided by 1.
 *
 * @param x the training examples; those of a test set should be transformed by the training set's step.
 * @throws RangeError when `x` is empty, has no such axis, or holds a value that is not finite.
 */
export function standardizer(x: Tensor, options: StandardizerOptions = {}): Scaling<StandardizerParameters> {
  const axis = featureAxis(x, options.axis);
  return scalingFrom({ kind: "standardizer", axis, ...featureMoments(x, axis) });
}

/**
 * Makes the step that takes each feature's range to [0, 1]. A feature that never changes becomes 0.
 *
 * @param x the training examples; unseen examples may come out below 0 or above 1.
 * @throws RangeError when `range` is not two finite numbers in rising order, or, without it, when `x` is
 * empty, has no such axis, or holds a value that is not finite.
 */
export function normalizer(x: Tensor, options: NormalizerOptions = {}): Scaling<NormalizerParameters> {
  if (options.range) {
    const [minimum, maximum] = options.range;
    if (!(minimum < maximum)) {
      throw new RangeError(`normalizer: range must be [minimum, maximum], got [${minimum}, ${maximum}].`);
    }
    return scalingFrom({ kind: "normalizer", axis: null, minimum: [minimum], maximum: [maximum] });
  }
  const axis = featureAxis(x, options.axis);
  return scalingFrom({ kind: "normalizer", axis, ...featureRanges(x, axis) });
}

/**
 * Makes the step x · scale + offset.
 *
 * @throws RangeError when `scale` is 0, which can't be undone, or a number is not finite.
 */
export function rescaler({ scale = 1, offset = 0 }: RescalerOptions): Scaling<RescalerParameters> {
  return scalingFrom({ kind: "rescaler", scale, offset });
}

/**
 * Makes a scaling step from its parameters, as `toJSON` gave them.
 *
 * @throws RangeError when the parameters are of no known kind, are not finite numbers, differ in length, or
 * can't be undone.
 */
export function scalingFrom<P extends ScalingParameters>(parameters: P): Scaling<P> {
  const { axis, center, width } = affineOf(parameters);
  const map = (x: Tensor, formula: (value: number, feature: number) => number): Tensor<"float32"> => {
    checkFeatures(x, axis, center.length, parameters.kind);
    const result = zeros("float32", x.shape);
    eachElement(x, axis, (index, feature) => {
      result.data[index] = formula(Number(x.data[index]), feature);
    });
    return result;
  };
  return {
    parameters,
    transform: (x) => map(x, (value, feature) => (value - center[feature]!) / width[feature]!),
    inverse: (x) => map(x, (value, feature) => value * width[feature]! + center[feature]!),
    toJSON: () => parameters,
  };
}

/** Every step is (x − center) / width, feature by feature. */
interface Affine {
  axis: number | null;
  center: readonly number[];
  width: readonly number[];
}

function affineOf(parameters: ScalingParameters): Affine {
  switch (parameters.kind) {
    case "standardizer": {
      const { axis, mean, variance } = parameters;
      return checked(parameters, { axis, center: mean, width: variance.map(Math.sqrt).map(oneForZero) });
    }
    case "normalizer": {
      const { axis, minimum, maximum } = parameters;
      const width = maximum.map((value, feature) => value - minimum[feature]!).map(oneForZero);
      return checked(parameters, { axis, center: minimum, width });
    }
    case "rescaler": {
      const { scale, offset } = parameters;
      return checked(parameters, { axis: null, center: [-offset / scale], width: [1 / scale] });
    }
    default: {
      const { kind } = parameters as { kind: unknown };
      throw new RangeError(
        `Unknown kind of scaling "${kind}"; expected standardizer, normalizer or rescaler.`,
      );
    }
  }
}

/** A feature that never changes has no width to divide by. */
function oneForZero(width: number): number {
  return width === 0 ? 1 : width;
}

function checked(parameters: ScalingParameters, affine: Affine): Affine {
  const { center, width } = affine;
  if (center.length === width.length && [...center, ...width].every(Number.isFinite)) return affine;
  throw new RangeError(
    `These parameters make no invertible scaling: ${JSON.stringify(parameters)}. Expected finite numbers, ` +
      "lists of one length, no negative variance and a scale other than 0.",
  );
}

function featureAxis(x: Tensor, axis: number | null | undefined): number | null {
  if (axis !== undefined) return axis;
  return x.shape.length === 2 || x.shape.length === 4 ? 1 : null;
}

function checkFeatures(x: Tensor, axis: number | null, expected: number, kind: string): void {
  const found = featureCount(x, axis);
  if (found === expected) return;
  throw new RangeError(
    `This ${kind} has ${expected} features along axis ${axis}; a tensor of shape ${formatShape(x.shape)} has ${found}.`,
  );
}
