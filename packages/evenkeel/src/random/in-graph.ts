import type { Value } from "../graph/graph.js";
import { add, bitwiseXor, cast, mul, shiftRight } from "../graph/operations.js";
import { sizeOf } from "../tensor/tensor.js";

/**
 * Uniform numbers in [0, 1) of a given shape, computed inside the graph from a uint32 seed: element i is the
 * seed and i mixed by two rounds of `avalanche`. ONNX's own random operators keep a hidden state in the
 * session, so that a resumed run could not repeat them; these depend on nothing but the seed.
 */
export function uniformNumbers(seed: Value, shape: readonly number[]): Value {
  const { graph } = seed;
  const data = Uint32Array.from({ length: sizeOf(shape) }, (_, index) => index);
  const index = graph.constant({ type: "uint32", shape: [...shape], data });
  // The index is spread over all 32 bits first: neighbours of one seed are no neighbours of the next.
  const mixed = avalancheInGraph(add(mul(index, 0x9e3779b1), avalancheInGraph(seed)));
  return mul(cast(shiftRight(mixed, 8), "float32"), 2 ** -24);
}

/** `avalanche` of random/stream.ts on uint32 values; ONNX Runtime's products wrap as they must. */
function avalancheInGraph(value: Value): Value {
  let x = mul(bitwiseXor(value, shiftRight(value, 16)), 0x7feb352d);
  x = mul(bitwiseXor(x, shiftRight(x, 15)), 0x846ca68b);
  return bitwiseXor(x, shiftRight(x, 16));
}
