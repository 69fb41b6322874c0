import { gatherRows, rows, type Tensor } from "../tensor/tensor.js";

/** Examples, for each input, and their targets, for each output; axis 0 counts examples in all of them. */
export interface Examples {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
}

/** How many examples there are. */
export function countOf({ x }: Pick<Examples, "x">): number {
  return x[0]!.shape[0]!;
}

/** The examples of these numbers. */
export function gatherExamples({ x, y }: Examples, order: Int32Array): Examples {
  const gather = (tensors: readonly Tensor[]) => tensors.map((tensor) => gatherRows(tensor, order));
  return { x: gather(x), y: gather(y) };
}

/** The examples from `start` to `end` (exclusive), without a copy. */
export function someExamples({ x, y }: Examples, start: number, end: number): Examples {
  const some = (tensors: readonly Tensor[]) => tensors.map((tensor) => rows(tensor, start, end));
  return { x: some(x), y: some(y) };
}
