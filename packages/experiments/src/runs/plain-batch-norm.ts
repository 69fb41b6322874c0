/**
 * Batch normalization of a single unit in plain numbers of double precision, line by line as Ioffe & Szegedy 2015 write
 * it down: what a faster formulation is compared with.
 */

/** The values of one unit in a batch, and what they are normalized with. */
export interface UnitBatch {
  /** One value for each example. */
  x: readonly number[];
  gamma: number;
  beta: number;
  epsilon: number;
}

/** Gradients of a loss with respect to a unit's values and its learned scale and shift. */
export interface UnitGradients {
  x: number[];
  gamma: number;
  beta: number;
}

/** Algorithm 1. */
export function normalizedUnit({ x, gamma, beta, epsilon }: UnitBatch) {
  const mean = average(x);
  const variance = average(x.map((value) => (value - mean) ** 2));
  const normalized = x.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
  return { mean, variance, normalized, y: normalized.map((value) => gamma * value + beta) };
}

/**
 * The gradients of section 3: the chain rule through the batch's mean and variance.
 *
 * @param upstream ∂L/∂y, for each example.
 */
export function statedGradients(unit: UnitBatch, upstream: readonly number[]): UnitGradients {
  const { x, gamma, epsilon } = unit;
  const m = x.length;
  const { mean, variance, normalized } = normalizedUnit(unit);
  const deviation = Math.sqrt(variance + epsilon);
  const ofNormalized = upstream.map((g) => g * gamma);
  const ofVariance = sum(
    ofNormalized.map((g, i) => g * (x[i]! - mean) * (-1 / 2) * (variance + epsilon) ** (-3 / 2)),
  );
  const ofMean =
    sum(ofNormalized.map((g) => -g / deviation)) +
    ofVariance * average(x.map((value) => -2 * (value - mean)));
  return {
    x: ofNormalized.map((g, i) => g / deviation + (ofVariance * 2 * (x[i]! - mean)) / m + ofMean / m),
    gamma: sum(upstream.map((g, i) => g * normalized[i]!)),
    beta: sum(upstream),
  };
}

/** What the gradients would be if mean and variance did not depend on the batch's values. */
export function constantStatisticsGradients(unit: UnitBatch, upstream: readonly number[]): UnitGradients {
  const { variance } = normalizedUnit(unit);
  const slope = unit.gamma / Math.sqrt(variance + unit.epsilon);
  return { ...statedGradients(unit, upstream), x: upstream.map((g) => slope * g) };
}

/** The gradients by central differences. @param loss of the unit's outputs y. */
export function numericGradients(unit: UnitBatch, loss: (y: readonly number[]) => number): UnitGradients {
  // The differences' own error is about its square: far below float32's rounding, far above that of double precision.
  const step = 1e-4;
  const slope = (size: number, at: (change: number) => UnitBatch) => {
    const change = step * size;
    const lossAt = (by: number) => loss(normalizedUnit(at(by)).y);
    return (lossAt(change) - lossAt(-change)) / (2 * change);
  };
  const { x, gamma, beta } = unit;
  const deviation = Math.sqrt(normalizedUnit(unit).variance);
  const moved = (index: number, change: number) => ({
    ...unit,
    x: x.map((value, i) => (i === index ? value + change : value)),
  });
  return {
    x: x.map((_, index) => slope(deviation, (change) => moved(index, change))),
    gamma: slope(1, (change) => ({ ...unit, gamma: gamma + change })),
    beta: slope(1, (change) => ({ ...unit, beta: beta + change })),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function average(values: readonly number[]): number {
  return sum(values) / values.length;
}
