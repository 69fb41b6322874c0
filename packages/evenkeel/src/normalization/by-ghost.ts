import { staticShape, type Value } from "../graph/graph.js";
import { add, concat, mul, reduceMean, reshape, slice, transpose } from "../graph/operations.js";
import { product } from "../graph/shape.js";
import type { Affine } from "./affine.js";
import { repeated } from "./affine.js";
import { axisAfterBatch } from "./axes.js";
import { normalizeByBatch } from "./by-batch.js";

/** Ghost batches of one size, one after another. */
interface Ghosts {
  examples: number;
  count: number;
}

/** A batch normalized in ghost batches, and the averages of their statistics, `[C]`. */
export interface GhostNormalizedBatch {
  output: Value;
  mean: Value;
  /** The average of the biased variances, each ghost counting by its size. */
  variance: Value;
  /** How many ghosts there are. */
  ghosts: number;
}

/**
 * Ghost batch normalization (Hoffer et al. 2017, arXiv 1705.08741): the batch in ghost batches of
 * `virtualBatchSize` examples, each normalized by its own statistics.
 *
 * @param x `[N, ..., C, ...]` of known sizes, channels on `axis`.
 */
export function normalizeByGhosts(
  x: Value,
  affine: Affine,
  options: { axis: number; epsilon: number; device: string; virtualBatchSize: number },
): GhostNormalizedBatch {
  const { place } = axisAfterBatch(x.shape, options.axis);
  const [batchSize] = staticShape(x, "Ghost batch normalization") as [number];
  const parts = ghostsOf(batchSize, options.virtualBatchSize);
  const ghosts = parts.reduce((sum, { count }) => sum + count, 0);
  const [only, ...others] = parts;
  if (others.length === 0) {
    return { ...normalizeEqualGhosts(x, affine, only!, { ...options, place }), ghosts };
  }
  let start = 0;
  const normalized = parts.map((part) => {
    const end = start + part.examples * part.count;
    const own = normalizeEqualGhosts(slice(x, [start], [end], [0]), affine, part, { ...options, place });
    const share = (end - start) / batchSize;
    start = end;
    return { output: own.output, mean: mul(own.mean, share), variance: mul(own.variance, share) };
  });
  const outputs = normalized.map(({ output }) => output);
  return {
    output: concat(outputs, 0),
    mean: normalized.map(({ mean }) => mean).reduce(add),
    variance: normalized.map(({ variance }) => variance).reduce(add),
    ghosts,
  };
}

/** A smaller ghost takes the examples that do not fill one; a lone example joins the ghost before it. */
export function ghostsOf(batchSize: number, virtualBatchSize: number): Ghosts[] {
  const full = Math.floor(batchSize / virtualBatchSize);
  const left = batchSize % virtualBatchSize;
  const joins = left === 1 && full > 0;
  const parts = [
    { examples: virtualBatchSize, count: joins ? full - 1 : full },
    joins ? { examples: virtualBatchSize + 1, count: 1 } : { examples: left, count: left > 0 ? 1 : 0 },
  ];
  return parts.filter(({ count }) => count > 0);
}

/**
 * Ghosts of one size are channels of one batch: the examples of all of them in the first axis, ghost and channel
 * together in another, so that `normalizeByBatch` does the rest.
 */
function normalizeEqualGhosts(
  x: Value,
  affine: Affine,
  { examples, count }: Ghosts,
  { place, epsilon, device }: { place: number; epsilon: number; device: string },
): { output: Value; mean: Value; variance: Value } {
  if (count === 1) return normalizeByBatch(x, affine, { axis: place, epsilon, device });
  const sizes = x.shape.slice(1) as number[];
  const channels = sizes[place - 1]!;
  const [before, after] = [product(sizes.slice(0, place - 1)), product(sizes.slice(place))];
  // [ghost, example, before, channel, after] → [example, before, ghost, channel, after]
  const split = reshape(x, [count, examples, before, channels, after]);
  const matrix = [examples * before, count * channels];
  const merged = reshape(transpose(split, [1, 2, 0, 3, 4]), after > 1 ? [...matrix, after] : matrix);
  const { output, mean, variance } = normalizeByBatch(merged, repeated(affine, count), {
    axis: 1,
    epsilon,
    device,
  });
  const apart = reshape(output, [examples, before, count, channels, after]);
  const average = (statistic: Value) => reduceMean(reshape(statistic, [count, channels]), [0]);
  return {
    output: reshape(transpose(apart, [2, 0, 1, 3, 4]), x.shape),
    mean: average(mean),
    variance: average(variance),
  };
}
