import type { Model } from "evenkeel";
import { channelMoments } from "./summaries.js";
import { type Batch, displaced, puttingBack, slope, trainedNames } from "./weight-space.js";

/** Mean and variance per channel of some layers' outputs, part of the way along a gradient step. */
export interface StepShare {
  /** Of the step, in [0, 1]. */
  share: number;
  /** L(w − share·s·g) / L(w). */
  relativeLoss: number;
  /** By layer. */
  moments: Record<string, { mean: number[]; variance: number[] }>;
}

/** A gradient step so long that the network diverges. */
export interface DivergingStep {
  /** s: the longest step found at whose end the relative loss is at most what was asked for. */
  stepSize: number;
  shares: StepShare[];
}

/** Step sizes are doubled so often at most in search of one that diverges, from 10⁻⁷ to 10⁵. */
const mostDoublings = 40;

/** How often the interval that holds the step size is then halved, on a logarithmic scale. */
const halvings = 10;

/**
 * Looks at layers along the gradient step that makes the loss of one batch `relativeLoss` times as large (Bjorck et al.
 * 2018, figure 4). The weights are then put back bit for bit.
 *
 * @param layers whose outputs are looked at.
 * @param shares how many equal parts the step is looked at in; one more is its beginning. Default 10.
 * @throws Error when no step diverges.
 */
export async function divergingStep(
  model: Model,
  batch: Batch,
  layers: readonly string[],
  { relativeLoss = 1000, shares = 10 }: { relativeLoss?: number; shares?: number } = {},
): Promise<DivergingStep> {
  return puttingBack(model, async (weights) => {
    const { loss, gradient } = await slope(model, batch, trainedNames(model, weights));
    const at = async (stepSize: number) => {
      await model.setWeights(displaced(weights, gradient, -stepSize));
      const found = await model.inspect(batch.x, batch.y, { layers });
      return { relativeLoss: found.measures.loss! / loss, layers: found.layers };
    };
    const diverges = async (stepSize: number) => !((await at(stepSize)).relativeLoss <= relativeLoss);
    let high = 1e-7;
    for (let doublings = 0; !(await diverges(high)); doublings++) {
      if (doublings === mostDoublings) throw new Error(`No step up to ${high} makes the network diverge.`);
      high *= 2;
    }
    let low = high / 2;
    for (let halving = 0; halving < halvings; halving++) {
      const middle = Math.sqrt(low * high);
      if (await diverges(middle)) high = middle;
      else low = middle;
    }
    const seen: StepShare[] = [];
    for (let part = 0; part <= shares; part++) {
      const share = part / shares;
      const found = await at(share * low);
      const moments = Object.fromEntries(layers.map((name) => [name, channelMoments(found.layers[name]!)]));
      seen.push({ share, relativeLoss: found.relativeLoss, moments });
    }
    return { stepSize: low, shares: seen };
  });
}
