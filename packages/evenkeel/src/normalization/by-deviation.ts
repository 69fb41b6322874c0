import type { Value } from "../graph/graph.js";
import { abs, add, div, mul, reduceMax, sqrt, sub } from "../graph/operations.js";
import type { Affine } from "./affine.js";
import { type Channels, channelsOf } from "./channels.js";

/** What stands in the place of the standard deviation. */
export type Deviation = "l1" | "l2" | "linf" | "none";

/** A batch normalized by its mean and another deviation, and these, as vectors `[C]`. */
export interface DeviationNormalizedBatch {
  output: Value;
  mean: Value;
  /** The square of the deviation; undefined with `"none"`. */
  variance: Value | undefined;
}

/**
 * Batch normalization with another deviation s: y = γ(x − μ)/√(s² + ε) + β. With l1, l2 and l∞ (Santurkar et al.
 * 2018, section 3.3) s is the average norm of the values as they are before the mean is subtracted: mean |x|,
 * √mean x², max |x|. With `"none"` nothing is divided (mean-only batch normalization, Salimans & Kingma 2016). The
 * gradient goes through μ and s.
 *
 * @param x `[N, ..., C, ...]`, channels on `axis`.
 */
export function normalizeByDeviation(
  x: Value,
  { gamma, beta }: Affine,
  { axis, epsilon, deviation }: { axis: number; epsilon: number; deviation: Deviation },
): DeviationNormalizedBatch {
  const channels = channelsOf(x, axis);
  const { output: centred, mean } = centredBatch(x, channels);
  const square = squareOf(deviation, x, channels);
  const numerator = gamma && channels.spread(gamma);
  const factor = square ? div(numerator ?? 1, sqrt(add(square, epsilon))) : numerator;
  const scaled = factor ? mul(centred, factor) : centred;
  return {
    output: beta ? add(scaled, channels.spread(beta)) : scaled,
    mean: channels.vector(mean),
    variance: square && channels.vector(square),
  };
}

/** x − μ, the mean taken twice as `normalizeByBatch` does; its derivative is g − mean(g). */
function centredBatch(x: Value, channels: Channels): { output: Value; mean: Value } {
  return x.graph.differentiateAs(
    "the batch less its mean",
    [x],
    () => {
      const firstMean = channels.mean(x);
      const nearlyCentred = sub(x, firstMean);
      const rest = channels.mean(nearlyCentred);
      return { output: sub(nearlyCentred, rest), mean: add(firstMean, rest) };
    },
    (g) => [sub(g, channels.mean(g))],
  );
}

/** s² of each channel. */
function squareOf(deviation: Deviation, x: Value, { axes, mean }: Channels): Value | undefined {
  if (deviation === "none") return undefined;
  if (deviation === "l2") return mean(mul(x, x));
  const size = abs(x);
  const norm = deviation === "l1" ? mean(size) : reduceMax(size, axes, { keepDimensions: true });
  return mul(norm, norm);
}
