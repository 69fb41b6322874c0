import type { Value } from "../graph/graph.js";
import { add, div, mul, sqrt, sub } from "../graph/operations.js";
import type { Affine } from "./by-batch.js";
import { channelsOf } from "./channels.js";

/** The statistics that a model keeps for inference, `[C]` each. */
export interface RunningStatistics {
  mean: Value;
  variance: Value;
}

/**
 * Batch normalization at inference (Ioffe & Szegedy 2015, Algorithm 2): one fixed affine map per channel,
 * y = γ(x − E[x])/√(Var[x] + ε) + β, so that an example's output does not depend on its batch.
 */
export function normalizeByRunning(
  x: Value,
  { gamma, beta }: Affine,
  { mean, variance }: RunningStatistics,
  { axis, epsilon }: { axis: number; epsilon: number },
): Value {
  const channels = channelsOf(x, axis);
  const deviation = sqrt(add(variance, epsilon));
  const factor = gamma ? div(gamma, deviation) : div(1, deviation);
  const scaled = mul(sub(x, channels.spread(mean)), channels.spread(factor));
  return beta ? add(scaled, channels.spread(beta)) : scaled;
}

/**
 * The running statistics after a batch: old · momentum + batch · (1 − momentum); or, `"cumulative"`, the
 * plain average over the `batches` seen before and this one.
 *
 * @param valuesEach m, the number of values each statistic was taken over.
 */
export function updatedStatistics(
  running: RunningStatistics,
  batch: RunningStatistics,
  options: { momentum: number | "cumulative"; runningVariance: "biased" | "unbiased"; valuesEach: number },
  batches?: Value,
): RunningStatistics {
  const { momentum, runningVariance, valuesEach } = options;
  const variance =
    runningVariance === "unbiased" ? mul(batch.variance, valuesEach / (valuesEach - 1)) : batch.variance;
  if (momentum === "cumulative") {
    const share = div(1, add(batches!, 1));
    const towards = (old: Value, seen: Value) => add(old, mul(sub(seen, old), share));
    return { mean: towards(running.mean, batch.mean), variance: towards(running.variance, variance) };
  }
  const blend = (old: Value, seen: Value) => add(mul(old, momentum), mul(seen, 1 - momentum));
  return { mean: blend(running.mean, batch.mean), variance: blend(running.variance, variance) };
}
