import type { Shape } from "../graph/shape.js";
import { formatShape } from "../tensor/tensor.js";

/**
 * An axis of a layer's input, and its size.
 *
 * @param axis as the options have it; negative ones count from the end.
 * @throws RangeError when the shape has no such axis after the batch, or its size is not known.
 */
export function axisAfterBatch(shape: Shape, axis: number): { place: number; size: number } {
  const place = axis < 0 ? axis + shape.length : axis;
  const size = shape[place];
  if (place >= 1 && typeof size === "number") return { place, size };
  throw new RangeError(
    `axis ${axis} does not name an axis of known size after the batch in ${formatShape(shape)}.`,
  );
}

/** Whether an option is a whole number that may name an axis; 0 is the batch. */
export function isAxis(axis: unknown): boolean {
  return Number.isInteger(axis) && axis !== 0;
}
