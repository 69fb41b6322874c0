/** Mean and variance of some values. */
export interface Statistics {
  mean: number;
  /** Biased: the mean of the squared distances from the mean. */
  variance: number;
}

/** What a batch normalization layer multiplies by and adds. */
export interface Parameters {
  /** Scale. */
  gamma: number;
  /** Offset. */
  beta: number;
  /** Added to the variance before its root is taken. */
  epsilon: number;
}

/** What becomes of one value, step by step. */
export interface Normalized {
  /** x − mean. */
  centred: number;
  /** x̂ = (x − mean) / √(variance + epsilon). */
  standardised: number;
  /** gamma · x̂. */
  scaled: number;
  /** y = gamma · x̂ + beta. */
  output: number;
}

/** Mean and biased variance of at least one value. */
export function statisticsOf(values: readonly number[]): Statistics {
  // Distances from the first value: equal values then have a variance of exactly 0.
  const first = values[0]!;
  const mean = first + average(values.map((value) => value - first));
  return { mean, variance: average(values.map((value) => (value - mean) ** 2)) };
}

/** What is divided by: √(variance + epsilon). */
export function divisorOf({ variance }: Statistics, { epsilon }: Pick<Parameters, "epsilon">): number {
  return Math.sqrt(variance + epsilon);
}

/** Normalises each value by these statistics: the batch's own in training, the running ones at inference. */
export function normalize(
  values: readonly number[],
  statistics: Statistics,
  parameters: Parameters,
): Normalized[] {
  const divisor = divisorOf(statistics, parameters);
  return values.map((value) => {
    const centred = value - statistics.mean;
    const standardised = centred / divisor;
    const scaled = parameters.gamma * standardised;
    return { centred, standardised, scaled, output: scaled + parameters.beta };
  });
}

/**
 * Running statistics after training steps on this batch.
 *
 * @param momentum share of the old value, in [0, 1).
 */
export function moved(running: Statistics, batch: Statistics, momentum: number, steps = 1): Statistics {
  let { mean, variance } = running;
  for (let step = 0; step < steps; step++) {
    mean = momentum * mean + (1 - momentum) * batch.mean;
    variance = momentum * variance + (1 - momentum) * batch.variance;
  }
  return { mean, variance };
}

/** How many steps it takes until no more than this share of a gap is left. */
export function stepsUntil(share: number, momentum: number): number {
  return momentum === 0 ? 1 : Math.ceil(Math.log(share) / Math.log(momentum));
}

/** The variance as mean(x²) − mean(x)² in 32-bit numbers: the short way, which loses a small spread around a large mean. */
export function shortcutVariance(values: readonly number[]): number {
  const { fround } = Math;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => fround(total + number), 0);
  const single = values.map(fround);
  const mean = fround(sum(single) / values.length);
  const meanSquare = fround(sum(single.map((value) => fround(value * value))) / values.length);
  return fround(meanSquare - fround(mean * mean));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
