import {
  type Inspection,
  type InspectionRequest,
  layers,
  type Model,
  optimizers,
  type RandomStream,
  randomStream,
  sequential,
  type Tensor,
  tensor,
} from "evenkeel";
import { channelMoments, norm } from "../probes/summaries.js";
import {
  constantStatisticsGradients,
  normalizedUnit,
  numericGradients,
  statedGradients,
  type UnitBatch,
  type UnitGradients,
} from "./plain-batch-norm.js";
import { experiment, type RunContext } from "./run.js";

/** The random batch that the identities are computed on. */
export interface IdentitySettings {
  /** Examples in the batch, at least 2. */
  examples: number;
  /** Units that are normalized, and the inputs of the layer before them. */
  units: number;
}

/** The largest error of each gradient, as a share of the largest gradient of its kind. */
export interface GradientErrors {
  x: number;
  gamma: number;
  beta: number;
}

/** How far from exact each identity came out. */
export interface IdentityResult {
  /** Over `[N, C]` and over images `[N, C, 4, 4]`: the largest |mean of x̂| and |variance of x̂ − σ²/(σ² + ε)| of a channel. */
  normalized: { mean: number; variance: number };
  /** Gradients against central differences in double precision. */
  gradients: {
    /** The formulas of the paper. */
    stated: GradientErrors;
    /** What Evenkeel trains with, in float32. */
    evenkeel: GradientErrors;
    /** With mean and variance taken for constants. */
    constant: GradientErrors;
  };
  /** max|y − x| with γ = √(σ² + ε) and β = μ, as a share of the unit's largest |x|. */
  restored: number;
  /** A random bias before batch norm: how far it moves the outputs, and |∂L/∂b| as a share of Σ|∂L/∂x| over the batch. */
  bias: { output: number; gradient: number };
  /** Weights multiplied by a factor a; differences from a = 1, the last two as a share of the largest entry. */
  scaled: {
    factor: number;
    /** max|BN((aW)u) − BN(Wu)|. */
    output: number;
    /** Of ∂L/∂u. */
    inputGradient: number;
    /** Of a · ∂L/∂(aW). */
    kernelGradient: number;
    /** ‖∂L/∂(aW)‖ ÷ ‖∂L/∂W‖, which should be 1/a. */
    kernelGradientLength: number;
  }[];
}

/** The factors a of IS15-7. */
const factors = [0.1, 0.3, 1, 3, 10, 30, 100];

/** Computes what is exact about batch normalization, on random data; the loss is the squared error to random targets. */
export const identities = experiment<IdentitySettings, IdentityResult>({
  name: "identities",
  revision: 1,
  seconds: ({ examples, units }) => 0.3 + 1e-7 * examples ** 2 * units,
  async run(settings, { seed, runtime }) {
    const random = randomStream(seed, "identities");
    const setup: Setup = { ...settings, runtime, random, models: [] };
    try {
      return {
        normalized: await normalized(setup),
        gradients: await gradients(setup),
        restored: await restored(setup),
        bias: await biased(setup),
        scaled: await scaled(setup),
      };
    } finally {
      for (const model of setup.models) await model.dispose();
    }
  },
});

/** What the computations share. All that they make is thrown away together. */
type Setup = IdentitySettings & Pick<RunContext, "runtime"> & { random: RandomStream; models: Model[] };

/** Deviations over four orders of magnitude, so that the smallest are far below √ε. */
async function normalized(setup: Setup): Promise<IdentityResult["normalized"]> {
  const errors = { mean: 0, variance: 0 };
  for (const positions of [[], [4, 4]]) {
    const x = randomChannels(setup, { positions, deviations: [0.01, 100] });
    const network = normalizing(setup, { positions });
    const { layers: outputs } = await network.inspect(x, { layers: ["normalization"] });
    const before = channelMoments(x);
    const after = channelMoments(outputs.normalization!);
    for (const [channel, variance] of before.variance.entries()) {
      const expected = variance / (variance + network.epsilon);
      errors.mean = Math.max(errors.mean, Math.abs(after.mean[channel]!));
      errors.variance = Math.max(errors.variance, Math.abs(after.variance[channel]! - expected));
    }
  }
  return errors;
}

async function gradients(setup: Setup): Promise<IdentityResult["gradients"]> {
  const { examples, units, random } = setup;
  const x = randomChannels(setup, {});
  const gamma = randomTensor(random, [units], 1, 0.3);
  const beta = randomTensor(random, [units]);
  const network = normalizing(setup, {});
  await network.model.setWeights({ "normalization/gamma": gamma, "normalization/beta": beta });
  const found = await network.inspect(x, {
    layerGradients: ["x"],
    weightGradients: ["normalization/gamma", "normalization/beta"],
  });
  const each = Array.from({ length: units }, (_, unit) => {
    const targets = columnOf(network.targets, unit);
    const batch: UnitBatch = {
      x: columnOf(x, unit),
      gamma: gamma.data[unit]!,
      beta: beta.data[unit]!,
      epsilon: network.epsilon,
    };
    const loss = (y: readonly number[]) =>
      y.reduce((sum, value, i) => sum + (value - targets[i]!) ** 2, 0) / (examples * units);
    const upstream = normalizedUnit(batch).y.map(
      (value, i) => (2 * (value - targets[i]!)) / (examples * units),
    );
    return {
      numeric: numericGradients(batch, loss),
      stated: statedGradients(batch, upstream),
      constant: constantStatisticsGradients(batch, upstream),
      evenkeel: {
        x: columnOf(found.layerGradients.x!, unit),
        gamma: found.weightGradients["normalization/gamma"]!.data[unit]!,
        beta: found.weightGradients["normalization/beta"]!.data[unit]!,
      },
    };
  });
  const errorsOf = (way: "stated" | "constant" | "evenkeel"): GradientErrors => {
    const error = (part: (gradients: UnitGradients) => number[]) =>
      difference(
        each.flatMap((unit) => part(unit[way])),
        each.flatMap((unit) => part(unit.numeric)),
      );
    return {
      // Each unit on its own: gradients go with 1/σ, and those of narrow units would hide the others.
      x: Math.max(...each.map((unit) => difference(unit[way].x, unit.numeric.x))),
      gamma: error(({ gamma }) => [gamma]),
      beta: error(({ beta }) => [beta]),
    };
  };
  return { stated: errorsOf("stated"), evenkeel: errorsOf("evenkeel"), constant: errorsOf("constant") };
}

async function restored(setup: Setup): Promise<number> {
  const x = randomChannels(setup, {});
  const network = normalizing(setup, {});
  const { mean, variance } = channelMoments(x);
  await network.model.setWeights({
    "normalization/gamma": tensor(variance.map((value) => Math.sqrt(value + network.epsilon))),
    "normalization/beta": tensor(mean),
  });
  const found = await network.inspect(x, { layers: ["normalization"] });
  const errors = mean.map((_, unit) =>
    difference(columnOf(found.layers.normalization!, unit), columnOf(x, unit)),
  );
  return Math.max(...errors);
}

async function biased(setup: Setup): Promise<IdentityResult["bias"]> {
  const { examples, units, random } = setup;
  const u = randomTensor(random, [examples, units]);
  const network = normalizing(setup, { weighted: true });
  const look = async (bias: Tensor) => {
    await network.model.setWeights({ "weighted/bias": bias });
    return network.inspect(u, {
      layers: ["normalization"],
      layerGradients: ["weighted"],
      weightGradients: ["weighted/bias"],
    });
  };
  const without = await look(tensor(new Float32Array(units)));
  const moved = await look(randomTensor(random, [units]));
  const gradient = Array.from(moved.weightGradients["weighted/bias"]!.data, (value, unit) => {
    const summands = columnOf(moved.layerGradients.weighted!, unit);
    return Math.abs(value) / summands.reduce((sum, each) => sum + Math.abs(each), 0);
  });
  return {
    output: farthest(moved.layers.normalization!.data, without.layers.normalization!.data),
    gradient: Math.max(...gradient),
  };
}

/** ε is far below all variances here: it, too, would have to be scaled for the identities to hold. */
async function scaled(setup: Setup): Promise<IdentityResult["scaled"]> {
  const { examples, units, random } = setup;
  const u = randomTensor(random, [examples, units]);
  const kernel = randomTensor(random, [units, units], 0, 1 / Math.sqrt(units));
  const network = normalizing(setup, { weighted: true, epsilon: 1e-10 });
  const look = async (factor: number) => {
    const scaledKernel = tensor(
      kernel.data.map((value) => factor * value),
      kernel.shape,
    );
    await network.model.setWeights({ "weighted/kernel": scaledKernel });
    const found = await network.inspect(u, {
      layers: ["normalization"],
      layerGradients: ["x"],
      weightGradients: ["weighted/kernel"],
    });
    return {
      output: found.layers.normalization!.data,
      inputGradient: found.layerGradients.x!.data,
      kernelGradient: found.weightGradients["weighted/kernel"]!.data,
    };
  };
  const unscaled = await look(1);
  const results: IdentityResult["scaled"] = [];
  for (const factor of factors) {
    const { output, inputGradient, kernelGradient } = await look(factor);
    results.push({
      factor,
      output: farthest(output, unscaled.output),
      inputGradient: difference(inputGradient, unscaled.inputGradient),
      kernelGradient: difference(
        kernelGradient.map((value) => factor * value),
        unscaled.kernelGradient,
      ),
      kernelGradientLength: norm(kernelGradient) / norm(unscaled.kernelGradient),
    });
  }
  return results;
}

/** A model of one normalization, behind one dense layer if it is `weighted`, with random targets. */
function normalizing(
  { examples, units, runtime, random, models }: Setup,
  {
    positions = [],
    weighted = false,
    epsilon = 1e-3,
  }: { positions?: number[]; weighted?: boolean; epsilon?: number },
) {
  const shape = [units, ...positions];
  const targets = randomTensor(random, [examples, ...shape]);
  const model = sequential(
    [
      layers.inputLayer({ name: "x", inputShape: shape }),
      ...(weighted ? [layers.dense({ name: "weighted", units })] : []),
      layers.batchNormalization({ name: "normalization", epsilon }),
    ],
    { runtime, seed: random.integer(2 ** 31) },
  );
  models.push(model);
  model.compile({ optimizer: optimizers.sgd(), loss: "meanSquaredError" });
  const inspect = (x: Tensor, request: Partial<InspectionRequest>): Promise<Inspection> =>
    model.inspect(x, targets, request);
  return { model, targets, epsilon, inspect };
}

/** Values of channels whose deviations lie anywhere between two bounds, with means of up to some ten deviations. */
function randomChannels(
  { examples, units, random }: Setup,
  {
    positions = [],
    deviations: [least, most] = [0.1, 10],
  }: { positions?: number[]; deviations?: [number, number] },
): Tensor<"float32"> {
  const channels = Array.from({ length: units }, () => {
    const deviation = least * (most / least) ** random.uniform();
    return { deviation, mean: deviation * random.normal(0, 5) };
  });
  const size = positions.reduce((product, count) => product * count, 1);
  const values = Float32Array.from({ length: examples * units * size }, (_, place) => {
    const { mean, deviation } = channels[Math.floor(place / size) % units]!;
    return random.normal(mean, deviation);
  });
  return tensor(values, [examples, units, ...positions]);
}

function randomTensor(random: RandomStream, shape: number[], mean = 0, deviation = 1): Tensor<"float32"> {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length }, () => random.normal(mean, deviation)),
    shape,
  );
}

/** The values of one unit of `[N, units]`. */
function columnOf({ shape, data }: Tensor<"float32">, unit: number): number[] {
  const [examples = 0, units = 0] = shape;
  return Array.from({ length: examples }, (_, example) => data[example * units + unit]!);
}

/** The largest |a − b|. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < a.length; index++) most = Math.max(most, Math.abs(a[index]! - b[index]!));
  return most;
}

/** The largest |a − b| as a share of the largest |b|. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return farthest(a, b) / Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
