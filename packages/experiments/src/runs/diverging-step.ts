import { take } from "evenkeel";
import { type DivergingStep, divergingStep } from "../probes/diverging-step.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";

/** A network at initialisation, and the layers that are looked at along its diverging step. */
export interface DivergingStepSettings {
  data: DataSettings;
  network: NetworkSettings;
  /** Training examples in the batch. */
  examples: number;
  layers: readonly string[];
  /** How many times the loss at the step's end is that at its beginning. */
  relativeLoss: number;
}

/** Finds the gradient step that makes a new network diverge, and looks at layers on the way (Bjorck et al. 2018, figure 4). */
export const divergence = experiment<DivergingStepSettings, DivergingStep>({
  name: "diverging-step",
  revision: 1,
  // Some thirty-five forward passes.
  seconds: ({ network, data, examples }) => 0.2 + 15 * stepSeconds(network, data, examples),
  async run({ data, network, examples, layers, relativeLoss }, { seed, runtime, source }) {
    const batch = take((await load(data, { source })).train, examples);
    const model = build(network, { seed, runtime });
    try {
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      return await divergingStep(model, batch, layers, { relativeLoss });
    } finally {
      await model.dispose();
    }
  },
});
