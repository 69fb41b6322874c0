import type { Affine, completedChannels } from "../normalization/index.js";
import type { WeightSpecification } from "../weights/index.js";
import type { LayerContext } from "./layer.js";

type Settings = ReturnType<typeof completedChannels>;

/** gamma and beta of a normalization, `[C]` each, where it has them. */
export function affineWeights(settings: Settings, channels: number): WeightSpecification[] {
  const { scale, gammaInitializer, gammaRegularizer, center, betaInitializer, betaRegularizer } = settings;
  const shape = [channels];
  const weights: WeightSpecification[] = [];
  if (scale) {
    const [initializer, regularizer] = [gammaInitializer, gammaRegularizer];
    weights.push({ name: "gamma", shape, role: "gamma", initializer, regularizer });
  }
  if (center) {
    const [initializer, regularizer] = [betaInitializer, betaRegularizer];
    weights.push({ name: "beta", shape, role: "beta", initializer, regularizer });
  }
  return weights;
}

/** Their present values. */
export function affineValues({ scale, center }: Settings, context: LayerContext): Affine {
  return {
    gamma: scale ? context.weight("gamma") : undefined,
    beta: center ? context.weight("beta") : undefined,
  };
}
