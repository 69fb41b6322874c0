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
import { allFinite, channelMoments } from "../probes/summaries.js";
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
    const { x, y } = featureSample(settings, context.seed);
    const standard = standardizedFeatures(x);
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

/** Examples of the regression: features `[N, 2]` and targets `[N, 1]`. */
export interface FeatureSample {
  x: Tensor<"float32">;
  y: Tensor<"float32">;
}

/** Draws the examples of a seed. */
export function featureSample(
  { ranges, examples }: Pick<TwoFeaturesSettings, "ranges" | "examples">,
  seed: number,
): FeatureSample {
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

/** Where a descent is after some steps. */
export interface DescentPoint {
  /** Mean squared error. */
  loss: number;
  /** Of the unit, one for each feature. */
  weights: [number, number];
  bias: number;
  /** Of batch normalization, one for each feature; 1 and 0 where there is none, or where they are not learned. */
  gamma: [number, number];
  beta: [number, number];
}

/** A descent that is watched at every step. */
export interface DescentSettings {
  form: InputForm;
  learningRate: number;
  steps: number;
  /** The unit's weights at the beginning. Default: drawn from the seed, as in the experiment. The bias begins at 0. */
  start?: readonly [number, number];
  /** Whether batch normalization learns gamma and beta, as in the experiment; else they stay 1 and 0. Default true. */
  affine?: boolean;
}

/**
 * One gradient descent on all examples, as the experiment trains: where it is after 0, 1, 2, … steps. It ends before
 * its last step where the loss or a weight is no finite number any more.
 *
 * @throws what the signal says when it is aborted.
 */
export async function descentPath(
  { form, learningRate, steps, start, affine = true }: DescentSettings,
  sample: FeatureSample,
  { seed, runtime, signal, progress }: Pick<RunContext, "seed" | "runtime" | "signal" | "progress">,
): Promise<DescentPoint[]> {
  const model = linearUnit(form, { learningRate, affine }, { seed, runtime });
  const [x, y] = [form === "standardized" ? standardizedFeatures(sample.x) : sample.x, sample.y];
  const path: DescentPoint[] = [];
  try {
    if (start) await model.setWeights({ "unit/kernel": tensor(Float32Array.from(start), [2, 1]) });
    while (path.length <= steps) {
      signal.throwIfAborted();
      const weights = await model.getWeights();
      // The loss of a step is the one before its update.
      const { loss } = await model.trainOnBatch(x, y);
      const point = pointOf(weights, loss!);
      if (!allFinite(point)) break;
      path.push(point);
      progress(path.length / (steps + 1));
    }
    return path;
  } finally {
    await model.dispose();
  }
}

/** What the linear unit is given `[N, 2]` at the first step, when gamma is 1 and beta 0. */
export async function unitInput(
  form: InputForm,
  { x, y }: FeatureSample,
  context: Pick<RunContext, "seed" | "runtime">,
): Promise<Tensor<"float32">> {
  if (form === "raw") return x;
  if (form === "standardized") return standardizedFeatures(x);
  const model = linearUnit(form, { learningRate: 0, affine: true }, context);
  try {
    return (await model.inspect(x, y, { layers: ["normalization"] })).layers.normalization!;
  } finally {
    await model.dispose();
  }
}

/**
 * The eigenvalues of the loss' Hessian in both weights and the bias, the greatest first. Gradient descent is stable at
 * learning rates below 2 ÷ the greatest.
 *
 * @param input what the unit is given, `[N, 2]`.
 * @param slopes by how much a unit's change of each parameter changes what it is multiplied by. Default 1; more where
 * another parameter, such as gamma, changes the same.
 */
export function curvatures(
  input: Tensor<"float32">,
  slopes: readonly [number, number, number] = [1, 1, 1],
): number[] {
  const rows = rowsOf(input);
  const jacobian = rows.addColumn(Matrix.ones(rows.rows, 1)).mulRowVector(slopes as unknown as number[]);
  // By singular values: those of the product would lose the least eigenvalue beside one that is 10⁸ times as large.
  const { diagonal } = new SingularValueDecomposition(jacobian, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.map((value) => (2 * value ** 2) / rows.rows);
}

function pointOf(weights: ReadonlyMap<string, Tensor>, loss: number): DescentPoint {
  const numbers = (name: string) => Array.from(weights.get(name)?.data ?? [], Number);
  const pair = (name: string, otherwise: number): [number, number] => {
    const [first = otherwise, second = otherwise] = numbers(name);
    return [first, second];
  };
  return {
    loss,
    weights: pair("unit/kernel", 0),
    bias: numbers("unit/bias")[0]!,
    gamma: pair("normalization/gamma", 1),
    beta: pair("normalization/beta", 0),
  };
}

function standardizedFeatures(x: Tensor<"float32">): Tensor<"float32"> {
  return standardizer(x).transform(x);
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
  const model = linearUnit(form, { learningRate, affine: true }, { seed, runtime });
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

/** The unit, behind batch normalization where the form has it, ready to be trained. */
function linearUnit(
  form: InputForm,
  { learningRate, affine }: { learningRate: number; affine: boolean },
  { seed, runtime }: Pick<RunContext, "seed" | "runtime">,
): Model {
  const normalization = layers.batchNormalization({ name: "normalization", scale: affine, center: affine });
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [2] }),
      ...(form === "batchNormalized" ? [normalization] : []),
      layers.dense({ name: "unit", units: 1 }),
    ],
    { seed, runtime },
  );
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "meanSquaredError" });
  return model;
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

/** The weights of the linear function of least squared error, of features `[N, 2]` and targets `[N, 1]`. */
export function leastSquares(x: Tensor<"float32">, y: Tensor<"float32">): [number, number] {
  const solution = new SingularValueDecomposition(rowsOf(x).center("column"), { autoTranspose: true }).solve(
    rowsOf(y).center("column"),
  );
  return [solution.get(0, 0), solution.get(1, 0)];
}

function rowsOf({ data, shape: [rows = 0, columns = 0] }: Tensor<"float32">): Matrix {
  return Matrix.from1DArray(rows, columns, data as unknown as number[]);
}
