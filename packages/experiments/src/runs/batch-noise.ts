import type { Dataset, Model } from "evenkeel";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { channelMoments } from "../probes/summaries.js";
import { randomBatches } from "./batches.js";
import { load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";
import { type TrainingResult, type TrainingSettings, train, training } from "./training.js";

/** A training, after which the statistics of many batches are compared. */
export interface BatchNoiseSettings extends TrainingSettings {
  /** Layers whose outputs are looked at. */
  layers: readonly string[];
  /** Sizes of the batches. */
  sizes: readonly number[];
  /** Batches of each size, of training examples; no example is in two of them, so there may be fewer. */
  batches: number;
}

/** How much the statistics of one layer differ from batch to batch. */
export interface Noise {
  layer: string;
  size: number;
  /** Standard deviation of μ_B, in deviations of the unit; mean over the units. */
  mean: number;
  /** The same of σ_B. */
  deviation: number;
}

/** What the training and the batches gave. */
export interface BatchNoiseResult extends Pick<TrainingResult, "outcome"> {
  /** Without layers of which no unit varies by a finite amount. */
  noise: Noise[];
}

/** Trains a network, and measures how noisy the statistics of its batches are. */
export const batchNoise = experiment<BatchNoiseSettings, BatchNoiseResult>({
  name: "batch-noise",
  revision: 1,
  seconds: ({ sizes, batches, ...settings }) =>
    training.seconds(settings) + 2e-5 * batches * sizes.reduce((total, size) => total + size, 0),
  async run({ layers, sizes, batches, ...settings }, context) {
    const { seed, runtime } = context;
    const data = await load(settings.data, context);
    const model = build(settings.network, { seed, runtime });
    try {
      const { outcome } = await train(model, data, settings, context);
      const noise: Noise[] = [];
      for (const size of sizes) {
        context.signal.throwIfAborted();
        const moments = await momentsOf(model, data.train, { layers, size, batches, seed });
        for (const layer of layers) {
          const found = spread(moments.map((each) => each[layer]!));
          if (found) noise.push({ layer, size, ...found });
        }
      }
      return { outcome, noise };
    } finally {
      await model.dispose();
    }
  },
});

type Moments = ReturnType<typeof channelMoments>;

/** Mean and variance of every unit, of each of many random batches in training mode, by layer. */
async function momentsOf(
  model: Model,
  data: Dataset,
  request: Pick<BatchNoiseSettings, "layers" | "batches"> & { size: number; seed: number },
): Promise<Record<string, Moments>[]> {
  const { layers, size, batches: count, seed } = request;
  const found: Record<string, Moments>[] = [];
  for (const { x, y } of randomBatches(data, { size, count, seed })) {
    const { layers: outputs } = await model.inspect(x, y, { layers });
    found.push(Object.fromEntries(layers.map((layer) => [layer, channelMoments(outputs[layer]!)])));
  }
  return found;
}

/**
 * Standard deviations of μ_B and σ_B over the batches, in deviations of the unit; means over the units that vary
 * by a finite amount.
 *
 * @returns undefined when none does.
 * @throws RangeError for fewer than two batches.
 */
export function spread(batches: readonly Moments[]): Pick<Noise, "mean" | "deviation"> | undefined {
  if (batches.length < 2) {
    throw new RangeError(`The noise of batches needs two of them, got ${batches.length}.`);
  }
  const units = batches[0]!.mean.flatMap((_, unit) => {
    const means = batches.map(({ mean: center }) => center[unit]!);
    const deviations = batches.map(({ variance }) => Math.sqrt(variance[unit]!));
    const own = mean(deviations);
    return own > 0 && own < Number.POSITIVE_INFINITY
      ? [{ mean: sampleStandardDeviation(means) / own, deviation: sampleStandardDeviation(deviations) / own }]
      : [];
  });
  if (units.length === 0) return undefined;
  return { mean: mean(units.map((unit) => unit.mean)), deviation: mean(units.map((unit) => unit.deviation)) };
}
