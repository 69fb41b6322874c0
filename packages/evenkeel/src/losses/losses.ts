import type { Value } from "../graph/graph.js";
import {
  abs,
  cast,
  logSoftmax,
  mul,
  neg,
  oneHot,
  reduceMean,
  reduceSum,
  reshape,
  softplus,
  sub,
} from "../graph/operations.js";
import { shown } from "../options/known.js";
import { requireClasses } from "../options/require.js";
import { formatShape } from "../tensor/tensor.js";
import { logitsBefore } from "./logits.js";

/**
 * A loss: compares a batch of predictions with its targets and gives one number, the mean over the batch.
 *
 * A model whose last activation is softmax (or sigmoid) is trained on what went into it: the loss is computed
 * from logits either way, which neither overflows nor takes the logarithm of 0. Flatten, reshape and permute may stand
 * behind the activation; whatever else is made of probabilities is refused.
 */
export interface Loss {
  readonly type: LossName;
  /** What targets are: `labels` are whole numbers, one for each example; `values` have the predictions' shape. */
  readonly targets: "labels" | "values";
  /** The mean loss of a batch, a scalar. @throws Error when targets and predictions do not match. */
  build(targets: Value, predictions: Value): Value;
}

export type LossName = keyof typeof losses;

/** The losses, by the names that Keras and TensorFlow.js give them. */
export const losses = {
  /**
   * −log softmax(logits)[label]: the targets are labels `[N]` or `[N, 1]`, the predictions `[N, classes]`; or
   * `[N, positions]` and `[N, positions, classes]`. More axes are refused: the last one would not be the classes.
   */
  sparseCategoricalCrossentropy: (): Loss => ({
    type: "sparseCategoricalCrossentropy",
    targets: "labels",
    build(targets, predictions) {
      requireClasses("sparseCategoricalCrossentropy", predictions.shape);
      const logits = logitsBefore("Softmax", predictions);
      const classes = logits.shape.at(-1) as number;
      const labels = reshape(cast(targets, "int64"), logits.shape.slice(0, -1));
      return crossEntropy(oneHot(labels, classes), logits);
    },
  }),

  /**
   * −Σ target · log softmax(logits): the targets are one-hot or any probabilities, `[N, classes]` or
   * `[N, positions, classes]`. More axes are refused, as for labels.
   */
  categoricalCrossentropy: (): Loss => ({
    type: "categoricalCrossentropy",
    targets: "values",
    build(targets, predictions) {
      requireClasses("categoricalCrossentropy", predictions.shape);
      return crossEntropy(matching(targets, predictions), logitsBefore("Softmax", predictions));
    },
  }),

  /** log(1 + e^z) − target · z for logits z: targets in [0, 1], of the predictions' shape. */
  binaryCrossentropy: (): Loss => ({
    type: "binaryCrossentropy",
    targets: "values",
    build(targets, predictions) {
      const logits = logitsBefore("Sigmoid", predictions);
      return reduceMean(sub(softplus(logits), mul(logits, matching(targets, predictions))));
    },
  }),

  /** Mean of (prediction − target)². */
  meanSquaredError: (): Loss => ({
    type: "meanSquaredError",
    targets: "values",
    build(targets, predictions) {
      const difference = sub(predictions, matching(targets, predictions));
      return reduceMean(mul(difference, difference));
    },
  }),

  /** Mean of |prediction − target|. */
  meanAbsoluteError: (): Loss => ({
    type: "meanAbsoluteError",
    targets: "values",
    build(targets, predictions) {
      return reduceMean(abs(sub(predictions, matching(targets, predictions))));
    },
  }),
} as const;

/** The loss of a name, or the one given. @throws RangeError for an unknown name, listing those there are. */
export function lossOf(loss: LossName | Loss): Loss {
  if (typeof loss === "string" && Object.hasOwn(losses, loss)) return losses[loss]();
  if (typeof loss === "object" && typeof loss?.build === "function") return loss;
  if (typeof loss !== "string") {
    throw new TypeError(
      `loss must be a name or made by losses.meanSquaredError() and its like, got ${shown(loss)}.`,
    );
  }
  throw new RangeError(`There is no loss "${loss}". There are: ${Object.keys(losses).join(", ")}.`);
}

function crossEntropy(targets: Value, logits: Value): Value {
  const last = logits.shape.length - 1;
  return reduceMean(neg(reduceSum(mul(targets, logSoftmax(logits)), [last])));
}

/**
 * Targets as float32 in exactly the predictions' shape. A silent broadcast of `[N]` against `[N, 1]` would
 * compare every example with every other, so any difference but a missing last 1 is refused.
 */
function matching(targets: Value, predictions: Value): Value {
  const wanted = predictions.shape;
  const given = targets.shape;
  const fits = formatShape(given) === formatShape(wanted);
  const lacksLast = wanted.at(-1) === 1 && formatShape([...given, 1]) === formatShape(wanted);
  if (!fits && !lacksLast) {
    throw new RangeError(
      `The targets have shape ${formatShape(given)}, the model's predictions ${formatShape(wanted)}; this loss compares them element by element.`,
    );
  }
  return reshape(cast(targets, "float32"), wanted);
}
