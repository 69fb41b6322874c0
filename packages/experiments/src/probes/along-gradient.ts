import type { Model } from "evenkeel";
import {
  type Batch,
  displaced,
  distance,
  length,
  orNull,
  puttingBack,
  slope,
  trainedNames,
} from "./weight-space.js";

/** What there is at one step size. Null is what is no finite number. */
export interface GradientPoint {
  /** η: the weights stand at w − ηg. */
  stepSize: number;
  loss: number | null;
  /** ‖∇L(w) − ∇L(w − ηg)‖₂. */
  gradientDistance: number | null;
  /** The same divided by ‖ηg‖₂: how fast the gradient changes on the way there. */
  effectiveBeta: number | null;
}

/** The loss and its gradient along the gradient's direction. */
export interface AlongGradient {
  /** L(w). It and the gradient's length are no finite numbers only where the model has diverged. */
  loss: number;
  /** ‖g‖₂ over all trainable weights. */
  gradientNorm: number;
  /** In the order of the step sizes. */
  points: GradientPoint[];
}

/** Options of `alongGradient`. */
export interface AlongGradientOptions {
  /** Whether the gradient is taken at every point, which costs three times as much as the loss alone. Default true. */
  gradients?: boolean;
  /** Of everything random in a pass; it is the same at all points. Default the model's seed. */
  seed?: number;
}

/**
 * Walks from the weights w along the gradient g of one batch's loss, and measures loss and gradient of the same batch
 * at w − ηg for each step size η (Bjorck et al. 2018, figure 3; Santurkar et al. 2018, figure 4). All trainable weights
 * move; batch normalization takes the batch's statistics. The weights are then put back bit for bit, also when it
 * fails.
 *
 * @param batch what loss and gradient are taken of.
 * @param stepSizes η, in the unit of a learning rate.
 */
export async function alongGradient(
  model: Model,
  batch: Batch,
  stepSizes: readonly number[],
  { gradients = true, seed }: AlongGradientOptions = {},
): Promise<AlongGradient> {
  return puttingBack(model, async (weights) => {
    const names = trainedNames(model, weights);
    const here = await slope(model, batch, names, seed);
    const gradientNorm = length(here.gradient);
    const points: GradientPoint[] = [];
    for (const stepSize of stepSizes) {
      await model.setWeights(displaced(weights, here.gradient, -stepSize));
      const there = await slope(model, batch, gradients ? names : [], seed);
      const change = gradients ? distance(here.gradient, there.gradient) : Number.NaN;
      points.push({
        stepSize,
        loss: orNull(there.loss),
        gradientDistance: orNull(change),
        effectiveBeta: orNull(change / Math.abs(stepSize * gradientNorm)),
      });
    }
    return { loss: here.loss, gradientNorm, points };
  });
}

/** The least and the largest of some values; none where one of them is null. */
export interface Range {
  low: number;
  high: number;
}

/** Between which values the loss varies along the gradient (Santurkar et al. 2018, figure 4 a). */
export function lossVariation({ points }: AlongGradient): Range | undefined {
  return rangeOf(points.map(({ loss }) => loss));
}

/** How far the gradient comes from what it was (figure 4 b, "gradient predictiveness"). */
export function gradientPredictiveness({ points }: AlongGradient): Range | undefined {
  return rangeOf(points.map(({ gradientDistance }) => gradientDistance));
}

/**
 * Gradients are told apart from a change by a hundredth of their length. Near a saddle they are small differences of
 * large sums, and steps along them are lost in the rounding of the weights: in a deep linear network in float32, two
 * gradients of nearly the same weights were found to differ by a thousandth there, and the effective β of the smallest
 * steps to be tens of times that of the larger ones.
 */
const leastChange = 0.01;

/**
 * The fastest change of the gradient on the way, its effective β-smoothness (figure 4 c). Steps on which the gradient
 * changes by less than a hundredth of its length are left out, whose β is rounding; where all are, the largest counts.
 */
export function effectiveSmoothness({ gradientNorm, points }: AlongGradient): number | undefined {
  if (rangeOf(points.map(({ effectiveBeta }) => effectiveBeta)) === undefined) return undefined;
  const told = points.filter(({ gradientDistance }) => gradientDistance! >= leastChange * gradientNorm);
  const largest = points.reduce((one, other) => (other.stepSize > one.stepSize ? other : one));
  return rangeOf((told.length > 0 ? told : [largest]).map(({ effectiveBeta }) => effectiveBeta))?.high;
}

function rangeOf(values: readonly (number | null)[]): Range | undefined {
  const finite = values.filter((value) => value !== null);
  if (finite.length < values.length || finite.length === 0) return undefined;
  return { low: Math.min(...finite), high: Math.max(...finite) };
}
