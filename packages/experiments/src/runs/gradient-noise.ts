import { type Model, randomStream, shuffle, take } from "evenkeel";
import { mean } from "simple-statistics";
import { batchAt } from "../probes/batch.js";
import type { Batch } from "../probes/weight-space.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";

/** A network at initialisation, whose gradient on all examples is compared with that on batches of them. */
export interface GradientNoiseSettings {
  data: DataSettings;
  /** Without batch normalization: an example's gradient must be its own. */
  network: NetworkSettings;
  /** N: what the whole gradient is the mean over. */
  examples: number;
  /** |B|, each at most `examples`. */
  batchSizes: readonly number[];
  /** Batches that are drawn for each size. */
  draws: number;
  /** Examples whose batches are enumerated, for exact expectations. */
  enumerated: number;
}

/** The squared error of a batch's gradient, for one batch size. */
export interface BatchError {
  batchSize: number;
  /** C/|B|. */
  bound: number;
  /** E‖∇ℓ − ∇_B‖². */
  error: number;
}

/** The errors of batches' gradients, before they are multiplied by the rate's square. */
export interface GradientNoiseResult {
  /** N. */
  examples: number;
  /** C = E‖∇ℓ_i − ∇ℓ‖². */
  spread: number;
  /** Means over batches drawn as a training draws them, without an example twice. */
  drawn: BatchError[];
  /** Exact expectations of batches drawn with replacement from a few examples: each of them enumerated. */
  withReplacement: BatchError[];
  /** The same without replacement. */
  withoutReplacement: BatchError[];
  /** One drawn batch of each size, whose gradient was taken as a training takes it. */
  batchGradients: {
    batchSize: number;
    /** ‖∇_B − mean of its examples' gradients‖ ÷ ‖∇_B‖. */
    difference: number;
  }[];
}

/** Measures how far gradients of batches are from the whole gradient (Bjorck et al. 2018, section 2). */
export const gradientNoise = experiment<GradientNoiseSettings, GradientNoiseResult>({
  name: "gradient-noise",
  revision: 2,
  seconds: ({ network, data, examples, batchSizes, draws }) =>
    0.1 +
    examples * stepSeconds(network, data, 1) +
    batchSizes.reduce((sum, size) => sum + stepSeconds(network, data, size), 0) +
    (examples ** 2 * 1e5) / 2e9 +
    (batchSizes.reduce((sum, size) => sum + size ** 2, 0) * draws) / 1e9,
  async run(settings, { seed, runtime, source, signal, progress }) {
    const { examples, batchSizes, draws, enumerated } = settings;
    // In random order, so that the first so many of them are a drawn batch.
    const train = shuffle(take((await load(settings.data, { source })).train, examples), seed);
    const model = build(settings.network, { seed, runtime });
    try {
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      const gradients: Float32Array[] = [];
      for (let index = 0; index < examples; index++) {
        signal.throwIfAborted();
        progress(index / examples);
        gradients.push(await gradientOf(model, batchAt(train, index, 1)));
      }
      const batchGradients = [];
      for (const batchSize of batchSizes) {
        signal.throwIfAborted();
        const gradient = await gradientOf(model, batchAt(train, 0, batchSize));
        const difference = relativeDifference(gradient, gradients.slice(0, batchSize));
        batchGradients.push({ batchSize, difference });
      }
      const deviations = products(gradients);
      const few = products(gradients.slice(0, enumerated));
      const random = randomStream(seed, "batches");
      const small = batchSizes.filter((size) => size <= enumerated);
      return {
        examples,
        spread: spreadOf(deviations),
        drawn: batchSizes.map((batchSize) => {
          const batches = Array.from({ length: draws }, () => [
            ...random.permutation(examples).subarray(0, batchSize),
          ]);
          return errorOf(deviations, batchSize, batches);
        }),
        withReplacement: small.map((size) => errorOf(few, size, tuples(enumerated, size))),
        withoutReplacement: small.map((size) =>
          errorOf(
            few,
            size,
            tuples(enumerated, size).filter((drawn) => new Set(drawn).size === size),
          ),
        ),
        batchGradients,
      };
    } finally {
      await model.dispose();
    }
  },
});

/** The gradient of a batch's loss, all weights behind one another. */
async function gradientOf(model: Model, { x, y }: Batch): Promise<Float32Array> {
  const { weightGradients } = await model.inspect(x, y, {
    weightGradients: [...(await model.getWeights()).keys()],
  });
  const parts = Object.values(weightGradients).map(({ data }) => data);
  const gradient = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    gradient.set(part, start);
    start += part.length;
  }
  return gradient;
}

/** ‖gradient − mean of parts‖ ÷ ‖gradient‖. */
function relativeDifference(gradient: Float32Array, parts: readonly Float32Array[]): number {
  const difference = gradient.map((value, index) => value - mean(parts.map((part) => part[index]!)));
  return Math.sqrt(inner(difference, difference) / inner(gradient, gradient));
}

/** Inner products of the gradients' deviations from their mean, `[N][N]`: all errors of batches follow from them. */
function products(gradients: readonly Float32Array[]): number[][] {
  const plain = gradients.map((a, row) => gradients.map((b, column) => (column <= row ? inner(a, b) : 0)));
  const full = plain.map((values, row) =>
    values.map((value, column) => (column <= row ? value : plain[column]![row]!)),
  );
  const rowMeans = full.map((values) => mean(values));
  const whole = mean(rowMeans);
  return full.map((values, row) =>
    values.map((value, column) => value - rowMeans[row]! - rowMeans[column]! + whole),
  );
}

function inner(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function spreadOf(products: readonly (readonly number[])[]): number {
  return mean(products.map((row, index) => row[index]!));
}

/** The mean over batches of ‖mean of the batch's deviations‖². */
function errorOf(
  products: readonly (readonly number[])[],
  batchSize: number,
  batches: readonly (readonly number[])[],
): BatchError {
  let total = 0;
  for (const batch of batches)
    for (const a of batch) for (const b of batch) total += products[a]![b]! / batchSize ** 2;
  return { batchSize, bound: spreadOf(products) / batchSize, error: total / batches.length };
}

/** All ways to draw `size` of `count` things one after the other. */
function tuples(count: number, size: number): number[][] {
  let all: number[][] = [[]];
  for (let drawn = 0; drawn < size; drawn++)
    all = all.flatMap((tuple) => Array.from({ length: count }, (_, next) => [...tuple, next]));
  return all;
}
