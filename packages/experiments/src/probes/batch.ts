import type { Dataset, Tensor } from "evenkeel";
import type { Batch } from "./weight-space.js";

/** Some examples of a data set, in their order, without a copy. @throws RangeError when it has not so many. */
export function batchAt({ name, x, y }: Dataset, start: number, count: number): Batch {
  const there = x.shape[0]!;
  if (start + count > there) {
    throw new RangeError(`${name} has ${there} examples; ${start} to ${start + count} were asked for.`);
  }
  const part = (values: Tensor) => {
    const size = values.data.length / there;
    const data = values.data.subarray(start * size, (start + count) * size);
    return { ...values, shape: [count, ...values.shape.slice(1)], data } as Tensor;
  };
  return { x: part(x), y: part(y) };
}
