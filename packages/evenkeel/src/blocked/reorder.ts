import type { Value } from "../graph/graph.js";
import { concat, expand, gather, reshape } from "../graph/operations.js";
import type { Dimension } from "../graph/shape.js";

/**
 * `[outer, a, b, block]` → `[outer, b, a, block]`, by the operator that brings images with their channels last into
 * the layout: ONNX Runtime's Transpose runs on one thread.
 */
export function swapped(x: Value, outer: Dimension, a: number, b: number, block: number): Value {
  const image = reshape(x, [outer, a, 1, b * block]);
  return x.graph.node("ReorderInput", [image], { channels_last: 1 })[0]!;
}

/** The first two axes of `[a, b, rest]` in the other order, by Gather: ONNX Runtime's Transpose runs on one thread. */
export function swappedFirst(x: Value, a: number, b: number, rest: number): Value {
  const order = Array.from({ length: a * b }, (_, index) => (index % a) * b + Math.floor(index / a));
  return reshape(gather(reshape(x, [a * b, rest]), x.graph.indices(order)), [b, a, rest]);
}

/** Zeros before and behind the middle axis of `[rows, width, inner]`. */
export function padded(
  x: Value,
  rows: number,
  width: number,
  inner: number,
  [before, behind]: readonly [number, number],
): Value {
  const middle = reshape(x, [rows, width, inner]);
  const none = (count: number) => (count > 0 ? [expand(x.graph.constant(0), [rows, count, inner])] : []);
  const parts = [...none(before), middle, ...none(behind)];
  return parts.length === 1 ? middle : concat(parts, 1);
}
