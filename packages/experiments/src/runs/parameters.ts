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
    const { parameters, trainable } = build(network, { seed, runtime }).summary(() => {});
    return { parameters, trainable };
  },
});
