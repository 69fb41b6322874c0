import {
  type ElementArrays,
  formatShape,
  type NestedNumbers,
  type Tensor,
  tensor,
} from "../tensor/tensor.js";
import { checkLabels } from "./labels.js";

/** Examples to learn from or to test on: inputs and what a model should answer for each. */
export interface Dataset {
  /** What messages and reports call it. */
  readonly name: string;
  /** Inputs; the first axis counts the examples: [N, features], or images [N, 28, 28] of uint8. */
  readonly x: Tensor;
  /** Answers: labels [N] of an integer type, or float32 targets [N, outputs]. */
  readonly y: Tensor;
  /** The classes' names; label i belongs to `classes[i]`. */
  readonly classes?: readonly string[];
}

/** A data set as it is published: one part to learn from, one to test on. */
export interface TrainTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Values that `dataset` takes: a tensor, a typed array, or nested arrays of numbers. */
export type DatasetValues = Tensor | ElementArrays[keyof ElementArrays] | NestedNumbers;

/** What `dataset` makes a data set from. */
export interface DatasetSource {
  /** Inputs of at least two axes, [N, features…]. A flat typed array needs `tensor(array, [N, features])`. */
  x: DatasetValues;
  /**
   * Answers, N of them. Integers of an integer type are labels. Float32 and plain numbers are targets, and
   * `N` of them become [N, 1], the shape of a model's single output; with `classes` they are labels (int32).
   */
  y: DatasetValues;
  /** Default: `"data"`. */
  name?: string;
  /** The classes' names, when `y` holds labels. Default: none. */
  classes?: readonly string[];
}

/**
 * Makes a data set from tensors and typed arrays (kept, not copied) or nested arrays (copied, as float32).
 *
 * @throws RangeError when `x` and `y` differ in their number of examples, when there are none, when `x` has
 * fewer than two axes, or when a label is not one of `classes`.
 */
export function dataset({ x, y, name = "data", classes }: DatasetSource): Dataset {
  const inputs = asTensor(x);
  const answers = asTensor(y);
  const count = inputs.shape[0] ?? 0;
  if (inputs.shape.length < 2) {
    throw new RangeError(
      `${name}: x must have an axis of examples and at least one more, got shape ${formatShape(inputs.shape)}. ` +
        "Give nested arrays, one row an example, or tensor(values, [examples, features]).",
    );
  }
  if (answers.shape.length === 0) {
    throw new RangeError(`${name}: y must hold one answer for each example, got a single number.`);
  }
  if (answers.shape[0] !== count) {
    throw new RangeError(
      `${name}: x holds ${count} examples, shape ${formatShape(inputs.shape)}, but y holds ${answers.shape[0]}, ` +
        `shape ${formatShape(answers.shape)}. Both must have one row for each example.`,
    );
  }
  if (count === 0) throw new RangeError(`${name}: a data set needs at least one example, got none.`);
  return {
    name,
    x: inputs,
    y: classes ? labelsOf(answers, classes, name) : targetsOf(answers),
    ...(classes && { classes: [...classes] }),
  };
}

function asTensor(values: DatasetValues): Tensor {
  if (typeof values === "object" && "shape" in values) return values;
  return tensor(values as NestedNumbers);
}

function labelsOf(answers: Tensor, classes: readonly string[], name: string): Tensor {
  // Targets of several axes beside class names are one-hot rows or probabilities.
  if (answers.type === "float32" && answers.shape.length > 1) return answers;
  checkLabels(answers, classes.length, `${name}: y`);
  return answers.type === "float32" ? tensor(Int32Array.from(answers.data)) : answers;
}

function targetsOf(answers: Tensor): Tensor {
  if (answers.type !== "float32" || answers.shape.length > 1) return answers;
  return tensor(answers.data, [answers.data.length, 1]);
}
