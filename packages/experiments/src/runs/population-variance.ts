import { layers, type Model, optimizers, randomStream, sequential, type Tensor, tensor } from "evenkeel";
import { channelMoments } from "../probes/summaries.js";
import { experiment, type RunContext } from "./run.js";

/** A population whose mean and variance are estimated from batches. */
export interface PopulationVarianceSettings {
  /** Examples that are drawn and cut into batches. A multiple of every batch size. */
  examples: number;
  /** Units, each with a population of its own: normal, of random mean and deviation. */
  units: number;
  batchSizes: readonly number[];
  /** Batch sizes m for which every batch is taken that can be drawn of a population of two values, μ ± σ: 2ᵐ of them. */
  enumerated: readonly number[];
}

/** What batches of one size say of the population, as Algorithm 2 averages it over all of them: a number for each unit. */
export interface PopulationEstimate {
  batchSize: number;
  /** Mean over the batches of μ_B, less the population's mean, in deviations of the population. */
  mean: number[];
  /** Mean over the batches of σ_B² ÷ the population's variance. */
  biased: number[];
  /** The same of m/(m − 1) · σ_B². */
  unbiased: number[];
}

/** The estimates by batch size. */
export interface PopulationVarianceResult {
  /** From batches that were drawn. */
  drawn: PopulationEstimate[];
  /** From all batches that can be drawn, each once: the expectation itself. */
  expected: PopulationEstimate[];
}

/**
 * Estimates a population's mean and variance by the running statistics of batch normalization, biased and unbiased, with
 * every batch counted alike (Algorithm 2 of Ioffe & Szegedy 2015).
 */
export const populationVariance = experiment<PopulationVarianceSettings, PopulationVarianceResult>({
  name: "population-variance",
  revision: 2,
  seconds: ({ examples, units, batchSizes, enumerated }) =>
    0.05 * (batchSizes.length + enumerated.length) + batchSizes.length * examples * units * 1e-7,
  async run({ examples, units, batchSizes, enumerated }, { seed, runtime, signal, progress }) {
    const random = randomStream(seed, "population");
    const populations = Array.from({ length: units }, () => {
      const deviation = 10 ** random.uniform(-1, 1);
      return { mean: deviation * random.normal(), deviation };
    });
    const x = tensor(
      Float32Array.from({ length: examples * units }, (_, place) => {
        const { mean, deviation } = populations[place % units]!;
        return random.normal(mean, deviation);
      }),
      [examples, units],
    );
    const population = {
      mean: populations.map(({ mean }) => mean),
      variance: populations.map(({ deviation }) => deviation ** 2),
    };
    const twoValues = tensor([
      populations.map(({ mean, deviation }) => mean - deviation),
      populations.map(({ mean, deviation }) => mean + deviation),
    ]);
    const result: PopulationVarianceResult = { drawn: [], expected: [] };
    const parts = batchSizes.length + enumerated.length;
    const done = () => {
      signal.throwIfAborted();
      progress((result.drawn.length + result.expected.length) / parts);
    };
    for (const batchSize of batchSizes) {
      result.drawn.push(await estimate(x, batchSize, population, runtime));
      done();
    }
    for (const batchSize of enumerated) {
      const batches = everyBatch(twoValues, batchSize);
      result.expected.push(await estimate(batches, batchSize, channelMoments(twoValues), runtime));
      done();
    }
    return result;
  },
});

async function estimate(
  x: Tensor<"float32">,
  batchSize: number,
  population: { mean: readonly number[]; variance: readonly number[] },
  runtime: RunContext["runtime"],
): Promise<PopulationEstimate> {
  const biased = await runningStatistics(x, batchSize, "biased", runtime);
  const unbiased = await runningStatistics(x, batchSize, "unbiased", runtime);
  const { mean, variance } = population;
  return {
    batchSize,
    mean: mean.map((value, unit) => (biased.mean[unit]! - value) / Math.sqrt(variance[unit]!)),
    biased: variance.map((value, unit) => biased.variance[unit]! / value),
    unbiased: variance.map((value, unit) => unbiased.variance[unit]! / value),
  };
}

/** The running statistics after one pass in the examples' own order. */
async function runningStatistics(
  x: Tensor<"float32">,
  batchSize: number,
  runningVariance: "biased" | "unbiased",
  runtime: RunContext["runtime"],
): Promise<{ mean: Float32Array; variance: Float32Array }> {
  const [, units = 0] = x.shape;
  const normalization = layers.batchNormalization({
    name: "normalization",
    momentum: "cumulative",
    runningVariance,
  });
  const model: Model = sequential([layers.inputLayer({ name: "x", inputShape: [units] }), normalization], {
    runtime,
  });
  try {
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanSquaredError" });
    await model.fit(x, x, { batchSize, shuffle: false, onWarning: () => {} });
    const weights = await model.getWeights();
    const statistic = (name: string) => weights.get(`normalization/${name}`)!.data as Float32Array;
    return { mean: statistic("runningMean"), variance: statistic("runningVariance") };
  } finally {
    await model.dispose();
  }
}

/** All batches that can be drawn, with replacement, of two examples, one after another: `[2ᵐ · m, units]`. */
function everyBatch(of: Tensor<"float32">, batchSize: number): Tensor<"float32"> {
  const [, units = 0] = of.shape;
  const values = new Float32Array(2 ** batchSize * batchSize * units);
  for (let batch = 0; batch < 2 ** batchSize; batch++) {
    for (let place = 0; place < batchSize; place++) {
      const drawn = (batch >> place) & 1;
      const row = of.data.subarray(drawn * units, (drawn + 1) * units);
      values.set(row, (batch * batchSize + place) * units);
    }
  }
  return tensor(values, [2 ** batchSize * batchSize, units]);
}
