import { requireKnown } from "../options/known.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Callback, Training } from "../training/callback.js";
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
  requireKnown("callbacks.earlyStopping", options, {
    monitor: true,
    patience: true,
    minDelta: true,
    mode: true,
    restoreBestWeights: true,
  });
  const { monitor = "valLoss", patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  const sign = (options.mode ?? (/(accuracy|top\d)[^/]*$/i.test(monitor) ? "max" : "min")) === "max" ? 1 : -1;
  /** Names the best epoch's weights among the tensors that a training keeps. */
  const prefix = `earlyStopping/${monitor}/`;
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;

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
  const keepWeights = async ({ model, kept }: Training<WithWeights>) => {
    if (!restoreBestWeights) return;
    for (const [name, value] of await model.getWeights()) kept.set(`${prefix}${name}`, value);
  };
  const stopIfOver = (training: Training<WithWeights>) => {
    if (waited < Math.max(1, patience)) return;
    training.stop(`${monitor} has not improved for ${waited} epoch${waited === 1 ? "" : "s"}`);
  };
  return {
    async onTrainBegin(training) {
      best = Number.NEGATIVE_INFINITY;
      waited = 0;
      let improved = false;
      for (const epoch of training.epochs) improved = observe(epoch);
      // A checkpoint callback that stands before this one writes the file before the weights are kept.
      if (improved && training.progress.batch === 0) await keepWeights(training);
      stopIfOver(training);
    },
    async onEpochEnd(epoch, training) {
      if (observe(epoch)) await keepWeights(training);
      stopIfOver(training);
    },
    async onTrainEnd({ model, kept, outcome }) {
      // A training that was cut short goes on some day, from where it was.
      if (!restoreBestWeights || (outcome !== "finished" && outcome !== "stopped")) return;
      const bestWeights = new Map<string, Tensor>();
      for (const [name, value] of kept) {
        if (!name.startsWith(prefix)) continue;
        bestWeights.set(name.slice(prefix.length), value);
        kept.delete(name);
      }
      await model.setWeights(bestWeights);
    },
  };
}
