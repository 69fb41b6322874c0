import type { Value } from "../graph/graph.js";
import { add, mul, reshape, transpose } from "../graph/operations.js";
import { product, type Shape } from "../graph/shape.js";
import type { Affine } from "./affine.js";
import { plain, repeated } from "./affine.js";
import { axisAfterBatch } from "./axes.js";
import { normalizeByBatch } from "./by-batch.js";
import { channelsOf } from "./channels.js";

/**
 * Group normalization (Wu & He 2018, arXiv 1803.08494): each example's channels in groups, each group by its own mean
 * and biased variance over its channels and positions; gamma and beta for each channel. One group is layer
 * normalization (Ba et al. 2016, arXiv 1607.06450), a group for each channel instance normalization (Ulyanov et al.
 * 2016, arXiv 1607.08022). Nothing is averaged over examples, so it is the same in training and at inference.
 *
 * It is batch normalization of a batch of one whose channels are the groups of all examples: `[1, N·groups, m]`.
 *
 * @param x `[N, ..., C, ...]`, channels on `axis`; N may be open.
 * @throws RangeError as `valuesOfGroup`.
 */
export function normalizeByGroup(
  x: Value,
  affine: Affine,
  options: { axis: number; groups: number; epsilon: number; device: string },
): Value {
  const { axis, groups, epsilon, device } = options;
  const { place, size: count } = axisAfterBatch(x.shape, axis);
  if (place !== 1) {
    const others = x.shape.map((_, index) => index).filter((index) => index > 0 && index !== place);
    const front = [0, place, ...others];
    const back = front.map((_, index) => front.indexOf(index));
    return transpose(normalizeByGroup(transpose(x, front), affine, { ...options, axis: 1 }), back);
  }
  const values = valuesOfGroup(x.shape, axis, groups);
  const [examples] = x.shape;
  if (typeof examples !== "number") {
    const grouped = reshape(x, [examples!, groups, values]);
    const { output } = normalizeByBatch(grouped, plain, { axis: [0, 1], epsilon, device });
    return scaledAndShifted(reshape(output, x.shape), affine);
  }
  const grouped = reshape(x, [1, examples * groups, values]);
  if (groups < count) {
    const { output } = normalizeByBatch(grouped, plain, { axis: 1, epsilon, device });
    return scaledAndShifted(reshape(output, x.shape), affine);
  }
  // A group that is one channel has one gamma and one beta.
  const each = repeated(affine, examples);
  const { output } = normalizeByBatch(grouped, each, { axis: 1, epsilon, device });
  return reshape(output, x.shape);
}

/**
 * The number of values that one group of an example averages over, m.
 *
 * @throws RangeError when the groups do not divide the channels, m is not known, or it is 1: a value alone is its own
 * mean, and every output would be beta.
 */
export function valuesOfGroup(shape: Shape, axis: number, groups: number): number {
  const { place, size: count } = axisAfterBatch(shape, axis);
  if (count % groups !== 0) {
    const divisors = Array.from({ length: count }, (_, index) => index + 1).filter(
      (size) => count % size === 0,
    );
    throw new RangeError(
      `groups must divide the input's ${count} channels, got ${groups}; it can be ${divisors.join(", ")}.`,
    );
  }
  const positions = product(shape.filter((_, index) => index > 0 && index !== place));
  const values = (count / groups) * positions;
  const given = `[${shape.join(", ")}]`;
  if (Number.isNaN(values)) {
    throw new RangeError(`the sizes of all axes after the batch must be known, got ${given}.`);
  }
  if (values > 1) return values;
  throw new RangeError(
    `one value in each group of ${given} with ${groups} group${groups === 1 ? "" : "s"} of channels: there is nothing to average over, and every output would be beta, whatever the input. Use fewer groups.`,
  );
}

/** γx + β with channels on axis 1. */
function scaledAndShifted(x: Value, { gamma, beta }: Affine): Value {
  const channels = channelsOf(x, 1);
  const scaled = gamma ? mul(x, channels.spread(gamma)) : x;
  return beta ? add(scaled, channels.spread(beta)) : scaled;
}
