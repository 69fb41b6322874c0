import type { Value } from "../graph/graph.js";
import { add, div, mul, sqrt, sub } from "../graph/operations.js";
import { isReordered } from "../graph/reordering.js";
import type { Affine } from "./affine.js";
import { channelsOf } from "./channels.js";
import { mapChannelsInBlocks } from "./in-blocks.js";

/** Statistics of a batch, or those that a model keeps for inference, `[C]` each. */
export interface Statistics {
  mean: Value;
  /** The variance, or the square of another deviation; undefined where nothing is divided by it. */
  variance: Value | undefined;
}

/**
 * Batch normalization at inference (Ioffe & Szegedy 2015, Algorithm 2): one fixed affine map per channel,
 * y = γ(x − E[x])/√(Var[x] + ε) + β, so that an example's output does not depend on its batch.
 *
 * @param options.block at inference, the block of the device's layout: a convolution in it takes the map over.
 */
export function normalizeByRunning(
  x: Value,
  { gamma, beta }: Affine,
  { mean, variance }: Statistics,
  { axis, epsilon, block }: { axis: number; epsilon: number; block?: number | undefined },
): Value {
  const channels = channelsOf(x, axis);
  const factor = variance ? div(gamma ?? 1, sqrt(add(variance, epsilon))) : gamma;
  if (isReordered(x) && axis === 1 && factor) return mapChannelsInBlocks(x, { mean, factor, beta }, block);
  const centred = sub(x, channels.spread(mean));
  const scaled = factor ? mul(centred, channels.spread(factor)) : centred;
  return beta ? add(scaled, channels.spread(beta)) : scaled;
}

/**
 * A running statistic after a batch: old · momentum + batch · (1 − momentum); or, `"cumulative"`, the plain average
 * over the `batches` seen before and this one.
 */
export function movingAverage(
  old: Value,
  batch: Value,
  momentum: number | "cumulative",
  batches?: Value,
): Value {
  if (momentum === "cumulative") return add(old, mul(sub(batch, old), div(1, add(batches!, 1))));
  return add(mul(old, momentum), mul(batch, 1 - momentum));
}
