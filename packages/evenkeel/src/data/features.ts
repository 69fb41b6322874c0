import { formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";

/** How many features a tensor has along an axis; 1 when `axis` is `null`. */
export function featureCount(x: Tensor, axis: number | null): number {
  if (axis === null) return 1;
  const count = x.shape[axis];
  if (count !== undefined) return count;
  throw new RangeError(
    `There is no axis ${axis} in a tensor of shape ${formatShape(x.shape)}; expected 0 to ` +
      `${x.shape.length - 1}, or null for all values as one feature.`,
  );
}

/** Visits every element in the order of memory: its index and the feature that it belongs to. */
export function eachElement(
  x: Tensor,
  axis: number | null,
  visit: (index: number, feature: number) => void,
): void {
  const features = featureCount(x, axis);
  const run = axis === null ? x.data.length : sizeOf(x.shape.slice(axis + 1));
  for (let index = 0; index < x.data.length; ) {
    for (let feature = 0; feature < features; feature++) {
      for (const end = index + run; index < end; index++) visit(index, feature);
    }
  }
}

/**
 * Each feature's mean and biased variance (divided by the number of values), in float64.
 *
 * @throws RangeError when `x` is empty, has no such axis, or holds a value that is not finite.
 */
export function featureMoments(x: Tensor, axis: number | null): { mean: number[]; variance: number[] } {
  const { first, count } = firstValues(x, axis);
  // Sums of deviations from the first value keep constant features exact: their variance is 0, not 1e-20.
  const deviations = first.map(() => 0);
  eachElement(x, axis, (index, feature) => {
    deviations[feature]! += finite(x, index) - first[feature]!;
  });
  const mean = first.map((value, feature) => value + deviations[feature]! / count);

  const squares = first.map(() => 0);
  eachElement(x, axis, (index, feature) => {
    squares[feature]! += (Number(x.data[index]) - mean[feature]!) ** 2;
  });
  const variance = squares.map((sum) => sum / count);
  return { mean, variance };
}

/**
 * Each feature's smallest and largest value.
 *
 * @throws RangeError when `x` is empty, has no such axis, or holds a value that is not finite.
 */
export function featureRanges(x: Tensor, axis: number | null): { minimum: number[]; maximum: number[] } {
  const minimum = firstValues(x, axis).first;
  const maximum = [...minimum];
  eachElement(x, axis, (index, feature) => {
    const value = finite(x, index);
    if (value < minimum[feature]!) minimum[feature] = value;
    if (value > maximum[feature]!) maximum[feature] = value;
  });
  return { minimum, maximum };
}

/** Each feature's first value, and how many values each feature has. */
function firstValues(x: Tensor, axis: number | null): { first: number[]; count: number } {
  const features = featureCount(x, axis);
  if (x.data.length === 0) {
    throw new RangeError(`Expected values to measure, got a tensor of shape ${formatShape(x.shape)}.`);
  }
  const run = axis === null ? 0 : sizeOf(x.shape.slice(axis + 1));
  const first = Array.from({ length: features }, (_, feature) => Number(x.data[feature * run]));
  return { first, count: x.data.length / features };
}

function finite(x: Tensor, index: number): number {
  const value = Number(x.data[index]);
  if (Number.isFinite(value)) return value;
  throw new RangeError(
    `Expected finite numbers, found ${value} at element ${index} of a tensor of shape ${formatShape(x.shape)}.`,
  );
}
