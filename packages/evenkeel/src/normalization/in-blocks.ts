import {
  affine as byChannel,
  mean as channelMean,
  mappedConvolution,
  shiftedConvolution,
  sum,
  sumOfProduct,
} from "../blocked/index.js";
import { staticShape, type Value } from "../graph/graph.js";
import { add, div, mul, neg, relu, reshape, slice, sqrt, sub } from "../graph/operations.js";
import { intoLayout, outOfLayout } from "../graph/reordering.js";
import { tensor } from "../tensor/tensor.js";
import type { Affine } from "./affine.js";

/*
 * Batch normalization of values that come out of ONNX Runtime's blocked layout (graph/layout.ts), without leaving it.
 * All statistics are vectors [C]. The mathematics is that of by-batch.ts and by-running.ts.
 */

/** As `normalizeByBatch`, for channels on axis 1 of a reordered value. */
export function normalizeBatchInBlocks(
  x: Value,
  affine: Affine,
  epsilon: number,
): { output: Value; mean: Value; variance: Value; valuesEach: number } {
  const content = intoLayout(x);
  const [batch, , height, width] = staticShape(x, "Batch statistics") as [number, number, number, number];
  const valuesEach = batch * height * width;
  const { gamma, beta } = affine;
  const inputs = [content, gamma, beta].filter((value) => value !== undefined);
  const { output, mean, variance } = x.graph.differentiateAs(
    "batchNormalization",
    inputs,
    () => forward(content, affine, epsilon, valuesEach),
    (g, { centred, rest, inverse, factor }) => {
      const meanOfG = channelMean(g);
      const along = mul(sumOfProduct(g, centred), 1 / valuesEach);
      const meanAlong = mul(inverse, sub(along, mul(rest, meanOfG)));
      // γ/σ · (g − mean(g) − x̂ · mean(g x̂)), where x̂ = (centred − rest)/σ: g and a factor of centred in one pass.
      // γ/σ comes last, where a convolution before this takes it on its kernel.
      const slope = mul(mul(inverse, meanAlong), -1);
      const offset = mul(add(meanOfG, mul(rest, slope)), -1);
      const toContent = byChannel(add(g, byChannel(centred, slope, offset)), factor);
      return [
        toContent,
        ...(gamma ? [mul(meanAlong, valuesEach)] : []),
        ...(beta ? [mul(meanOfG, valuesEach)] : []),
      ];
    },
  );
  return { output: outOfLayout(output), mean, variance, valuesEach };
}

/**
 * The variance is taken of the values less the mean of the batch's first example, which lies within σ√(m − 1) of the
 * batch's mean: of values around 10⁴, float32 squares would leave nothing of a small deviation.
 */
function forward(content: Value, { gamma, beta }: Affine, epsilon: number, valuesEach: number) {
  const { graph } = content;
  const byConvolution = shiftedConvolution(content, meanOfOne);
  const shift = byConvolution?.shift ?? meanOfOne(slice(content, [0], [1], [0]));
  const centred = byConvolution?.shifted ?? subtracted(content, shift);
  graph.label(centred, "centred");
  const rest = channelMean(centred);
  const squares = mul(sumOfProduct(centred, centred), 1 / valuesEach);
  // Rounding can leave the variance of a constant channel a hair below 0.
  const variance = graph.label(relu(sub(squares, mul(rest, rest))), "batchVariance");
  const inverse = graph.label(div(1, sqrt(add(variance, epsilon))), "inverseDeviation");
  const factor = gamma ? mul(gamma, inverse) : inverse;
  const offset = mul(rest, factor);
  const output = byChannel(centred, factor, beta ? sub(beta, offset) : neg(offset));
  const mean = graph.label(add(shift, rest), "batchMean");
  return { output, mean, variance, centred, rest, inverse, factor };
}

/** The mean of each channel of one example, `[C]`. */
function meanOfOne(example: Value): Value {
  const means = example.graph.node("NchwcGlobalAveragePool", [example])[0]!;
  return reshape(means, [example.shape[1] as number]);
}

/**
 * y = factor · (x − mean) + beta for each channel of a reordered value.
 *
 * @param block that of the layout, for inference: a convolution before this then does it itself, with its kernel times
 * the factor, as exactly as factor · x − factor · mean can be in float32 (PyTorch's form). In training it would have to
 * be computed twice, as its own derivative needs it as it is.
 */
export function mapChannelsInBlocks(
  x: Value,
  { mean, factor, beta }: { mean: Value; factor: Value; beta: Value | undefined },
  block?: number,
): Value {
  const content = intoLayout(x);
  const inputs = beta ? [content, mean, factor, beta] : [content, mean, factor];
  const { output } = x.graph.differentiateAs(
    "channelMap",
    inputs,
    () => {
      const centred = subtracted(content, mean);
      const shift = mul(mean, factor);
      const offset = beta ? sub(beta, shift) : neg(shift);
      const byConvolution = block ? mappedConvolution(content, factor, offset, block) : undefined;
      return { output: byConvolution ?? byChannel(centred, factor, beta), centred };
    },
    (g, { centred }) => {
      const toBeta = sum(g);
      const toMean = neg(mul(factor, toBeta));
      return [byChannel(g, factor), toMean, sumOfProduct(g, centred), ...(beta ? [toBeta] : [])];
    },
  );
  return outOfLayout(output);
}

/** A content less a vector by channel. */
function subtracted(content: Value, vector: Value): Value {
  const ones = tensor(new Float32Array(content.shape[1] as number).fill(1));
  return byChannel(content, content.graph.constant(ones), neg(vector));
}
