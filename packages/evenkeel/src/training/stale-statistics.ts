import { BatchNormalization } from "../layers/batch-normalization.js";
import type { Network } from "../network/network.js";

/** Above this share of their initial values, running statistics mislead inference. */
const toleratedShare = 0.05;

/**
 * Warnings about running statistics that training has hardly moved: a model then does well in training mode
 * and badly in evaluation, one of the most frequent complaints about batch normalization.
 *
 * @param steps optimiser steps in the model's life.
 */
export function staleStatistics(network: Network, steps: number): string[] {
  const warnings: string[] = [];
  for (const layer of network.layers) {
    if (!(layer instanceof BatchNormalization) || !layer.trainable) continue;
    const { momentum = 0.99, inferenceStatistics = "running" } = layer.options;
    if (momentum === "cumulative" || inferenceStatistics === "batch") continue;
    const share = momentum ** steps;
    if (share <= toleratedShare) continue;
    const enough = Math.ceil(Math.log(toleratedShare) / Math.log(momentum));
    warnings.push(
      `the running statistics of "${layer.name}" are still ${Math.round(share * 100)} % their initial values after ${steps} steps with momentum ${momentum}, so evaluation and prediction may be far off. Train ${enough} steps or more, or set a smaller momentum or momentum: "cumulative".`,
    );
  }
  return warnings;
}
