import type { Model } from "evenkeel";
import {
  type Batch,
  type Direction,
  displaced,
  distance,
  layerOf,
  length,
  orNull,
  puttingBack,
  slope,
  trainedNames,
} from "./weight-space.js";

/** How the gradient of one layer's kernel changes when the layers before it take their step. */
export interface LayerShift {
  layer: string;
  /** ‖G‖₂, before they took it. */
  gradientNorm: number;
  /** ‖G − G′‖₂; null where it is no finite number. */
  distance: number | null;
  /** ⟨G, G′⟩ / (‖G‖‖G′‖); null where one of them is 0 or not finite. */
  cosine: number | null;
}

/**
 * Internal covariate shift as a difference of gradients (Santurkar et al. 2018, definition 2.1). For each layer with a
 * kernel, G is the gradient of the batch's loss with respect to it, G′ the same after the layers before it, and they
 * alone, have taken the step −ηg of gradient descent on this batch. Normalizations belong to the layer before them. The
 * first layer, which has nothing before it, is left out. The weights are then put back bit for bit, also when it fails.
 *
 * @param learningRate η.
 * @param seed of everything random; it is the same for G and G′. Default the model's.
 */
export async function covariateShift(
  model: Model,
  batch: Batch,
  { learningRate, seed }: { learningRate: number; seed?: number },
): Promise<LayerShift[]> {
  return puttingBack(model, async (weights) => {
    const names = trainedNames(model, weights);
    const { gradient } = await slope(model, batch, names, seed);
    const updated = displaced(weights, gradient, -learningRate);
    const shifts: LayerShift[] = [];
    for (const [index, name] of names.entries()) {
      const isFirst = !names.slice(0, index).some(isKernel);
      if (isKernel(name) && !isFirst) {
        // All gradients, as before: another choice of them would be another program to build.
        const after = await slope(model, batch, names, seed);
        shifts.push({ layer: layerOf(name), ...compared(gradient, after.gradient, name) });
      }
      await model.setWeights({ [name]: updated.get(name)! });
    }
    return shifts;
  });
}

const isKernel = (name: string) => name.endsWith("/kernel");

function compared(before: Direction, after: Direction, name: string): Omit<LayerShift, "layer"> {
  const [g, changed] = [{ [name]: before[name]! }, { [name]: after[name]! }];
  const [a, b] = [before[name]!.data, after[name]!.data];
  let product = 0;
  for (let index = 0; index < a.length; index++) product += a[index]! * b[index]!;
  return {
    gradientNorm: length(g),
    distance: orNull(distance(g, changed)),
    cosine: orNull(product / (length(g) * length(changed))),
  };
}
