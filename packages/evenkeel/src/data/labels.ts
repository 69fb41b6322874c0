import { formatShape, type Tensor, zeros } from "../tensor/tensor.js";

/**
 * Refuses labels that don't name a class.
 *
 * @param labels whole numbers, shape [N], of any element type.
 * @param classes how many classes there are.
 * @param what what the message calls the labels: a file, a data set.
 * @throws RangeError when `labels` is not of one axis, or when one is not an integer in 0..classes−1.
 */
export function checkLabels(labels: Tensor, classes: number, what: string): void {
  if (labels.shape.length !== 1) {
    throw new RangeError(
      `${what}: expected labels of shape [N], one for each example, got ${formatShape(labels.shape)}.`,
    );
  }
  for (let i = 0; i < labels.data.length; i++) {
    const label = Number(labels.data[i]);
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(
        `${what}: the label at index ${i} is ${label}; ${classes} classes have labels 0 to ${classes - 1}.`,
      );
    }
  }
}

/**
 * Labels as rows of zeros with a single 1 in the label's column.
 *
 * @param labels whole numbers in 0..classes−1, shape [N], of any element type.
 * @param classes how many columns to make.
 * @returns float32, shape [N, classes].
 * @throws RangeError when a label is not an integer in 0..classes−1, or `labels` is not of one axis.
 */
export function oneHot(labels: Tensor, classes: number): Tensor<"float32"> {
  checkLabels(labels, classes, "oneHot");
  const count = labels.data.length;
  const result = zeros("float32", [count, classes]);
  for (let i = 0; i < count; i++) result.data[i * classes + Number(labels.data[i])] = 1;
  return result;
}
