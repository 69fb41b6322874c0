import { type Dataset, type Model, type Tensor, tensor } from "evenkeel";
import { batchAt } from "./batch.js";
import { channelMoments } from "./summaries.js";

/** A batch normalization and the layer whose output it normalises. */
export interface NormalizedLayer {
  /** The batch normalization's name. */
  name: string;
  /** The name of the layer before it. */
  input: string;
}

/** Mean and variance of each channel. */
export interface Statistics {
  mean: number[];
  variance: number[];
}

/**
 * The statistics of all normalised values under the present weights: the network goes through the batches in training
 * mode, and μ = mean(μ_B), σ² = mean(σ_B² + μ_B²) − μ² (Wu & Johnson 2021, section 3.1: PreciseBN). Changes nothing.
 *
 * @param data examples; those at the end that do not fill a batch are left out.
 * @returns by the normalization's name.
 * @throws RangeError when the examples do not fill a batch.
 */
export async function preciseStatistics(
  model: Model,
  data: Dataset,
  { batchSize, normalizations }: { batchSize: number; normalizations: readonly NormalizedLayer[] },
): Promise<Map<string, Statistics>> {
  const examples = data.x.shape[0]!;
  if (examples < batchSize) {
    throw new RangeError(`${data.name} has ${examples} examples, which do not fill a batch of ${batchSize}.`);
  }
  const batches = Math.floor(examples / batchSize);
  const sums = new Map<string, { mean: number[]; square: number[] }>();
  for (let batch = 0; batch < batches; batch++) {
    const { x, y } = batchAt(data, batch * batchSize, batchSize);
    const { layers } = await model.inspect(x, y, { layers: normalizations.map(({ input }) => input) });
    for (const { name, input } of normalizations) {
      const { mean, variance } = channelMoments(layers[input]!);
      const sum = sums.get(name) ?? { mean: mean.map(() => 0), square: mean.map(() => 0) };
      sums.set(name, {
        mean: sum.mean.map((value, channel) => value + mean[channel]!),
        square: sum.square.map((value, channel) => value + variance[channel]! + mean[channel]! ** 2),
      });
    }
  }
  return new Map(
    [...sums].map(([name, { mean: means, square }]) => {
      const mean = means.map((value) => value / batches);
      const variance = square.map((value, channel) => value / batches - mean[channel]! ** 2);
      return [name, { mean, variance }];
    }),
  );
}

/** Puts statistics in the place of the running ones. */
export async function setRunningStatistics(
  model: Model,
  statistics: ReadonlyMap<string, Statistics>,
): Promise<void> {
  const vector = (values: readonly number[]): Tensor => tensor(Float32Array.from(values), [values.length]);
  await model.setWeights(
    new Map(
      [...statistics].flatMap(([name, { mean, variance }]) => [
        [`${name}/runningMean`, vector(mean)] as const,
        [`${name}/runningVariance`, vector(variance)] as const,
      ]),
    ),
  );
}

/** The running statistics as they are. */
export async function runningStatistics(
  model: Model,
  normalizations: readonly NormalizedLayer[],
): Promise<Map<string, Statistics>> {
  const weights = await model.getWeights();
  const numbers = (name: string) => Array.from(weights.get(name)!.data as Float32Array);
  return new Map(
    normalizations.map(({ name }) => [
      name,
      { mean: numbers(`${name}/runningMean`), variance: numbers(`${name}/runningVariance`) },
    ]),
  );
}
