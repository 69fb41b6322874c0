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
export function asTensor(values: TensorLike): Tensor {
  if (typeof values === "object" && "shape" in values && "type" in values) return values;
  return tensor<ElementType>(values);
}

/** @throws RangeError unless the examples have the shape that the model takes. */
export function checkInput(x: Tensor, network: Network, name = "x"): void {
  const [count, ...example] = x.shape;
  if (count === undefined || count === 0) throw new RangeError(`${name} holds no examples.`);
  if (formatShape(example) === formatShape(network.inputShape)) return;
  const wanted = ["N", ...network.inputShape];
  throw new RangeError(
    `${name} has shape ${formatShape(x.shape)}, but the model takes ${formatShape(wanted)}, N examples of ${formatShape(network.inputShape)}.`,
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
  const data = { x: asTensor(x), y: asTensor(y) };
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
      `${name} has the label ${label} at place ${index}; the model has ${classes} outputs, so labels are whole numbers from 0 to ${classes - 1}.`,
    );
  }
}

function checkValues(y: Tensor, output: Shape, { type }: Loss, name: string): void {
  const given = formatShape(y.shape.slice(1));
  const lacksLast = output.at(-1) === 1 && given === formatShape(output.slice(0, -1));
  if (given === formatShape(output) || lacksLast) return;
  throw new RangeError(
    `${name} has shape ${formatShape(y.shape)}, but ${type} compares it with the model's outputs, ${formatShape(["N", ...output])}.`,
  );
}
