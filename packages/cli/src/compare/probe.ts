import type { Model, Tensor } from "evenkeel";
import type { Measures, Moment, Percentiles, Probe } from "./records.js";
import type { VariantNetwork } from "./variants.js";

/** Examples that are looked at again and again while a network trains. */
export interface ProbeBatch {
  x: Tensor;
  y: Tensor;
}

/** Sorting more values than this makes a probe slower and its percentiles no better. */
const mostValues = 20_000;

/** Steps from one value to the next when there are too many: primes, so that no unit is left out for good. */
const strides = [1, 3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97];

/** Measures a network's inside. The network stays as it is. */
export async function probe(
  model: Model,
  { hidden, kernels, normalizations }: VariantNetwork,
  { x, y }: ProbeBatch,
  moment: Moment,
): Promise<Probe> {
  const inTraining = await model.inspect(x, y, {
    training: true,
    layers: hidden.map(({ preActivation }) => preActivation),
    weightGradients: kernels.map((layer) => `${layer}/kernel`),
  });
  const inInference = await model.inspect(x, y, { training: false });
  const weights = normalizations.length > 0 ? await model.getWeights() : new Map<string, Tensor>();
  const over = (name: string) => percentiles(weights.get(name)!.data as Float32Array);
  return {
    ...moment,
    training: inTraining.measures as unknown as Measures,
    inference: inInference.measures as unknown as Measures,
    preActivations: byName(hidden, ({ name, preActivation }) => [
      name,
      percentiles(inTraining.layers[preActivation]!.data),
    ]),
    gradientNorms: byName(kernels, (layer) => [
      layer,
      norm(inTraining.weightGradients[`${layer}/kernel`]!.data),
    ]),
    affine: byName(normalizations, (layer) => [
      layer,
      { gamma: over(`${layer}/gamma`), beta: over(`${layer}/beta`) },
    ]),
  };
}

/** The 15th, 50th and 85th percentile; of a sample, when there are very many values. */
export function percentiles(values: Float32Array): Percentiles {
  const stride = strides.find((step) => values.length / step <= mostValues) ?? strides.at(-1)!;
  const sample = new Float32Array(Math.ceil(values.length / stride));
  for (let index = 0; index < sample.length; index++) sample[index] = values[index * stride]!;
  sample.sort();
  const at = (share: number) => {
    const position = share * (sample.length - 1);
    const below = sample[Math.floor(position)]!;
    return below + (position % 1) * (sample[Math.ceil(position)]! - below);
  };
  return [at(0.15), at(0.5), at(0.85)];
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

function byName<T, V>(items: readonly T[], entry: (item: T) => [string, V]): Record<string, V> {
  return Object.fromEntries(items.map(entry));
}
