import type { Dataset } from "evenkeel";
import type { Examples } from "./examples.ts";

/**
 * How well a network does. The score is the share of rows whose class it gets right, or the root of the mean squared
 * error in the target's units.
 */
export interface Measures {
  loss: number;
  score: number;
}

/** Measures from what the library logs for an epoch or an evaluation; `val` before the names for validation. */
export function measuresOf(
  logs: Readonly<Record<string, number>>,
  { target }: Pick<Examples, "target">,
  validation = false,
): Measures {
  const loss = logs[validation ? "valLoss" : "loss"]!;
  if (target.task === "class") return { loss, score: logs[validation ? "valAccuracy" : "accuracy"]! };
  return { loss, score: Math.sqrt(loss * (target.scaling.parameters.variance[0]! || 1)) };
}

/** What one gets without looking at the features, on the validation examples. */
export interface Baseline extends Measures {
  /** What is predicted: the class, or the number. */
  predicted: string | number;
}

/** The most frequent class of the training examples, or their mean. */
export function baselineOf({ target, train, validation }: Examples): Baseline {
  const truth = Array.from(validation.y.data, Number);
  if (target.task === "number") {
    const { mean, variance } = target.scaling.parameters;
    const squares = truth.map((value) => (value - mean[0]!) ** 2);
    const error = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    return { predicted: mean[0]!, loss: error / (variance[0]! || 1), score: Math.sqrt(error) };
  }
  const shares = sharesOf(train, target.classes.length);
  const likeliest = shares.indexOf(Math.max(...shares));
  const losses = truth.map((label) => -Math.log(shares[label]!));
  return {
    predicted: target.classes[likeliest]!,
    loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    score: truth.filter((label) => label === likeliest).length / truth.length,
  };
}

function sharesOf({ y }: Dataset, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of y.data) counts[Number(label)]! += 1;
  return counts.map((number) => number / y.data.length);
}
