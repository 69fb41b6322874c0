import {
  type Dataset,
  dataset,
  type Model,
  optimizers,
  randomStream,
  type Tensor,
  take,
  tensor,
} from "evenkeel";
import { type ResidualBlock, residualBlocks } from "../probes/residual-blocks.js";
import { channelMoments } from "../probes/summaries.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";

/** A network at initialisation whose residual blocks are measured. */
export interface ResidualVarianceSettings {
  /** Of blocks whose branch begins with what normalises it: `residualMlp`, or convolutional of preactivation blocks. */
  network: NetworkSettings;
  /** Training images. Default: inputs of independent normal numbers of variance 1. */
  data?: DataSettings;
  /** In the batch. */
  examples: number;
  /** Batches from whose statistics moving variances are taken. Default 0: none are. */
  passes?: number;
}

/** Variances over examples and positions, means over the channels. */
export interface BlockVariance {
  /** ℓ: the number of the block, from 1, counted from where the trunk begins: at the stem, or at a projection. */
  position: number;
  /** What the branch is added to, x^ℓ. */
  skip: number;
  /** The branch's end, behind its scalar where it has one. */
  branch: number;
  /** x^ℓ + f(x^ℓ), before anything divides it. */
  sum: number;
  /** What the next block takes. */
  output: number;
  /** The moving variance of the batch normalization at the branch's start, after the passes. */
  moving?: number;
}

/** Block by block, from the input on. */
export interface ResidualVarianceResult {
  blocks: BlockVariance[];
}

/** Measures the variance of skip path and residual branch, block by block, in training mode before the first step. */
export const residualVariance = experiment<ResidualVarianceSettings, ResidualVarianceResult>({
  name: "residual-variance",
  revision: 1,
  seconds: ({ network, data, examples, passes = 0 }) =>
    0.3 + (1 + passes) * stepSeconds(network, data ?? { name: "mnist" }, examples),
  async run({ network, data, examples, passes = 0 }, { seed, runtime, source, signal, progress }) {
    const model = build(network, { seed, runtime });
    try {
      model.compile({
        optimizer: optimizers.sgd({ learningRate: 0 }),
        loss: "sparseCategoricalCrossentropy",
      });
      const inputs = data
        ? (await load(data, { source })).train
        : gaussian(model, examples * Math.max(1, passes), seed);
      const blocks = residualBlocks(model);
      const variances = await variancesOf(model, take(inputs, examples), blocks);
      progress(0.5);
      signal.throwIfAborted();
      const weights =
        passes > 0 ? await afterPasses(model, take(inputs, examples * passes), examples) : undefined;
      return {
        blocks: blocks.map(({ position, skip, branch, sum, output, normalization }) => {
          const moving = weights?.get(`${normalization}/runningVariance`);
          return {
            position,
            skip: variances.get(skip)!,
            branch: variances.get(branch)!,
            sum: variances.get(sum)!,
            output: variances.get(output)!,
            ...(moving && { moving: meanOf(moving.data as Float32Array) }),
          };
        }),
      };
    } finally {
      await model.dispose();
    }
  },
});

/** The factor by which the skip path's variance grows in a block, geometric mean over the blocks. */
export function growthFactor(blocks: readonly BlockVariance[]): number {
  return Math.exp(meanOf(blocks.map(({ skip, output }) => Math.log(output / skip))));
}

/** By how much the skip path's variance grows in a block, mean over the blocks. */
export function growth(blocks: readonly BlockVariance[]): number {
  return meanOf(blocks.map(({ skip, output }) => output - skip));
}

/** The share of the branch in the sum's variance. */
export function residualShare({ branch, sum }: BlockVariance): number {
  return branch / sum;
}

async function variancesOf(
  model: Model,
  { x, y }: Dataset,
  blocks: readonly ResidualBlock[],
): Promise<Map<string, number>> {
  const names = new Set(blocks.flatMap(({ skip, branch, sum, output }) => [skip, branch, sum, output]));
  const { layers } = await model.inspect(x, y, { layers: [...names] });
  return new Map([...names].map((name) => [name, meanOf(channelMoments(layers[name]!).variance)]));
}

/** The weights after one look at every batch, with a rate of 0: running statistics move, and nothing else. */
async function afterPasses(model: Model, { x, y }: Dataset, batchSize: number): Promise<Map<string, Tensor>> {
  await model.fit(x, y, { epochs: 1, batchSize, onWarning: () => {} });
  return model.getWeights();
}

function gaussian(model: Model, examples: number, seed: number): Dataset {
  const shape = [examples, ...model.inputShape];
  const random = randomStream(seed, "gaussian inputs");
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
  return dataset({
    name: "gaussian",
    x: tensor(values, shape),
    y: tensor(new Int32Array(examples), [examples]),
  });
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}
