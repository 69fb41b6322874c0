import type { Shape } from "../graph/shape.js";
import type { Loss } from "../losses/losses.js";
import type { Network } from "../network/network.js";
import {
  type ElementArrays,
  type ElementType,
  formatShape,
  type NestedNumbers,
  type Tensor,
  tensor,
} from "../tensor/tensor.js";
import type { Examples } from "./engine.js";

/** Examples or targets as people have them: a tensor, nested arrays of numbers, or a typed array of labels `[N]`. */
export type TensorLike = Tensor | NestedNumbers | ElementArrays[ElementType];

/** A tensor as it is; nested arrays become float32, typed arrays keep their type. */
export function asTensor(values: TensorLike, name: string): Tensor {
  if (values === undefined || values === null) throw new TypeError(`${name} is missing, got ${values}.`);
  if (typeof values === "object" && "shape" in values && "type" in values) return values;
  try {
    return tensor<ElementType>(values);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new TypeError(`${name}: ${cause.message}`, { cause });
  }
}

/** @throws RangeError unless the examples have the shape that the model takes. */
export function checkInput(x: Tensor, network: Network, name = "x"): void {
  const [count, ...example] = x.shape;
  if (count === undefined || count === 0) throw new RangeError(`${name} holds no examples.`);
  if (formatShape(example) === formatShape(network.inputShape)) return;
  const wanted = ["N", ...network.inputShape];
  const single = formatShape(x.shape) === formatShape(network.inputShape);
  const hint = single ? " For a single example, put it in an array: [example]." : "";
  throw new RangeError(
    `${name} has shape ${formatShape(x.shape)}, but the model takes ${formatShape(wanted)}, N examples of ${formatShape(network.inputShape)}.${hint}`,
  );
}

/**
 * Examples with targets that fit the model and its loss.
 *
 * @throws RangeError when counts differ, shapes do not fit, or a label is outside the classes.
 */
export function checkExamples(
  x: TensorLike,
  y: TensorLike,
  network: Network,
  loss: Loss,
  name = "",
): Examples {
  const data = { x: asTensor(x, `${name}x`), y: asTensor(y, `${name}y`) };
  checkInput(data.x, network, `${name}x`);
  const [examples, targets] = [data.x.shape[0], data.y.shape[0]];
  if (examples !== targets) {
    throw new RangeError(
      `${name}x holds ${examples} examples and ${name}y ${targets} targets; they must be as many.`,
    );
  }
  if (loss.targets === "labels") checkLabels(data.y, Number(network.outputShape.at(-1)), loss, `${name}y`);
  else checkValues(data.y, network.outputShape, loss, `${name}y`);
  return data;
}

function checkLabels(y: Tensor, classes: number, { type }: Loss, name: string): void {
  const [count = 0, ...rest] = y.shape;
  if (rest.length > 1 || (rest.length === 1 && rest[0] !== 1)) {
    throw new RangeError(
      `${name} has shape ${formatShape(y.shape)}, but ${type} takes one label for each example, [N]. For one-hot targets use categoricalCrossentropy.`,
    );
  }
  for (let index = 0; index < count; index++) {
    const label = Number(y.data[index]);
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new RangeError(
      classes === 1
        ? `${name} has the label ${label} at place ${index}, but the model has one output. For two classes use binaryCrossentropy, for more give the last layer one unit for each class.`
        : `${name} has the label ${label} at place ${index}; the model has ${classes} outputs, so labels are whole numbers from 0 to ${classes - 1}.`,
    );
  }
}

function checkValues(y: Tensor, output: Shape, { type }: Loss, name: string): void {
  const given = formatShape(y.shape.slice(1));
  const lacksLast = output.at(-1) === 1 && given === formatShape(output.slice(0, -1));
  if (given !== formatShape(output) && !lacksLast) {
    const hint =
      type === "categoricalCrossentropy" && y.shape.length === 1
        ? " For labels use sparseCategoricalCrossentropy, or oneHot(labels, classes)."
        : "";
    throw new RangeError(
      `${name} has shape ${formatShape(y.shape)}, but ${type} compares it with the model's outputs, ${formatShape(["N", ...output])}.${hint}`,
    );
  }
  if (type !== "binaryCrossentropy") return;
  const place = y.data.findIndex((value) => Number(value) < 0 || Number(value) > 1);
  if (place === -1) return;
  throw new RangeError(
    `${name} has the target ${y.data[place]} at place ${place}; those of binaryCrossentropy lie between 0 and 1.`,
  );
}
