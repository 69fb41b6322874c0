import {
  type Callback,
  layers,
  type Model,
  optimizers,
  randomStream,
  sequential,
  standardizer,
  type Tensor,
  tensor,
} from "evenkeel";
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { channelMoments } from "../probes/summaries.js";
import { repeated } from "./batches.js";
import { experiment, type RunContext } from "./run.js";

/** How the features come to the linear unit. */
export const inputForms = ["raw", "standardized", "batchNormalized"] as const;

/** As they are, standardised beforehand, or through batch normalization as the input layer. */
export type InputForm = (typeof inputForms)[number];

/**
 * A regression of two independent uniform features by one linear unit. The target is the sum of both features, each
 * counted in its own deviations, so that both matter alike.
 */
export interface TwoFeaturesSettings {
  /** The range of each feature. */
  ranges: readonly [FeatureRange, FeatureRange];
  /** Examples; all of them are in every step. */
  examples: number;
  /** Steps that a training may take. */
  budget: number;
  /** Learning rates, of which each form gets its best. */
  rates: readonly number[];
  /** The mean squared error, as a share of the target's variance, at which the training has converged. */
  target: number;
}

/** The least and the greatest value of a feature. */
export type FeatureRange = readonly [minimum: number, maximum: number];

/** How the unit learned from one form of the features. */
export interface FormResult {
  /** Greatest ÷ least eigenvalue of the covariance of what the unit is given. */
  condition: number;
  /** The weights that solve the task (least squares). */
  solution: [number, number];
  /** The learning rate with the fewest steps; where none converged, with the least loss at the end. */
  learningRate: number;
  /** Steps to the target at that rate; the budget where it was not reached. */
  steps: number;
  converged: boolean;
  /** The weights at the end. */
  weights: [number, number];
  /** The error as a share of the target's variance, at steps that lie closer at the beginning. */
  curve: { step: number; loss: number }[];
}

/** Trains a linear unit on two features of different range, in each form, at each learning rate. */
export const twoFeatures = experiment<TwoFeaturesSettings, Record<InputForm, FormResult>>({
  name: "two-features",
  revision: 2,
  seconds: ({ rates, budget }) => 0.2 + rates.length * budget * 5e-6,
  async run(settings, context) {
    const { x, y } = sample(settings, context.seed);
    const standard = standardizer(x).transform(x);
    const raw = await bestOf("raw", x, y, settings, context);
    context.progress(1 / 3);
    const standardized = await bestOf("standardized", standard, y, settings, context);
    context.progress(2 / 3);
    const batchNormalized = await bestOf("batchNormalized", x, y, settings, context);
    // What the unit behind batch normalization is given are the standardised features.
    const { condition, solution } = standardized;
    return { raw, standardized, batchNormalized: { ...batchNormalized, condition, solution } };
  },
});

function sample({ ranges, examples }: TwoFeaturesSettings, seed: number) {
  const random = randomStream(seed, "two features");
  const rows = Array.from({ length: examples }, () =>
    ranges.map(([minimum, maximum]) => random.uniform(minimum, maximum)),
  );
  const targets = rows.map((row) =>
    row.reduce((sum, value, feature) => sum + inDeviations(value, ranges[feature]!), 0),
  );
  return {
    x: tensor(Float32Array.from(rows.flat()), [examples, 2]),
    y: tensor(Float32Array.from(targets), [examples, 1]),
  };
}

/** A value of a uniform distribution, from its mean on, in its deviations. */
function inDeviations(value: number, [minimum, maximum]: FeatureRange): number {
  return (value - (minimum + maximum) / 2) / ((maximum - minimum) / Math.sqrt(12));
}

/** From the greatest rate on; below the best one, learning only grows slower. */
async function bestOf(
  form: InputForm,
  x: Tensor<"float32">,
  y: Tensor<"float32">,
  settings: TwoFeaturesSettings,
  context: RunContext,
): Promise<FormResult> {
  let best: Trial | undefined;
  for (const learningRate of [...settings.rates].sort((a, b) => b - a)) {
    context.signal.throwIfAborted();
    const trial = await descend(form, x, y, { ...settings, learningRate }, context);
    if (!best || isBetter(trial, best)) best = trial;
    else if (best.converged) break;
  }
  const { lastLoss: _, ...rest } = best!;
  return { ...rest, condition: condition(x), solution: leastSquares(x, y) };
}

type Trial = Omit<FormResult, "condition" | "solution"> & { lastLoss: number };

function isBetter(trial: Trial, best: Trial): boolean {
  if (trial.converged !== best.converged) return trial.converged;
  return trial.converged ? trial.steps < best.steps : trial.lastLoss < best.lastLoss;
}

/** So many steps are one epoch, which is run at once. */
const stepsAtOnce = 100;

/** Gradient descent on all examples at a given rate. */
async function descend(
  form: InputForm,
  x: Tensor<"float32">,
  y: Tensor<"float32">,
  { budget, target, learningRate }: TwoFeaturesSettings & { learningRate: number },
  { seed, runtime, signal }: RunContext,
): Promise<Trial> {
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [2] }),
      ...(form === "batchNormalized" ? [layers.batchNormalization()] : []),
      layers.dense({ name: "unit", units: 1 }),
    ],
    { seed, runtime },
  );
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "meanSquaredError" });
  const variance = channelMoments(y).variance[0]!;
  const trial: Trial = {
    ...{ learningRate, steps: budget, converged: false, weights: [0, 0], curve: [] },
    lastLoss: Number.POSITIVE_INFINITY,
  };
  let ended = false;
  const watching: Callback<Model> = {
    onStepsEnd(taken) {
      for (const { step, logs } of taken) {
        if (ended) return;
        // The loss of a step is the one before its update.
        const loss = logs.loss! / variance;
        if (!Number.isFinite(loss)) return;
        if (isDrawn(step - 1)) trial.curve.push({ step: step - 1, loss });
        trial.lastLoss = loss;
        if (loss > target && step - 1 < budget) continue;
        Object.assign(trial, { steps: step - 1, converged: loss <= target });
        ended = true;
      }
    },
    // How many steps one run takes depends on the clock, and an epoch does not: so the weights are always the same.
    onEpochEnd(_, training) {
      if (ended) training.stop();
    },
  };
  const [xs, ys] = [x, y].map((values) => repeated(values, stepsAtOnce));
  try {
    await model.fit(xs!, ys!, {
      epochs: Math.ceil(budget / stepsAtOnce) + 1,
      batchSize: x.shape[0]!,
      shuffle: false,
      callbacks: [watching],
      onNaN: () => {
        trial.lastLoss = Number.POSITIVE_INFINITY;
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    signal.throwIfAborted();
    const kernel = (await model.getWeights()).get("unit/kernel")!.data;
    trial.weights = [Number(kernel[0]), Number(kernel[1])];
    return trial;
  } finally {
    await model.dispose();
  }
}

/** Whether a step is one of those that are drawn: 0 to 9, then two digits of each, 10, 11, … 99, 100, 110, … */
function isDrawn(step: number): boolean {
  return step < 100 || step % 10 ** (Math.floor(Math.log10(step)) - 1) === 0;
}

/** Greatest ÷ least eigenvalue of the biased covariance of `[N, 2]`. */
function condition(x: Tensor<"float32">): number {
  const centered = rowsOf(x).center("column");
  const covariance = centered.transpose().mmul(centered).div(centered.rows);
  const values = new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues;
  return Math.max(...values) / Math.min(...values);
}

/** The weights of the linear function of least squared error. */
function leastSquares(x: Tensor<"float32">, y: Tensor<"float32">): [number, number] {
  const solution = new SingularValueDecomposition(rowsOf(x).center("column"), { autoTranspose: true }).solve(
    rowsOf(y).center("column"),
  );
  return [solution.get(0, 0), solution.get(1, 0)];
}

function rowsOf({ data, shape: [rows = 0, columns = 0] }: Tensor<"float32">): Matrix {
  return Matrix.from1DArray(rows, columns, data as unknown as number[]);
}
