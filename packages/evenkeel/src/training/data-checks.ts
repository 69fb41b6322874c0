import type { Shape } from "../graph/shape.js";
import type { Loss } from "../losses/losses.js";
import type { Network } from "../network/network.js";
import { shown } from "../options/known.js";
import {
  type ElementArrays,
  type ElementType,
  formatShape,
  type NestedNumbers,
  type Tensor,
  tensor,
} from "../tensor/tensor.js";
import type { Examples } from "./examples.js";
import type { Objective } from "./step.js";

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

/**
 * Data of a model: as `TensorLike` where it has one input (or output); else one for each, in their order or by
 * their names.
 */
export type DataLike = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** One tensor for each of the names. @throws when there are others, or not as many. */
export function asTensors(values: DataLike, names: readonly string[], title: string): Tensor[] {
  if (names.length === 1 && !isByName(values)) {
    const only = Array.isArray(values) && values.length === 1 && isData(values[0]) ? values[0] : values;
    return [asTensor(only as TensorLike, title)];
  }
  if (values === undefined || values === null) throw new TypeError(`${title} is missing, got ${values}.`);
  const listed = names.map((name) => `"${name}"`).join(", ");
  const wanted = `${title} must hold one tensor for each of ${listed}`;
  if (isByName(values)) {
    const given = Object.keys(values);
    const unknown = given.find((name) => !names.includes(name));
    if (unknown !== undefined || given.length < names.length) {
      const few = given.length === 0 ? "none" : `only ${given.join(", ")}`;
      throw new RangeError(`${wanted}, got ${unknown === undefined ? few : `"${unknown}"`}.`);
    }
    return names.map((name) => asTensor(values[name]!, `${title}.${name}`));
  }
  if (!Array.isArray(values) || values.length !== names.length) {
    const got = Array.isArray(values) ? `an array of ${values.length}` : describeData(values);
    throw new RangeError(`${wanted}, as an array in this order or by these names; got ${got}.`);
  }
  return values.map((value, index) => asTensor(value as TensorLike, `${title}[${index}]`));
}

function isByName(values: DataLike): values is Readonly<Record<string, TensorLike>> {
  return typeof values === "object" && values !== null && !Array.isArray(values) && !isData(values);
}

/** A tensor or a typed array, which no nested array holds. */
function isData(values: unknown): boolean {
  if (typeof values !== "object" || values === null) return false;
  return ArrayBuffer.isView(values) || ("shape" in values && "data" in values);
}

function describeData(values: unknown): string {
  if (!isData(values)) return shown(values);
  if (ArrayBuffer.isView(values)) return `a ${values.constructor.name} of ${(values as Uint8Array).length}`;
  const { type, shape } = values as Tensor;
  return `a ${type} tensor of shape ${formatShape(shape)}`;
}

/** Examples that fit the inputs of the model. @throws RangeError when shapes or counts do not. */
export function checkInputs(x: DataLike, { inputs }: Network, title = "x"): Tensor[] {
  const names = inputs.map(({ name }) => name);
  const tensors = asTensors(x, names, title);
  for (const [index, { shape }] of inputs.entries()) {
    checkInput(tensors[index]!, shape, inputs.length === 1 ? title : `${title}.${names[index]}`);
  }
  requireSameCount(tensors, names, title);
  return tensors;
}

function checkInput(x: Tensor, inputShape: readonly number[], name: string): void {
  const [count, ...example] = x.shape;
  if (count === undefined || count === 0) throw new RangeError(`${name} holds no examples.`);
  if (formatShape(example) === formatShape(inputShape)) return;
  const wanted = ["N", ...inputShape];
  const single = formatShape(x.shape) === formatShape(inputShape);
  const hint = single ? " For a single example, put it in an array: [example]." : "";
  throw new RangeError(
    `${name} has shape ${formatShape(x.shape)}, but the model takes ${formatShape(wanted)}, N examples of ${formatShape(inputShape)}.${hint}`,
  );
}

function requireSameCount(tensors: readonly Tensor[], names: readonly string[], title: string): void {
  const [first] = tensors;
  for (const [index, { shape }] of tensors.entries()) {
    if (shape[0] === first!.shape[0]) continue;
    throw new RangeError(
      `${title}.${names[0]} holds ${first!.shape[0]} and ${title}.${names[index]} ${shape[0]}; they must be as many.`,
    );
  }
}

/**
 * Examples with targets that fit the model and its losses.
 *
 * @throws RangeError when counts differ, shapes do not fit, or a label is outside the classes.
 */
export function checkExamples(
  x: DataLike,
  y: DataLike,
  network: Network,
  objectives: readonly Objective[],
  name = "",
): Examples {
  const examples = checkInputs(x, network, `${name}x`);
  const targets = asTensors(y, network.outputs, `${name}y`);
  if (network.outputs.length > 1) requireSameCount(targets, network.outputs, `${name}y`);
  const counts = [examples, targets].map(([first]) => first!.shape[0]);
  if (counts[0] !== counts[1]) {
    throw new RangeError(
      `${name}x holds ${counts[0]} examples and ${name}y ${counts[1]} targets; they must be as many.`,
    );
  }
  for (const [index, { output, loss }] of objectives.entries()) {
    const title = objectives.length === 1 ? `${name}y` : `${name}y.${output}`;
    const shape = network.outputShape(output);
    if (loss.targets === "labels") checkLabels(targets[index]!, Number(shape.at(-1)), loss, title);
    else checkValues(targets[index]!, shape, loss, title);
  }
  return { x: examples, y: targets };
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
