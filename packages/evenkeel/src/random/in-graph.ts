import type { Value } from "../graph/graph.js";
import {
  add,
  bitwiseXor,
  cast,
  concat,
  cos,
  log,
  mul,
  reshape,
  shiftRight,
  sin,
  slice,
  sqrt,
  sub,
} from "../graph/operations.js";
import { sizeOf } from "../tensor/tensor.js";

/**
 * Uniform numbers in [0, 1) of a given shape, computed inside the graph from a uint32 seed: element i is the
 * seed and i mixed by two rounds of `avalanche`. ONNX's own random operators keep a hidden state in the
 * session, so that a resumed run could not repeat them; these depend on nothing but the seed.
 */
export function uniformNumbers(seed: Value, shape: readonly number[]): Value {
  const count = sizeOf(shape);
  // The places are summed from those of a row and those of the rows, so that the model need not hold them all.
  const rows = widestRows(count);
  const columns = count / rows;
  const place = (step: number, size: readonly number[]) =>
    seed.graph.constant({
      type: "uint32",
      shape: [...size],
      // The place is spread over all 32 bits first: neighbours of one seed are no neighbours of the next.
      data: Uint32Array.from({ length: sizeOf(size) }, (_, index) => Math.imul(index * step, 0x9e3779b1)),
    });
  const firstOfRow = add(place(columns, [rows, 1]), avalancheInGraph(seed));
  const mixed = avalancheInGraph(add(place(1, [columns]), firstOfRow));
  return reshape(mul(cast(shiftRight(mixed, 8), "float32"), 2 ** -24), shape);
}

/**
 * Gaussian numbers of a given shape, mean 0 and standard deviation 1, from a uint32 seed. Box & Muller (1958):
 * a radius √(−2 ln u) and an angle 2πv make two of them. None is beyond ±5.8, since u is at least 2⁻²⁴.
 */
export function normalNumbers(seed: Value, shape: readonly number[]): Value {
  const count = sizeOf(shape);
  const pairs = Math.ceil(count / 2);
  const uniform = uniformNumbers(seed, [2, pairs]);
  const radius = sqrt(mul(log(sub(1, slice(uniform, [0], [1], [0]))), -2));
  const angle = mul(slice(uniform, [1], [2], [0]), 2 * Math.PI);
  const both = reshape(concat([mul(radius, cos(angle)), mul(radius, sin(angle))], 0), [2 * pairs]);
  return reshape(count === 2 * pairs ? both : slice(both, [0], [count], [0]), shape);
}

/** The largest divisor of a count that is no larger than its root. */
function widestRows(count: number): number {
  let rows = Math.floor(Math.sqrt(count));
  while (count % rows > 0) rows--;
  return rows;
}

/** `avalanche` of random/stream.ts on uint32 values; ONNX Runtime's products wrap as they must. */
function avalancheInGraph(value: Value): Value {
  let x = mul(bitwiseXor(value, shiftRight(value, 16)), 0x7feb352d);
  x = mul(bitwiseXor(x, shiftRight(x, 15)), 0x846ca68b);
  return bitwiseXor(x, shiftRight(x, 16));
}
