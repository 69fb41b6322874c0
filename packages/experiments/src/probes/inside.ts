import type { Model, Tensor } from "evenkeel";
import { channelMoments, norm, type Percentiles, percentiles } from "./summaries.js";

/** What is measured inside a network on one batch, all of it from one run of the training graph with more outputs. */
export interface InsideRequest {
  /** Values, by layer, whose percentiles over all units and examples are wanted. Default none. */
  percentiles?: readonly string[];
  /** The same for each unit (axis 1) alone. Default none. */
  unitPercentiles?: readonly string[];
  /** Values, by layer, whose mean and variance per channel are wanted. Default none. */
  moments?: readonly string[];
  /** Weights, by full name, whose gradients' lengths are wanted. Default none. */
  gradientNorms?: readonly string[];
  /** Normalization layers whose gamma and beta are wanted. Default none. */
  affine?: readonly string[];
}

/** What was found, by layer or weight. */
export interface Inside {
  /** Of the batch in training mode. */
  loss: number;
  percentiles: Record<string, Percentiles>;
  /** By layer, one for each unit. */
  unitPercentiles: Record<string, Percentiles[]>;
  moments: Record<string, { mean: number[]; variance: number[] }>;
  gradientNorms: Record<string, number>;
  affine: Record<string, { gamma: number[]; beta: number[] }>;
}

/** Measures a network's inside in training mode. The network stays as it is. */
export async function inside(
  model: Model,
  { x, y }: { x: Tensor; y: Tensor },
  request: InsideRequest,
): Promise<Inside> {
  const {
    percentiles: ofAll = [],
    unitPercentiles: ofUnits = [],
    moments = [],
    gradientNorms = [],
    affine = [],
  } = request;
  const found = await model.inspect(x, y, {
    layers: [...new Set([...ofAll, ...ofUnits, ...moments])],
    weightGradients: gradientNorms,
  });
  const weights = affine.length > 0 ? await model.getWeights() : new Map<string, Tensor>();
  const numbers = (name: string) => Array.from((weights.get(name)?.data ?? []) as Float32Array);
  return {
    loss: found.measures.loss!,
    percentiles: byName(ofAll, (name) => percentiles(found.layers[name]!.data)),
    unitPercentiles: byName(ofUnits, (name) => units(found.layers[name]!).map(percentiles)),
    moments: byName(moments, (name) => channelMoments(found.layers[name]!)),
    gradientNorms: byName(gradientNorms, (name) => norm(found.weightGradients[name]!.data)),
    affine: byName(affine, (name) => ({ gamma: numbers(`${name}/gamma`), beta: numbers(`${name}/beta`) })),
  };
}

/** The values of each unit of `[N, units]`. */
function units({ shape, data }: Tensor<"float32">): Float32Array[] {
  const [examples = 0, count = 0] = shape;
  return Array.from({ length: count }, (_, unit) =>
    Float32Array.from({ length: examples }, (_, example) => data[example * count + unit]!),
  );
}

function byName<T>(names: readonly string[], value: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}
