import { type RandomStream, randomStream } from "evenkeel";
import { Matrix, SingularValueDecomposition } from "ml-matrix";

/** An N×N matrix of independent Gaussian entries of variance 1/N. */
function gaussianMatrix(order: number, random: RandomStream): Matrix {
  const deviation = 1 / Math.sqrt(order);
  return new Matrix(
    Array.from({ length: order }, () => Array.from({ length: order }, () => random.normal(0, deviation))),
  );
}

/** The singular values of a product of so many N×N Gaussian matrices, in increasing order. */
export function productSingularValues(order: number, factors: number, seed: number): number[] {
  const random = randomStream(seed, "matrices", factors);
  let product = gaussianMatrix(order, random);
  for (let factor = 1; factor < factors; factor++) product = product.mmul(gaussianMatrix(order, random));
  const { diagonal } = new SingularValueDecomposition(product, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return [...diagonal].sort((a, b) => a - b);
}

/** The largest singular value of a product of M large Gaussian matrices: √((M+1)^(M+1) / M^M). */
export function limitEdge(factors: number): number {
  return Math.sqrt((factors + 1) ** (factors + 1) / factors ** factors);
}

/** A point of the limit law of the singular values. */
export interface LimitPoint {
  /** The singular value. */
  value: number;
  density: number;
  /** The share of singular values below it. */
  below: number;
}

/**
 * The law of the singular values of a product of M N×N Gaussian matrices as N grows, from its edge down to 0 (squared
 * singular values have the Fuss–Catalan law). It is parametrised by an angle φ in (0, π/(M+1)): the squared value is
 * x = sin^(M+1)((M+1)φ) / (sin φ · sin^M(Mφ)), with density sin²φ · sin^(M−1)(Mφ) / (π sin^M((M+1)φ)).
 *
 * @param points how many; half a per mille of the share is lost beyond the last of 10,000.
 */
export function limitLaw(factors: number, points = 10_000): LimitPoint[] {
  const end = Math.PI / (factors + 1);
  const law: LimitPoint[] = [];
  let below = 1;
  let last: { value: number; density: number } = { value: limitEdge(factors), density: 0 };
  for (let index = 1; index < points; index++) {
    const angle = (end * index) / points;
    const [one, many, more] = [angle, factors * angle, (factors + 1) * angle].map(Math.sin) as [
      number,
      number,
      number,
    ];
    const value = Math.sqrt(more ** (factors + 1) / (one * many ** factors));
    const ofSquare = (one ** 2 * many ** (factors - 1)) / (Math.PI * more ** factors);
    const density = 2 * value * ofSquare;
    below -= ((last.density + density) / 2) * (last.value - value);
    law.push({ value, density, below });
    last = { value, density };
  }
  return law;
}

/** The largest difference between the distribution of some values, in increasing order, and the limit law (Kolmogorov). */
export function distanceFromLimit(values: readonly number[], factors: number): number {
  const law = limitLaw(factors);
  let index = 0;
  let largest = 0;
  // The law falls; the values rise.
  for (const { value, below } of law.reverse()) {
    while (index < values.length && values[index]! <= value) index += 1;
    largest = Math.max(largest, Math.abs(index / values.length - below));
  }
  return largest;
}
