import {
  type AlongGradient,
  alongGradient,
  effectiveSmoothness,
  gradientPredictiveness,
  lossVariation,
  type Range,
} from "evenkeel-experiments";
import type { Comparison } from "../../networks/comparison.ts";

/** How the landscape is measured. */
export interface Probe {
  /** The shortest and the longest step along the gradient, in learning rates. */
  from: number;
  to: number;
  /** Steps along the gradient, evenly on a logarithmic scale. */
  points: number;
  /** `next`: the batch that training takes next; `fixed`: always the first examples of the first epoch. */
  batch: "next" | "fixed";
  /** Examples of the fixed batch. */
  size: number;
}

/** The landscape of one network along the gradient, at its current weights. */
export interface Landscape {
  along: AlongGradient;
  /** Undefined where some value is no finite number. */
  loss: Range | undefined;
  predictiveness: Range | undefined;
  smoothness: number | undefined;
}

/** The landscapes of all networks at one step; undefined of a network whose loss is no number. */
export interface LandscapeLook {
  step: number;
  networks: (Landscape | undefined)[];
}

/** Steps along the gradient, in learning rates, evenly on a logarithmic scale, both ends included. */
export function factorsOf({ from, to, points }: Pick<Probe, "from" | "to" | "points">): number[] {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  if (low === high) return [low];
  return Array.from({ length: points }, (_, index) => low * (high / low) ** (index / (points - 1)));
}

/** Measures the landscapes of a comparison's networks. Their weights are as before. */
export async function measure(comparison: Comparison, probe: Probe): Promise<LandscapeLook> {
  const networks: LandscapeLook["networks"] = [];
  for (const [index, { model, batchSize }] of comparison.competitors.entries()) {
    const batch =
      probe.batch === "next"
        ? comparison.batch(comparison.steps, batchSize)
        : comparison.batch(0, probe.size);
    const { learningRate } = comparison.experiment.networks[index]!;
    const stepSizes = factorsOf(probe).map((factor) => factor * learningRate);
    const along = await alongGradient(model, batch, stepSizes);
    const isNumber = Number.isFinite(along.loss + along.gradientNorm);
    networks.push(
      isNumber
        ? {
            along,
            loss: lossVariation(along),
            predictiveness: gradientPredictiveness(along),
            smoothness: effectiveSmoothness(along),
          }
        : undefined,
    );
  }
  return { step: comparison.steps, networks };
}
