import type { Model, Tensor } from "evenkeel";
import { norm } from "./summaries.js";

/** Examples `[N, ...]` and their targets, as the model's loss wants them. */
export interface Batch {
  x: Tensor;
  y: Tensor;
}

/** A direction in the space of the weights, by full names: `dense_1/kernel`. */
export type Direction = Readonly<Record<string, Tensor<"float32">>>;

/** Loss and gradient of one batch, as in training. */
export interface Slope {
  loss: number;
  gradient: Direction;
}

/**
 * The full names of the weights that training changes, in their order. Running statistics of layers that train are
 * among them: their gradient is 0, so that they are nowhere in a length and no step moves them.
 */
export function trainedNames(model: Model, weights: ReadonlyMap<string, Tensor>): string[] {
  return [...weights.keys()].filter((name) => model.getLayer(layerOf(name)).trainable);
}

/** The layer of a weight. */
export function layerOf(weight: string): string {
  return weight.slice(0, weight.lastIndexOf("/"));
}

/**
 * Loss and gradient on a batch in training mode: batch normalization takes the batch's statistics. Changes nothing.
 *
 * @param names of the weights whose gradients are wanted.
 * @param seed of everything random in the pass. Default the model's, so that two calls draw the same.
 */
export async function slope(
  model: Model,
  { x, y }: Batch,
  names: readonly string[],
  seed?: number,
): Promise<Slope> {
  const { measures, weightGradients } = await model.inspect(x, y, {
    weightGradients: names,
    ...(seed !== undefined && { seed }),
  });
  return { loss: measures.loss!, gradient: weightGradients };
}

/** w + factor · direction, of the weights in the direction. */
export function displaced(
  weights: ReadonlyMap<string, Tensor>,
  direction: Direction,
  factor: number,
): Map<string, Tensor> {
  return new Map(
    Object.entries(direction).map(([name, { data }]) => {
      const from = weights.get(name) as Tensor<"float32">;
      return [name, { ...from, data: from.data.map((value, index) => value + factor * data[index]!) }];
    }),
  );
}

/** Does something that moves the model's weights, and then puts them back bit for bit, also when it fails. */
export async function puttingBack<T>(
  model: Model,
  action: (weights: ReadonlyMap<string, Tensor>) => Promise<T>,
): Promise<T> {
  const weights = await model.getWeights();
  try {
    return await action(weights);
  } finally {
    await model.setWeights(weights);
  }
}

/** The Euclidean length over all weights. */
export function length(direction: Direction): number {
  return norm(Object.values(direction).map(({ data }) => norm(data)));
}

/** The Euclidean distance of two directions of the same weights. */
export function distance(a: Direction, b: Direction): number {
  return norm(
    Object.entries(a).map(([name, { data }]) => {
      const other = b[name]!.data;
      let sum = 0;
      for (let index = 0; index < data.length; index++) sum += (data[index]! - other[index]!) ** 2;
      return Math.sqrt(sum);
    }),
  );
}

/** The number, or null where it is not finite: JSON has no infinities. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
