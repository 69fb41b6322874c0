/** A pair of numbers, one for each feature. */
export type Pair = readonly [first: number, second: number];

/**
 * What the mean squared error of a linear unit depends on: the first two moments of what it is given, `[N, 2]`, and of
 * its targets, `[N, 1]`. Variances are biased.
 */
export interface Moments {
  mean: Pair;
  /** Of the first feature, of both, of the second. */
  covariance: readonly [number, number, number];
  targetMean: number;
  targetVariance: number;
  /** Covariance of each feature with the target. */
  withTarget: Pair;
}

/** The moments of inputs, row by row, and targets, in double precision. */
export function momentsOf(input: Float32Array, target: Float32Array): Moments {
  const rows = target.length;
  const over = (term: (row: number) => number) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += term(row);
    return sum / rows;
  };
  const mean: Pair = [over((row) => input[2 * row]!), over((row) => input[2 * row + 1]!)];
  const targetMean = over((row) => target[row]!);
  const first = (row: number) => input[2 * row]! - mean[0];
  const second = (row: number) => input[2 * row + 1]! - mean[1];
  const wanted = (row: number) => target[row]! - targetMean;
  return {
    mean,
    covariance: [
      over((row) => first(row) ** 2),
      over((row) => first(row) * second(row)),
      over((row) => second(row) ** 2),
    ],
    targetMean,
    targetVariance: over((row) => wanted(row) ** 2),
    withTarget: [over((row) => first(row) * wanted(row)), over((row) => second(row) * wanted(row))],
  };
}
