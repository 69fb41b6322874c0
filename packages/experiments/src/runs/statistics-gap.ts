import { type Model, take } from "evenkeel";
import {
  type NormalizedLayer,
  preciseStatistics,
  runningStatistics,
  type Statistics,
  setRunningStatistics,
} from "../probes/precise-statistics.js";
import { load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";
import { type Measures, type TrainingSettings, train, training } from "./training.js";

/** A training, after which running statistics are compared with those of the final weights. */
export interface StatisticsGapSettings extends TrainingSettings {
  /** Training examples for the exact statistics. */
  preciseExamples: number;
}

/** How far inference is from training. A loss that is no finite number is `Number.MAX_VALUE`. */
export interface StatisticsGapResult {
  outcome: "finished" | "diverged";
  /** On the test set by the running statistics, as training left them. */
  running: Measures;
  /** On the test set by exact statistics of the final weights (PreciseBN). */
  precise: Measures;
  /**
   * How far running means are from the exact ones in units of the exact deviation, root mean square over all channels.
   */
  meanError: number;
  /** |log(running variance ÷ exact variance)|, mean over all channels that vary. */
  varianceError: number;
}

/**
 * Trains a network with batch normalization before its activations, and measures how stale its statistics are: where it
 * diverged, of the last weights before.
 */
export const statisticsGap = experiment<StatisticsGapSettings, StatisticsGapResult>({
  name: "statistics-gap",
  revision: 1,
  seconds: (settings) => 0.3 + training.seconds(settings),
  async run({ preciseExamples, ...settings }, context) {
    const data = await load(settings.data, context);
    const model = build(settings.network, { seed: context.seed, runtime: context.runtime });
    try {
      const normalizations = normalizedLayers(model);
      const { outcome } = await train(model, data, settings, context);
      const examples = take(data.train, preciseExamples);
      const precise = await preciseStatistics(model, examples, {
        batchSize: settings.batchSize,
        normalizations,
      });
      const running = await runningStatistics(model, normalizations);
      const evaluated = async (): Promise<Measures> => {
        const { loss, accuracy } = await model.evaluate(data.test.x, data.test.y);
        return { loss: Number.isFinite(loss) ? loss! : Number.MAX_VALUE, accuracy: accuracy! };
      };
      const byRunning = await evaluated();
      await setRunningStatistics(model, precise);
      return { outcome, running: byRunning, precise: await evaluated(), ...errors(running, precise) };
    } finally {
      await model.dispose();
    }
  },
});

/**
 * The batch normalizations that stand behind `NAME` as `NAME_normalization`, as in all ready networks.
 *
 * @throws RangeError when there is none.
 */
function normalizedLayers(model: Model): NormalizedLayer[] {
  const suffix = "_normalization";
  const found = model.layers
    .filter(({ type, name }) => type === "batchNormalization" && name.endsWith(suffix))
    .map(({ name }) => ({ name, input: name.slice(0, -suffix.length) }));
  if (found.length > 0) return found;
  throw new RangeError("The network has no batch normalization whose statistics could be stale.");
}

/**
 * How far statistics are from exact ones.
 *
 * @throws Error when no channel varies by a finite amount: there is then no scale to measure by.
 */
export function errors(
  running: ReadonlyMap<string, Statistics>,
  precise: ReadonlyMap<string, Statistics>,
): Pick<StatisticsGapResult, "meanError" | "varianceError"> {
  let [squares, logs, count] = [0, 0, 0];
  for (const [name, { mean, variance }] of precise) {
    const stale = running.get(name)!;
    for (const [channel, exact] of variance.entries()) {
      // A channel that never varies, such as one of dead inputs, has no scale to measure by.
      if (!(exact >= 1e-8 && exact < Number.POSITIVE_INFINITY)) continue;
      squares += (stale.mean[channel]! - mean[channel]!) ** 2 / exact;
      logs += Math.abs(Math.log(Math.max(stale.variance[channel]!, 1e-8) / exact));
      count += 1;
    }
  }
  if (count === 0)
    throw new Error("No normalised channel varies by a finite amount: statistics have no scale.");
  return { meanError: Math.sqrt(squares / count), varianceError: logs / count };
}
