import type { Value } from "../graph/graph.js";
import { requireKnown, shown } from "../options/known.js";
import { plain } from "./affine.js";
import { normalizeByBatch } from "./by-batch.js";
import { channelsOf } from "./channels.js";

/** Weight standardization of a layer's kernel: whether, or with which options. */
export type WeightStandardization = boolean | { epsilon?: number };

/** @throws RangeError or TypeError naming the option that is wrong. */
export function requireWeightStandardization(option: WeightStandardization): void {
  if (typeof option === "boolean") return;
  const { epsilon = 1 } = requireKnown("weightStandardization", option, { epsilon: true });
  if (epsilon > 0 && Number.isFinite(epsilon)) return;
  throw new RangeError(
    `weightStandardization.epsilon must be a finite number above 0, got ${shown(epsilon)}.`,
  );
}

/**
 * Weight standardization (Qiao et al. 2019, arXiv 1903.10520): the weights of each output channel less their mean over
 * the fan-in, divided by √(variance + ε), the variance biased. The gradient goes through both. It is meant for use with
 * group normalization.
 *
 * @param kernel dense `[in, units]`, convolution `[out, in / groups, ...]`.
 * @param outputAxis the axis of the output channels; all others are the fan-in.
 * @param option as the layer was given it: the kernel as it is when false. `epsilon` is 1e-5 by default.
 * @throws RangeError when the fan-in is 1: every weight would be 0.
 */
export function standardizedKernel(
  kernel: Value,
  outputAxis: number,
  option: WeightStandardization,
  device: string,
): Value {
  if (option === false) return kernel;
  const { epsilon = 1e-5 } = option === true ? {} : option;
  if (channelsOf(kernel, [outputAxis]).valuesEach === 1) {
    throw new RangeError(
      `weightStandardization makes every weight 0 where an output has only one, as in a kernel of shape [${kernel.shape.join(", ")}].`,
    );
  }
  return kernel.graph.within(
    "standardized",
    () => normalizeByBatch(kernel, plain, { axis: [outputAxis], epsilon, device }).output,
  );
}
