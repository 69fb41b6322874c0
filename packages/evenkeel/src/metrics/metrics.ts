import type { Value } from "../graph/graph.js";
import {
  argMax,
  cast,
  equal,
  greater,
  topK as largest,
  reduceMax,
  reduceMean,
  reshape,
  unsqueeze,
} from "../graph/operations.js";
import { logitsBefore } from "../losses/logits.js";
import { type Loss, type LossName, losses, lossOf } from "../losses/losses.js";
import { shown } from "../options/known.js";
import { requireClasses } from "../options/require.js";

/** A number reported beside the loss: the mean over the batch of something measured for each example. */
export interface Metric {
  /** The name in the history and the logs. */
  readonly name: string;
  /**
   * @param loss tells what the targets are.
   * @returns a scalar.
   */
  build(targets: Value, predictions: Value, loss: Loss): Value;
}

/** `accuracy`, `top5` and its like, or the name of a loss. */
export type MetricName = "accuracy" | `top${number}` | LossName;

/** Makers of metrics. */
export const metrics = {
  /**
   * The share of examples whose largest prediction is at their label (or at their one-hot target's largest);
   * with one output and binary cross-entropy, whose prediction is on the right side of one half. Classes lie on the last
   * axis, of `[N, classes]` or `[N, positions, classes]`; predictions of more axes are refused.
   */
  accuracy: (): Metric => ({
    name: "accuracy",
    build(targets, predictions, loss) {
      if (loss.type === "binaryCrossentropy") {
        const said = greater(logitsBefore("Sigmoid", predictions), 0);
        const right = greater(reshape(cast(targets, "float32"), predictions.shape), 0.5);
        return share(equal(cast(said, "uint8"), cast(right, "uint8")));
      }
      const labels = labelsOf(targets, predictions, loss, "accuracy");
      return share(equal(argMax(predictions), labels));
    },
  }),

  /** The share of examples whose label is among the `k` largest predictions; classes as for accuracy. Default k 5. */
  topK({ k = 5 }: { k?: number } = {}): Metric {
    if (!(Number.isInteger(k) && k >= 1)) {
      throw new RangeError(`topK: k must be a whole number of at least 1, got ${k}.`);
    }
    return {
      name: `top${k}`,
      build(targets, predictions, loss) {
        const labels = labelsOf(targets, predictions, loss, "topK");
        const { places } = largest(predictions, k);
        const last = labels.shape.length;
        return reduceMean(reduceMax(cast(equal(places, unsqueeze(labels, [last])), "float32"), [last]));
      },
    };
  },
} as const;

/** The metric of a name (a loss's name too), or the one given. @throws RangeError for an unknown name. */
export function metricOf(metric: MetricName | Metric): Metric {
  if (typeof metric === "object" && typeof metric?.build === "function") return metric;
  if (typeof metric !== "string") {
    throw new TypeError(
      `A metric must be a name or made by metrics.accuracy() and its like, got ${shown(metric)}.`,
    );
  }
  if (metric === "accuracy") return metrics.accuracy();
  const top = /^top(\d+)$/.exec(metric);
  if (top) return metrics.topK({ k: Number(top[1]) });
  if (!Object.hasOwn(losses, metric)) {
    const known = ["accuracy", "top1, top2, …", ...Object.keys(losses)].join(", ");
    throw new RangeError(`There is no metric "${metric}". There are: ${known}.`);
  }
  const loss = lossOf(metric as LossName);
  return { name: metric, build: (targets, predictions) => loss.build(targets, predictions) };
}

function share(hits: Value): Value {
  return reduceMean(cast(hits, "float32"));
}

function labelsOf(targets: Value, predictions: Value, loss: Loss, metric: string): Value {
  requireClasses(`The metric ${metric}`, predictions.shape);
  if (loss.targets === "labels") return reshape(cast(targets, "int64"), predictions.shape.slice(0, -1));
  if (loss.type === "categoricalCrossentropy") return argMax(cast(targets, "float32"));
  throw new RangeError(`The metric ${metric} needs classes; the loss ${loss.type} has none.`);
}
