import { type Dataset, type Model, randomStream, type Tensor } from "evenkeel";
import { type AlongGradient, alongGradient } from "../probes/along-gradient.js";
import { batchAt } from "../probes/batch.js";
import { covariateShift, type LayerShift } from "../probes/covariate-shift.js";
import { channelMoments, histogram } from "../probes/summaries.js";
import type { Batch } from "../probes/weight-space.js";
import { stepSeconds } from "./cost.js";
import { load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";
import { type TrainingResult, type TrainingSettings, train } from "./training.js";

/** A training by plain gradient descent at a constant rate, and what is measured at every look. */
export interface LandscapeSettings
  extends Pick<TrainingSettings, "data" | "network" | "batchSize" | "steps" | "every"> {
  /** Constant. */
  learningRate: number;
  /** Steps along the gradient at which loss and gradient are measured, in learning rates. Default none. */
  along?: readonly number[];
  /** Whether the internal covariate shift of every layer is measured. Default false. */
  covariateShift?: boolean;
  /** A layer whose values' mean and variance per channel are measured, always on the same batch. Default none. */
  distributionOf?: string;
  /** Bins of a histogram of the values of that layer's first channel, from the least to the largest. Default none. */
  histogramBins?: number;
}

/** What was found at one look, on a training batch, batch normalization by that batch. */
export interface LandscapeLook {
  step: number;
  along?: AlongGradient;
  shifts?: LayerShift[];
  distribution?: { mean: number[]; variance: number[]; histogram?: Histogram };
}

/** How many values lie between neighbouring edges. */
export interface Histogram {
  edges: number[];
  counts: number[];
}

/** How a training went, and what its landscape was like. */
export interface LandscapeResult extends TrainingResult {
  /** Where the loss was a finite number. */
  looks: LandscapeLook[];
}

/** Trains a network, and measures its loss landscape from time to time. */
export const landscape = experiment<LandscapeSettings, LandscapeResult>({
  name: "landscape",
  revision: 1,
  seconds: (settings) =>
    0.3 + passes(settings) * stepSeconds(settings.network, settings.data, settings.batchSize),
  async run(settings, context) {
    const data = await load(settings.data, context);
    const model = build(settings.network, { seed: context.seed, runtime: context.runtime });
    const { learningRate, ...plan } = settings;
    const looks: LandscapeLook[] = [];
    try {
      const result = await train(
        model,
        data,
        { ...plan, optimizer: { type: "sgd", learningRate } },
        context,
        async ({ step }) => {
          const found = await look(model, data.train, settings, { seed: context.seed, step });
          if (found) looks.push(found);
        },
      );
      return { ...result, looks };
    } finally {
      await model.dispose();
    }
  },
});

/** Training steps, and the passes of all looks. */
function passes({ network, steps, every, along = [], covariateShift = false }: LandscapeSettings): number {
  const layers = "depth" in network && covariateShift ? Number(network.depth) : 0;
  return steps + (Math.floor(steps / every) + 1) * (along.length + layers + 1);
}

/** @returns undefined where the loss is no finite number. */
async function look(
  model: Model,
  train: Dataset,
  settings: LandscapeSettings,
  { seed, step }: { seed: number; step: number },
): Promise<LandscapeLook | undefined> {
  const { learningRate, batchSize, along, distributionOf, histogramBins } = settings;
  const batch = drawn(train, batchSize, seed, step);
  const found: LandscapeLook = { step };
  if (along) {
    const stepSizes = along.map((factor) => factor * learningRate);
    found.along = await alongGradient(model, batch, stepSizes);
    if (!Number.isFinite(found.along.loss + found.along.gradientNorm)) return undefined;
  }
  if (settings.covariateShift) found.shifts = await covariateShift(model, batch, { learningRate });
  if (distributionOf !== undefined) {
    const { x, y } = drawn(train, batchSize, seed, 0);
    // Noise is drawn anew: that it is another at every step is what there is to see.
    const { layers } = await model.inspect(x, y, { layers: [distributionOf], seed: step });
    const values = layers[distributionOf]!;
    const moments = channelMoments(values);
    if (![...moments.mean, ...moments.variance].every(Number.isFinite)) return undefined;
    found.distribution = moments;
    if (histogramBins) found.distribution.histogram = histogramOf(firstChannel(values), histogramBins);
  }
  return found;
}

/** The values of the first channel of `[N, C, …]`. */
function firstChannel({ shape, data }: Tensor<"float32">): Float32Array {
  const [examples = 1, channels = 1] = shape;
  const positions = data.length / (examples * channels);
  return Float32Array.from({ length: examples * positions }, (_, index) => {
    const [example, position] = [Math.floor(index / positions), index % positions];
    return data[example * channels * positions + position]!;
  });
}

/** From the least to the largest value; where all are one, a unit wide. */
function histogramOf(values: Float32Array, bins: number): Histogram {
  const [from, to] = values.reduce(
    ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return histogram(values, { from, to: to > from ? to : from + 1, bins });
}

/** Neighbouring training examples, others at every step; a data set is in no order. */
function drawn(train: Dataset, batchSize: number, seed: number, step: number): Batch {
  const start = randomStream(seed, "landscape", step).integer(train.x.shape[0]! - batchSize + 1);
  return batchAt(train, start, batchSize);
}
