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
  for (const [layer, uses] of updatingLayers(network)) {
    const { momentum, inferenceStatistics } = layer.settings;
    if (momentum === "cumulative" || inferenceStatistics === "batch") continue;
    const updated = updates[layer.name] ?? 0;
    const share = momentum ** updated;
    if (share <= toleratedShare) continue;
    const steps = updated / uses;
    const enough = Math.ceil(Math.log(toleratedShare) / Math.log(momentum) / uses);
    warnings.push(
      `the running statistics of "${layer.name}" are still ${Math.round(share * 100)} % their initial values after ${steps} step${steps === 1 ? "" : "s"} with momentum ${momentum}, so evaluation and prediction may be far off. Train ${enough} steps or more, or set a smaller momentum or momentum: "cumulative".`,
    );
  }
  return warnings;
}

/** The layers whose statistics a training step moves, and how often: a shared layer's, at each of its uses. */
function updatingLayers(network: Network): Map<RunningNormalization, number> {
  const uses = new Map<RunningNormalization, number>();
  for (const { layer } of network.applications) {
    if (!(layer instanceof RunningNormalization && layer.trainable)) continue;
    uses.set(layer, (uses.get(layer) ?? 0) + 1);
  }
  return uses;
}

/** Notes that a number of steps has updated the statistics that steps update. */
export function countUpdates(updates: Record<string, number>, network: Network, steps: number): void {
  for (const [{ name }, uses] of updatingLayers(network)) {
    updates[name] = (updates[name] ?? 0) + steps * uses;
  }
}
