import { type Dataset, type Model, type Tensor, take } from "evenkeel";
import { batchAt, histogram, norm, type Percentiles, percentiles } from "evenkeel-experiments";
import type { Comparison, Competitor } from "./comparison.ts";
import { layerNames, type NetworkSettings } from "./experiment.ts";

/** Test images that a look evaluates. */
const testImages = 1000;

/** Test images whose way through the network is looked at, the same ones every time. */
const probeImages = 200;

/** Batches of test images that are taken through a network in training mode, at most. */
const mostBatches = 250;

/** Bins of a histogram. */
const bins = 40;

/** Mean loss and accuracy over some images. */
export interface Measures {
  loss: number;
  accuracy: number;
}

/** What is seen of a network at one step. It stays as it is. */
export interface Look {
  /** Steps taken. */
  step: number;
  /** Seconds of training. */
  seconds: number;
  /** On `testImages`, in inference mode. */
  test: Measures;
  /**
   * The same test images in both modes: in training mode, batch normalization uses each batch's own statistics, in as
   * many batches of the training's size as they fill, 250 at most. Undefined where the network cannot train on such
   * batches.
   */
  modes: { training: Measures; inference: Measures } | undefined;
  /** Hidden layers, the first one first. */
  layers: readonly LayerLook[];
  /** Gamma and beta of batch normalization on the input. */
  input: Affine | undefined;
  /** ‖∂loss/∂W‖ on the probe images in training mode: of each hidden layer's kernel, then the output layer's. */
  gradientNorms: readonly number[];
  /** ‖W‖, likewise. */
  weightNorms: readonly number[];
}

/** A hidden layer: what goes into its activation, on the probe images in training mode, and its gamma and beta. */
export interface LayerLook {
  /** Over all units and images. */
  all: Percentiles;
  /** Of its first unit, over all images. */
  unit: Percentiles;
  affine: Affine | undefined;
}

/** 15th, 50th and 85th percentile over the units. */
export interface Affine {
  gamma: Percentiles;
  beta: Percentiles;
}

/** What is too much to keep of every look. */
export interface Inside {
  /** What goes into each hidden layer's activation. */
  preactivations: readonly Bins[];
  /** Kernels of the hidden layers, then of the output layer. */
  weights: readonly Bins[];
}

/** A histogram: edges of its bins, and the share of values in each. */
export interface Bins {
  edges: readonly number[];
  shares: readonly number[];
}

/** Looks at a network as it is now. */
export async function look(
  { data, steps }: Comparison,
  competitor: Competitor,
): Promise<{ look: Look; inside: Inside }> {
  const { model, settings, batchSize } = competitor;
  const test = take(data.test, testImages);
  const probe = take(data.test, probeImages);
  const hidden = Array.from({ length: settings.depth }, (_, index) => index + 1);
  const inputs = hidden.map((layer) => preactivationOf(settings, layer));
  const kernels = [...hidden.map(layerNames.dense), layerNames.output].map((name) => `${name}/kernel`);
  const found = await model.inspect(probe.x, probe.y, { layers: inputs, weightGradients: kernels });
  const weights = await model.getWeights();
  const valuesOf = (name: string) => weights.get(name)!.data as Float32Array;
  const inference = measuresOf(await model.evaluate(test.x, test.y));
  const preactivations = inputs.map((name) => found.layers[name]!);
  return {
    look: {
      step: competitor.end?.step ?? steps,
      seconds: competitor.seconds,
      test: inference,
      // Nothing else tells the modes apart.
      modes: hasModes(settings)
        ? await inBothModes(model, test, batchSize)
        : { training: inference, inference },
      layers: hidden.map((layer, index) => ({
        all: percentiles(preactivations[index]!.data),
        unit: percentiles(firstUnit(preactivations[index]!)),
        affine: affineOf(weights, layerNames.normalization(layer)),
      })),
      input: affineOf(weights, layerNames.inputNormalization),
      gradientNorms: kernels.map((name) => norm(found.weightGradients[name]!.data)),
      weightNorms: kernels.map((name) => norm(valuesOf(name))),
    },
    inside: {
      preactivations: preactivations.map(({ data }) => binsOf(data)),
      weights: kernels.map((name) => binsOf(valuesOf(name))),
    },
  };
}

/** The value that goes into a hidden layer's activation. */
function preactivationOf({ placement }: NetworkSettings, layer: number): string {
  return placement === "before" ? layerNames.normalization(layer) : layerNames.dense(layer);
}

function hasModes({ placement, dropout }: NetworkSettings): boolean {
  return placement !== "none" || dropout > 0;
}

async function inBothModes(model: Model, test: Dataset, batchSize: number): Promise<Look["modes"]> {
  const batches = Math.min(mostBatches, Math.floor(test.x.shape[0]! / batchSize));
  const training: Measures = { loss: 0, accuracy: 0 };
  try {
    for (let batch = 0; batch < batches; batch++) {
      const { x, y } = batchAt(test, batch * batchSize, batchSize);
      const { measures } = await model.inspect(x, y, {});
      training.loss += measures.loss! / batches;
      training.accuracy += measures.accuracy! / batches;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const { x, y } = batchAt(test, 0, batches * batchSize);
  return { training, inference: measuresOf(await model.evaluate(x, y)) };
}

function measuresOf(logs: Readonly<Record<string, number>>): Measures {
  return { loss: logs.loss!, accuracy: logs.accuracy! };
}

function firstUnit({ data, shape }: Tensor<"float32">): Float32Array {
  const units = data.length / shape[0]!;
  return Float32Array.from({ length: shape[0]! }, (_, example) => data[example * units]!);
}

function affineOf(weights: ReadonlyMap<string, Tensor>, layer: string): Affine | undefined {
  const [gamma, beta] = ["gamma", "beta"].map((name) => weights.get(`${layer}/${name}`));
  if (!gamma || !beta) return undefined;
  return { gamma: percentiles(gamma.data as Float32Array), beta: percentiles(beta.data as Float32Array) };
}

/** A histogram from the smallest value to the largest. Values that are no finite numbers make it an empty one. */
function binsOf(values: Float32Array): Bins {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) return { edges: [], shares: [] };
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (from === to) [from, to] = [from - 0.5, to + 0.5];
  const { edges, counts } = histogram(values, { from, to, bins });
  return { edges, shares: counts.map((count) => count / values.length) };
}
