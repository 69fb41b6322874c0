import type { Value } from "../graph/graph.js";
import { matMul, mul, reduceMean, reduceSum, reshape } from "../graph/operations.js";
import { product } from "../graph/shape.js";
import { tensor } from "../tensor/tensor.js";
import { axisAfterBatch } from "./axes.js";

/**
 * The channels of a value: the axes that keep their own statistics, nearly always one, the others being averaged
 * over. Statistics are held in a shape that broadcasts against the value, `[1, C]` or `[1, C, 1, 1]`.
 */
export interface Channels {
  readonly count: number;
  /** The axes averaged over. */
  readonly axes: readonly number[];
  /** The values that one channel averages over, m; undefined when the batch size is open. */
  readonly valuesEach: number | undefined;
  /** Σ over everything but the channels. */
  sum(x: Value): Value;
  /** The mean over everything but the channels. */
  mean(x: Value): Value;
  /** A vector `[C]` in the shape that broadcasts. */
  spread(vector: Value): Value;
  /** Back to a vector `[C]`. */
  vector(statistic: Value): Value;
}

/**
 * @param axis one axis as the options have it, or the places of several, of any size, that keep statistics of their
 * own together; vectors then have as many axes.
 * @throws RangeError as `axisAfterBatch`.
 */
export function channelsOf(x: Value, axis: number | readonly number[]): Channels {
  const rank = x.shape.length;
  const kept = typeof axis === "number" ? [axisAfterBatch(x.shape, axis).place] : axis;
  const axes = x.shape.flatMap((_, index) => (kept.includes(index) ? [] : [index]));
  const vectorShape = kept.map((index) => x.shape[index]!);
  const broadcastShape = x.shape.map((size, index) => (kept.includes(index) ? size : 1));
  const averaged = product(axes.map((index) => x.shape[index]!));
  const valuesEach = Number.isNaN(averaged) ? undefined : averaged;
  // For [N, C] a product with a row of ones (or of 1/N) sums columns two to three times as fast as ONNX
  // Runtime's reductions do (bench/formulations.mjs).
  const byProduct = rank === 2 && kept[0] === 1 && valuesEach !== undefined;
  const row = (value: number) =>
    x.graph.constant(tensor(new Float32Array(valuesEach!).fill(value), [1, valuesEach!]));
  const keepDimensions = true;
  return {
    count: product(vectorShape),
    axes,
    valuesEach,
    sum: (value) => (byProduct ? matMul(row(1), value) : reduceSum(value, axes, { keepDimensions })),
    mean: (value) => {
      if (byProduct) return matMul(row(1 / valuesEach), value);
      return valuesEach === undefined
        ? reduceMean(value, axes, { keepDimensions })
        : mul(reduceSum(value, axes, { keepDimensions }), 1 / valuesEach);
    },
    spread: (vector) => reshape(vector, broadcastShape),
    vector: (statistic) => reshape(statistic, vectorShape),
  };
}
