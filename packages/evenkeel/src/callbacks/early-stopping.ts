import type { Tensor } from "../tensor/tensor.js";
import type { Callback } from "../training/callback.js";
import type { EpochLogs } from "../training/progress.js";

/** Options of `callbacks.earlyStopping`, with Keras's names. */
export interface EarlyStoppingOptions {
  /** What is watched. Default `valLoss`. */
  monitor?: string;
  /** How many epochs without improvement are borne. Default 0, Keras's. */
  patience?: number;
  /** An improvement is larger than this. Default 0. */
  minDelta?: number;
  /** Whether smaller or larger is better. Default: larger for accuracies, smaller for the rest. */
  mode?: "min" | "max";
  /** Go back to the weights of the best epoch at the end. Default false. */
  restoreBestWeights?: boolean;
}

/** What early stopping needs of a model. */
interface WithWeights {
  getWeights(): Promise<Map<string, Tensor>>;
  setWeights(weights: ReadonlyMap<string, Tensor>): Promise<void>;
}

/** Stops when a measure has not improved for some epochs. A resumed training knows the epochs before. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback<WithWeights> {
  const { monitor = "valLoss", patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  const sign = (options.mode ?? (/accuracy|top\d/i.test(monitor) ? "max" : "min")) === "max" ? 1 : -1;
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;
  let bestWeights: Map<string, Tensor> | undefined;

  const observe = ({ logs }: EpochLogs): boolean => {
    const value = logs[monitor];
    if (value === undefined) {
      throw new Error(
        `earlyStopping watches "${monitor}", which this training does not have. It has: ${Object.keys(logs).join(", ")}.`,
      );
    }
    const improved = sign * value > best + minDelta;
    if (improved) best = sign * value;
    waited = improved ? 0 : waited + 1;
    return improved;
  };
  return {
    onTrainBegin({ progress }) {
      best = Number.NEGATIVE_INFINITY;
      waited = 0;
      bestWeights = undefined;
      for (const epoch of progress.epochs) if (monitor in epoch.logs) observe(epoch);
    },
    async onEpochEnd(epoch, training) {
      if (observe(epoch) && restoreBestWeights) bestWeights = await training.model.getWeights();
      if (waited >= Math.max(1, patience)) {
        training.stop(`${monitor} has not improved for ${waited} epoch${waited === 1 ? "" : "s"}`);
      }
    },
    async onTrainEnd({ model }) {
      if (bestWeights) await model.setWeights(bestWeights);
    },
  };
}
