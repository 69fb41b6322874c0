import { RunningNormalization } from "../layers/running-normalization.js";
import type { Network } from "../network/network.js";

/** Above this share of their initial values, running statistics mislead inference. */
const toleratedShare = 0.05;

/**
 * Warnings about running statistics that training has hardly moved: a model then does well in training mode
 * and badly in evaluation, one of the most frequent complaints about batch normalization.
 *
 * @param updates how often each layer's statistics have been updated, by its name.
 */
export function staleStatistics(network: Network, updates: Readonly<Record<string, number>>): string[] {
  const warnings: string[] = [];
  for (const layer of updatingLayers(network)) {
    const { momentum, inferenceStatistics } = layer.settings;
    if (momentum === "cumulative" || inferenceStatistics === "batch") continue;
    const steps = updates[layer.name] ?? 0;
    const share = momentum ** steps;
    if (share <= toleratedShare) continue;
    const enough = Math.ceil(Math.log(toleratedShare) / Math.log(momentum));
    warnings.push(
      `the running statistics of "${layer.name}" are still ${Math.round(share * 100)} % their initial values after ${steps} step${steps === 1 ? "" : "s"} with momentum ${momentum}, so evaluation and prediction may be far off. Train ${enough} steps or more, or set a smaller momentum or momentum: "cumulative".`,
    );
  }
  return warnings;
}

/** The layers whose statistics a training step moves. */
function updatingLayers(network: Network): RunningNormalization[] {
  return network.layers
    .filter((layer) => layer instanceof RunningNormalization)
    .filter(({ trainable }) => trainable);
}

/** Notes that a number of steps has updated the statistics that steps update. */
export function countUpdates(updates: Record<string, number>, network: Network, steps: number): void {
  for (const { name } of updatingLayers(network)) updates[name] = (updates[name] ?? 0) + steps;
}
