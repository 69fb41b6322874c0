import type { Value } from "../graph/graph.js";
import { add, div, gather, mul, relu, reshape, sqrt, sub } from "../graph/operations.js";
import { isReordered } from "../graph/reordering.js";
import { zeros } from "../tensor/tensor.js";
import type { Affine } from "./affine.js";
import { type Channels, channelsOf } from "./channels.js";
import { normalizeBatchInBlocks } from "./in-blocks.js";

/** A batch normalized by its own statistics, and these, as vectors `[C]`. */
export interface NormalizedBatch {
  output: Value;
  mean: Value;
  /** Biased: divided by m. */
  variance: Value;
  channels: Channels;
}

/**
 * Batch normalization as it trains (Ioffe & Szegedy 2015, Algorithm 1): x̂ = (x − μ)/√(σ² + ε), y = γx̂ + β,
 * with μ and σ² of the batch, and one derivative for the whole of it.
 *
 * With g = ∂L/∂y: ∂L/∂β = Σg, ∂L/∂γ = Σ g x̂, ∂L/∂x = γ/√(σ² + ε) · (g − mean(g) − x̂ · mean(g x̂)), which is
 * the paper's section 3 with the statistics inside the gradient, in compact form.
 *
 * @param x `[N, ..., C, ...]`, channels on `axis`; several axes as `channelsOf` takes them.
 * @param device chooses between two formulations of the same mathematics.
 */
export function normalizeByBatch(
  x: Value,
  affine: Affine,
  { axis, epsilon, device }: { axis: number | readonly number[]; epsilon: number; device: string },
): NormalizedBatch {
  const channels = channelsOf(x, axis);
  if (isReordered(x) && axis === 1 && channels.valuesEach !== undefined) {
    return { ...normalizeBatchInBlocks(x, affine, epsilon), channels };
  }
  const inputs = [x, affine.gamma, affine.beta].filter((value) => value !== undefined);
  // ONNX Runtime's own operator is faster from rank 3 on, and several times slower on [N, C]
  // (bench/formulations.mjs). Only its CPU provider can train with it; it knows channels on axis 1 only.
  const byOperator = device === "cpu" && x.shape.length > 2 && (axis === 1 || axis === 1 - x.shape.length);
  const { output, mean, variance } = x.graph.differentiateAs(
    "batchNormalization",
    inputs,
    () => (byOperator ? forwardByOperator : forward)(x, affine, epsilon, channels),
    (g, saved) => backward(g, saved, affine, channels),
  );
  return { output, mean: channels.vector(mean), variance: channels.vector(variance), channels };
}

/** What the forward pass leaves for the backward pass; statistics in the shape that broadcasts. */
interface Saved {
  output: Value;
  mean: Value;
  variance: Value;
  /** Gives x − μ up to `rest`. */
  centred: () => Value;
  /** μ as it is, less the mean that was subtracted. */
  rest: Value | undefined;
  /** 1/√(σ² + ε). */
  inverse: Value;
  /** γ/√(σ² + ε). */
  factor: Value;
}

/**
 * In elementary operations. The mean is taken twice: one float32 sum of values around 10⁴ misses their mean by
 * about 10⁻³, which would shift x̂ where the deviation is small. What the first subtraction leaves over,
 * `rest`, is folded into the per-channel factors, so that it costs no further pass over the batch.
 */
function forward(x: Value, affine: Affine, epsilon: number, channels: Channels): Saved {
  const { graph } = x;
  const firstMean = channels.mean(x);
  const centred = graph.label(sub(x, firstMean), "centred");
  const rest = channels.mean(centred);
  // Rounding can leave the variance of a constant channel a hair below 0.
  const variance = relu(sub(channels.mean(mul(centred, centred)), mul(rest, rest)));
  const mean = add(firstMean, rest);
  const { inverse, factor } = factorsOf(variance, affine, epsilon, channels);
  const scaled = mul(centred, factor);
  const shift = mul(rest, factor);
  return {
    output: affine.beta ? add(scaled, sub(channels.spread(affine.beta), shift)) : sub(scaled, shift),
    mean: graph.label(mean, "batchMean"),
    variance: graph.label(variance, "batchVariance"),
    centred: () => centred,
    rest,
    inverse,
    factor,
  };
}

/**
 * By the operator `BatchNormalization` in training mode. In float32 it computes γx/σ + (β − γμ/σ), of which little
 * is left when μ is large beside σ. So it gets the values less the first of their channel, which lies within
 * σ√(m − 1) of the mean, and that much exactly.
 */
function forwardByOperator(x: Value, affine: Affine, epsilon: number, channels: Channels): Saved {
  const { graph } = x;
  const constant = (value: number) => {
    const filled = zeros("float32", [channels.count]);
    filled.data.fill(value);
    return graph.constant(filled);
  };
  const gamma = affine.gamma ?? constant(1);
  const beta = affine.beta ?? constant(0);
  const first = firstOfEachChannel(x);
  const shifted = graph.label(sub(x, channels.spread(first)), "shifted");
  // With momentum 0 the operator returns the batch's own statistics. ONNX Runtime writes them over the fourth
  // and fifth input in place, even where that is a constant or a tensor of the caller's, and its optimiser
  // makes one buffer of two equal computations: so each gets zeros of its own, computed at every run.
  const blanks = [mul(first, 0), sub(first, first)];
  const [output, mean, variance] = graph.node("BatchNormalization", [shifted, gamma, beta, ...blanks], {
    epsilon,
    momentum: 0,
    training_mode: 1,
  }) as [Value, Value, Value];
  const shiftedMean = channels.spread(mean);
  const batchVariance = channels.spread(graph.label(variance, "batchVariance"));
  return {
    output,
    mean: channels.spread(graph.label(add(first, mean), "batchMean")),
    variance: batchVariance,
    centred: () => sub(shifted, shiftedMean),
    rest: undefined,
    ...factorsOf(batchVariance, affine, epsilon, channels),
  };
}

/** One value of each channel, `[C]`, of channels on axis 1. */
function firstOfEachChannel(x: Value): Value {
  const place = x.graph.constant(0, "int64");
  let values = gather(x, place);
  while (values.shape.length > 1) values = gather(values, place, 1);
  return values;
}

function factorsOf(variance: Value, { gamma }: Affine, epsilon: number, channels: Channels) {
  const inverse = variance.graph.label(div(1, sqrt(add(variance, epsilon))), "inverseDeviation");
  return { inverse, factor: gamma ? mul(channels.spread(gamma), inverse) : inverse };
}

function backward(g: Value, saved: Saved, { gamma, beta }: Affine, channels: Channels): Value[] {
  const { rest, inverse, factor } = saved;
  const centred = saved.centred();
  const perValue = 1 / channels.valuesEach!;
  const toBeta = channels.sum(g);
  const alongCentred = channels.sum(mul(g, centred));
  const toGamma = mul(inverse, rest ? sub(alongCentred, mul(rest, toBeta)) : alongCentred);
  // g − mean(g) − x̂ · mean(g x̂), where x̂ = (centred − rest) · inverse.
  const slope = mul(mul(inverse, toGamma), perValue);
  const meanOfG = mul(toBeta, perValue);
  const offset = rest ? sub(meanOfG, mul(rest, slope)) : meanOfG;
  const toX = mul(sub(sub(g, offset), mul(centred, slope)), factor);
  return [
    toX,
    ...(gamma ? [reshape(toGamma, gamma.shape)] : []),
    ...(beta ? [reshape(toBeta, beta.shape)] : []),
  ];
}
