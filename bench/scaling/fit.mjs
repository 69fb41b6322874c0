// @ts-check

/**
 * The line of least squares through points.
 *
 * @param {readonly (readonly [x: number, y: number])[]} points
 */
export function line(points) {
  const mean = (/** @type {number[]} */ values) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
  const slope =
    mean(points.map((point) => (point[0] - x) * (point[1] - y))) /
    mean(points.map((point) => (point[0] - x) ** 2));
  return { slope, intercept: y - slope * x };
}

/**
 * y = factor · x^exponent, by least squares of the logarithms.
 *
 * @param {readonly (readonly [x: number, y: number])[]} points all above 0
 */
export function powerLaw(points) {
  const { slope, intercept } = line(points.map(([x, y]) => [Math.log(x), Math.log(y)]));
  return { exponent: slope, factor: Math.exp(intercept) };
}
