import type { DescentPoint } from "evenkeel-experiments";
import type { Moments, Pair } from "./moments.ts";

/**
 * The loss over the two weights with everything else as it is: exactly
 * `least + (w − center)ᵀ · [[a, b], [b, c]] · (w − center)`.
 */
export interface Slice {
  least: number;
  center: Pair;
  curvature: readonly [a: number, b: number, c: number];
}

/** A line of equal loss. */
export interface Ellipse {
  center: Pair;
  /** Its half axes: along the valley, across it. */
  along: number;
  across: number;
  /** Of the valley's direction from the first weight's axis, in radians. */
  angle: number;
}

/** The loss over the weights behind features `x`, of which the unit is given `gamma · x + beta`. */
export function lossSlice(
  moments: Moments,
  { bias, gamma, beta }: Pick<DescentPoint, "bias" | "gamma" | "beta">,
): Slice {
  const [g1, g2] = gamma;
  const [v1, v12, v2] = moments.covariance;
  const mean: Pair = [g1 * moments.mean[0] + beta[0], g2 * moments.mean[1] + beta[1]];
  const covariance = [g1 * g1 * v1, g1 * g2 * v12, g2 * g2 * v2] as const;
  const withTarget: Pair = [g1 * moments.withTarget[0], g2 * moments.withTarget[1]];
  const missing = moments.targetMean - bias;
  const curvature = [
    covariance[0] + mean[0] ** 2,
    covariance[1] + mean[0] * mean[1],
    covariance[2] + mean[1] ** 2,
  ] as const;
  const center = solved(curvature, [withTarget[0] + mean[0] * missing, withTarget[1] + mean[1] * missing]);
  const [w1, w2] = center;
  // As variance and squared mean of the errors: each is a difference of numbers of one size.
  const variance =
    form(covariance, center) - 2 * (w1 * withTarget[0] + w2 * withTarget[1]) + moments.targetVariance;
  const least = Math.max(0, variance) + (w1 * mean[0] + w2 * mean[1] - missing) ** 2;
  return { least, center, curvature };
}

/** The loss at some weights. */
export function lossAt({ least, center, curvature }: Slice, [w1, w2]: Pair): number {
  return least + form(curvature, [w1 - center[0], w2 - center[1]]);
}

/** The line of a loss; none where the slice lies above it, or is flat. */
export function contour({ least, center, curvature }: Slice, loss: number): Ellipse | undefined {
  const { values, angle } = axesOf(curvature);
  if (loss <= least || values[1] <= 0) return undefined;
  // A valley without an end is drawn as a very long one.
  const flattest = Math.max(values[0], values[1] * 1e-12);
  return {
    center,
    along: Math.sqrt((loss - least) / flattest),
    across: Math.sqrt((loss - least) / values[1]),
    angle,
  };
}

/** Losses of contour lines, each √10 times the one before: from the least that is asked for to the most. */
export function contourLosses(least: number, most: number): number[] {
  const first = Math.ceil(2 * Math.log10(least) - 1e-9);
  const last = Math.floor(2 * Math.log10(most) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** ((first + index) / 2));
}

/** The eigenvalues of a symmetric matrix, the lesser first, and the direction of that one. */
function axesOf([a, b, c]: Slice["curvature"]): { values: Pair; angle: number } {
  const middle = (a + c) / 2;
  const greatest = middle + Math.hypot((a - c) / 2, b);
  // By the determinant: the difference of two numbers of one size would lose it. Where both are
  // equal, rounding must not make it the greater.
  const least = greatest > 0 ? Math.min((a * c - b * b) / greatest, greatest) : 0;
  return { values: [least, greatest], angle: Math.atan2(2 * b, a - c) / 2 + Math.PI / 2 };
}

/** Solves `[[a, b], [b, c]] · w = d`; in a direction in which it is flat, as near to 0 as can be. */
function solved([a, b, c]: Slice["curvature"], d: Pair): Pair {
  const determinant = a * c - b * b;
  if (determinant > 1e-12 * a * c) {
    return [(c * d[0] - b * d[1]) / determinant, (a * d[1] - b * d[0]) / determinant];
  }
  const trace = a + c;
  return trace > 0 ? [(a * d[0] + b * d[1]) / trace ** 2, (b * d[0] + c * d[1]) / trace ** 2] : [0, 0];
}

function form([a, b, c]: Slice["curvature"], [x, y]: Pair): number {
  return a * x * x + 2 * b * x * y + c * y * y;
}
