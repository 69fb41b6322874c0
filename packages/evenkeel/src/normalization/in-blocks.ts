import { affine as byChannel, sum, sumOfProduct } from "../blocked/index.js";
import { staticShape, type Value } from "../graph/graph.js";
import { intoLayout, outOfLayout } from "../graph/layout.js";
import { add, div, mul, neg, relu, reshape, slice, sqrt, sub } from "../graph/operations.js";
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
      const toBeta = sum(g);
      const toGamma = mul(inverse, sub(sumOfProduct(g, centred), mul(rest, toBeta)));
      // γ/σ · (g − mean(g) − x̂ · mean(g x̂)), where x̂ = (centred − rest) / σ, by factors of g and of centred.
      const slope = mul(mul(mul(factor, inverse), toGamma), -1 / valuesEach);
      const offset = sub(mul(mul(factor, toBeta), -1 / valuesEach), mul(rest, slope));
      const toContent = add(byChannel(g, factor, offset), byChannel(centred, slope));
      return [toContent, ...(gamma ? [toGamma] : []), ...(beta ? [toBeta] : [])];
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
  const shift = meanOfFirst(content);
  const ones = graph.constant(tensor(new Float32Array(shift.shape[0] as number).fill(1)));
  const centred = graph.label(byChannel(content, ones, neg(shift)), "centred");
  const rest = mul(sum(centred), 1 / valuesEach);
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

/** The mean of each channel over the first example, `[C]`. */
function meanOfFirst(content: Value): Value {
  const means = content.graph.node("NchwcGlobalAveragePool", [slice(content, [0], [1], [0])])[0]!;
  return reshape(means, [content.shape[1] as number]);
}

/** y = factor · x + offset for each channel of a reordered value. */
export function mapChannelsInBlocks(x: Value, factor: Value, offset: Value): Value {
  const content = intoLayout(x);
  const { output } = x.graph.differentiateAs(
    "channelMap",
    [content, factor, offset],
    () => ({ output: byChannel(content, factor, offset) }),
    (g) => [byChannel(g, factor), sumOfProduct(g, content), sum(g)],
  );
  return outOfLayout(output);
}
