import { type Model, optimizers, randomStream, tensor } from "evenkeel";
import { type AlongGradient, alongGradient } from "../probes/along-gradient.js";
import { covariateShift, type LayerShift } from "../probes/covariate-shift.js";
import type { Batch } from "../probes/weight-space.js";
import { repeated } from "./batches.js";
import { build, type PlacedLayer } from "./network.js";
import { experiment, type RunContext } from "./run.js";

/** A deep linear network that learns a linear map of Gaussian numbers by gradient descent on all examples. */
export interface DeepLinearSettings {
  depth: number;
  /** The size of input, layers and output. */
  units: number;
  examples: number;
  /** What stands behind every layer but the last. */
  normalization: PlacedLayer;
  /** For the sum of ‖prediction − Ax‖² over all examples. */
  learningRate: number;
  steps: number;
  /** The network is looked at before the first step and at every so many steps, of which `steps` is a multiple. */
  every: number;
  /** Steps along the gradient at which loss and gradient are measured, in learning rates. */
  along: readonly number[];
}

/**
 * What was found at one look, on all examples. Gradients are those of the mean squared error, which is the sum divided
 * by examples and units.
 */
export interface DeepLinearLook {
  step: number;
  along: AlongGradient;
  shifts: LayerShift[];
}

/** How it went. */
export interface DeepLinearResult {
  /** `diverged`: the loss or a weight was no finite number any more. */
  outcome: "finished" | "diverged";
  /** Why, and where, when it diverged. */
  reason?: string;
  /** The mean of ‖prediction − Ax‖² over the examples before some of the steps, and after the last. */
  losses: { step: number; loss: number }[];
  /** Where the loss was a finite number. */
  looks: DeepLinearLook[];
}

/** Losses that are kept between two looks. */
const keptLosses = 10;

/** The deep linear network of Santurkar et al. 2018. */
export const deepLinear = experiment<DeepLinearSettings, DeepLinearResult>({
  name: "deep-linear",
  revision: 1,
  seconds({ depth, examples, normalization, steps, every, along }) {
    const layer =
      normalization === "none"
        ? 6e-6 + 1e-8 * examples
        : normalization.type === "noisyBatchNormalization"
          ? 1.2e-4 + 1e-6 * examples
          : 3e-5 + 1.1e-7 * examples;
    const looks = (steps / every + 1) * (depth + along.length);
    return 0.5 + (steps + 2 * looks) * depth * layer;
  },
  async run(settings, context) {
    const { depth, units, normalization } = settings;
    const { seed, runtime } = context;
    const model = build({ family: "deepLinear", depth, units, normalization }, { seed, runtime });
    try {
      return await descended(model, settings, context);
    } finally {
      await model.dispose();
    }
  },
});

async function descended(
  model: Model,
  { units, examples, learningRate, steps, every, along }: DeepLinearSettings,
  { seed, signal, progress }: RunContext,
): Promise<DeepLinearResult> {
  // The library's loss is the mean over examples and units: its gradient is so much smaller than the sum's.
  const rate = learningRate * examples * units;
  model.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: "meanSquaredError" });
  const all = linearExamples(seed, examples, units);
  // All examples are one batch. Repeated, they make many steps of an epoch, which run without a pause.
  const x = repeated(all.x, every);
  const y = repeated(all.y, every);
  const result: DeepLinearResult = { outcome: "finished", losses: [], looks: [] };
  const stepSizes = along.map((factor) => factor * rate);
  for (;;) {
    const found = await alongGradient(model, all, stepSizes);
    if (!Number.isFinite(found.loss + found.gradientNorm)) {
      return { ...result, outcome: "diverged", reason: `step ${model.steps}: the gradient is not finite` };
    }
    const shifts = await covariateShift(model, all, { learningRate: rate });
    result.looks.push({ step: model.steps, along: found, shifts });
    if (model.steps >= steps) {
      result.losses.push({ step: model.steps, loss: found.loss * units });
      return result;
    }
    const apart = Math.max(1, Math.floor(every / keptLosses));
    await model.fit(x, y, {
      epochs: 1,
      batchSize: examples,
      shuffle: false,
      callbacks: [
        {
          onStepsEnd(taken) {
            for (const { step, logs } of taken) {
              if ((step - 1) % apart === 0) result.losses.push({ step: step - 1, loss: logs.loss! * units });
            }
            progress(model.steps / steps);
          },
        },
      ],
      onNaN: ({ step, finding }) => {
        Object.assign(result, { outcome: "diverged", reason: `step ${step}: ${finding}` });
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    signal.throwIfAborted();
    if (result.outcome === "diverged") return result;
  }
}

/** x of Gaussian numbers `[examples, units]`, and Ax with a Gaussian A. */
function linearExamples(seed: number, examples: number, units: number): Batch {
  const map = gaussian(seed, "map", units * units);
  const x = gaussian(seed, "examples", examples * units);
  const y = Float32Array.from(x, (_, place) => {
    const [example, output] = [Math.floor(place / units), place % units];
    let sum = 0;
    for (let input = 0; input < units; input++)
      sum += map[output * units + input]! * x[example * units + input]!;
    return sum;
  });
  return { x: tensor(x, [examples, units]), y: tensor(y, [examples, units]) };
}

function gaussian(seed: number, purpose: string, count: number): Float32Array {
  const stream = randomStream(seed, "deep-linear", purpose);
  return Float32Array.from({ length: count }, () => stream.normal());
}
