import { RunningNormalization } from "../layers/running-normalization.js";
import type { Network } from "../network/network.js";

/** Above this share of their initial values, running statistics mislead inference. */
const toleratedShare = 0.05;

/**
 * Warnings about running statistics that training has hardly moved: a model then does well in training mode
 * and badly in evaluation, one of the most frequent complaints about batch normalization. Layers of which the same is
 * to be said share a warning.
 *
 * @param updates how often each layer's statistics have been updated, by its name.
 */
export function staleStatistics(network: Network, updates: Readonly<Record<string, number>>): string[] {
  const concerned = new Map<string, string[]>();
  for (const [layer, uses] of updatingLayers(network)) {
    const { momentum, inferenceStatistics } = layer.settings;
    if (momentum === "cumulative" || inferenceStatistics === "batch") continue;
    const updated = updates[layer.name] ?? 0;
    const share = momentum ** updated;
    if (share <= toleratedShare) continue;
    const steps = updated / uses;
    const enough = Math.ceil(Math.log(toleratedShare) / Math.log(momentum) / uses);
    const finding = `are still ${Math.round(share * 100)} % their initial values after ${steps} step${steps === 1 ? "" : "s"} with momentum ${momentum}, so evaluation and prediction may be far off. Train ${enough} steps or more, or set a smaller momentum or momentum: "cumulative".`;
    concerned.set(finding, [...(concerned.get(finding) ?? []), layer.name]);
  }
  return [...concerned].map(([finding, [first, ...others]]) => {
    const rest =
      others.length === 0 ? "" : ` and ${others.length} other layer${others.length === 1 ? "" : "s"}`;
    return `the running statistics of "${first}"${rest} ${finding}`;
  });
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
