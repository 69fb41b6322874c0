import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";

/** A network's parameters in all, as Keras counts them: running statistics are parameters that are not trainable. */
export interface ParameterCount {
  parameters: number;
  trainable: number;
}

/** Counts a network's parameters. */
export const parameterCount = experiment<{ network: NetworkSettings }, ParameterCount>({
  name: "parameter-count",
  revision: 1,
  seconds: () => 0.01,
  async run({ network }, { seed, runtime }) {
    const model = build(network, { seed, runtime });
    try {
      const { parameters, trainable } = model.summary(() => {});
      return { parameters, trainable };
    } finally {
      await model.dispose();
    }
  },
});
