import type { Graph, Value } from "../graph/graph.js";
import { add, div, maximum, minimum, mul, neg, sqrt, stopGradient, sub } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import type { Affine } from "./affine.js";
import { plain } from "./affine.js";
import { type NormalizedBatch, normalizeByBatch } from "./by-batch.js";
import type { Statistics } from "./by-running.js";
import type { BatchRenormalizationOptions, Bound } from "./options.js";

/** The bounds with defaults filled in and checked. @throws RangeError or TypeError naming the one that is wrong. */
export function completedBounds({
  rMax = { from: 1, to: 3, start: 5000, end: 40_000 },
  dMax = { from: 0, to: 5, start: 5000, end: 25_000 },
}: BatchRenormalizationOptions): { rMax: Bound; dMax: Bound } {
  requireBound("rMax", rMax, 1);
  requireBound("dMax", dMax, 0);
  return { rMax, dMax };
}

function requireBound(option: string, bound: Bound, least: number): void {
  const names = { from: true, to: true, start: true, end: true } as const;
  const {
    from,
    to,
    start = 0,
    end = 1,
  } = typeof bound === "number" ? { from: bound, to: bound } : requireKnown(option, bound, names);
  const isBound = (value: number) => Number.isFinite(value) && value >= least;
  const expected = `a finite number of at least ${least}, or { from, to, start, end } with such numbers and 0 ≤ start < end`;
  requireOption(
    isBound(from) && isBound(to) && start >= 0 && end > start && Number.isFinite(end),
    option,
    expected,
    bound,
  );
}

/**
 * Batch renormalization (Ioffe 2017, arXiv 1702.03275): x̂ = (x − μ)/√(σ² + ε) of the batch, corrected towards what the
 * running statistics would make of it, y = γ(x̂ · r + d) + β. r = σ_batch/σ_running within [1/rMax, rMax] and
 * d = (μ_batch − μ_running)/σ_running within ±dMax, σ = √(variance + ε); no gradient goes through them. rMax 1 and
 * dMax 0 are batch normalization; without bounds the output is that of inference.
 *
 * @param running the statistics from before this batch.
 * @param options `steps`, a scalar, is how many there have been: growing bounds need it.
 */
export function renormalizeByBatch(
  x: Value,
  { gamma, beta }: Affine,
  running: { mean: Value; variance: Value },
  options: { axis: number; epsilon: number; device: string; rMax: Bound; dMax: Bound; steps?: Value },
): NormalizedBatch {
  const batch = normalizeByBatch(x, plain, options);
  const deviation = (of: Statistics) => sqrt(add(of.variance!, options.epsilon));
  const ratio = div(deviation(batch), deviation(running));
  const distance = div(sub(batch.mean, running.mean), deviation(running));
  const [rMax, dMax] = [options.rMax, options.dMax].map((bound) => boundAt(x.graph, bound, options.steps));
  const r = stopGradient(within(ratio, div(1, rMax!), rMax!));
  const d = stopGradient(within(distance, neg(dMax!), dMax!));
  const { spread } = batch.channels;
  const factor = gamma ? mul(gamma, r) : r;
  const scaledShift = gamma ? mul(gamma, d) : d;
  const shift = beta ? add(scaledShift, beta) : scaledShift;
  return { ...batch, output: add(mul(batch.output, spread(factor)), spread(shift)) };
}

/** A bound after a number of steps. */
function boundAt(graph: Graph, bound: Bound, steps: Value | undefined): Value {
  if (typeof bound === "number") return graph.constant(bound);
  const { from, to, start, end } = bound;
  const done = within(div(sub(steps!, start), end - start), 0, 1);
  return add(mul(done, to - from), from);
}

function within(x: Value, low: Value | number, high: Value | number): Value {
  return minimum(maximum(x, low), high);
}
