// @ts-check
// Batch normalization in training, and what it consists of.
import { affine, convolution, mean, sumOfProduct } from "../../packages/evenkeel/dist/blocked/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { intoLayout, isReordered, outOfLayout } from "../../packages/evenkeel/dist/graph/reordering.js";
import { normalizeByBatch, normalizeByRunning } from "../../packages/evenkeel/dist/normalization/index.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { convolutionCase } from "./convolution.mjs";
import { question } from "./timing.mjs";

/**
 * @typedef {import("./timing.mjs").Case} Case
 * @typedef {import("./timing.mjs").Given} Given
 * @typedef {import("./timing.mjs").Formulation} Formulation
 * @typedef {import("./timing.mjs").Value} Value
 */

const epsilon = 1e-5;

/** @param {number[]} shape @returns {Case} */
const caseOf = (shape) => ({
  name: shape.join("×"),
  inputs: { x: shape, g: shape, gamma: [shape[1]], beta: [shape[1]] },
});
const images = [
  [128, 32, 16, 16],
  [128, 16, 32, 32],
].map(caseOf);
const cases = [caseOf([128, 300]), ...images];

/**
 * Normalization of what is given, and of the gradient of its output; each as it comes out of the layout, or plain.
 *
 * @param {Given} given
 * @param {Value} x
 * @param {Value | undefined} g nothing for the forward pass alone
 * @param {string} [device] "cpu" has formulations that others do not
 */
function normalized(given, x, g, device = "cpu") {
  const gammaAndBeta = { gamma: given.plain("gamma"), beta: given.plain("beta") };
  const { output } = normalizeByBatch(x, gammaAndBeta, { axis: 1, epsilon, device });
  const content = isReordered(output) ? intoLayout(output) : output;
  if (!g) return [content];
  const gradients = content.producer?.region?.backward(isReordered(g) ? intoLayout(g) : g);
  if (!gradients) throw new Error("batch normalization is no region of its own any more");
  return [content, .../** @type {Value[]} */ (gradients)];
}

/** `[N, C]` as images of one place, for what is used from rank 3 on. @param {Value} x */
const ofRankThree = (x) => (x.shape.length === 2 ? op.reshape(x, [...x.shape, 1]) : x);

/** @param {Value} x */
const throughLayout = (x) => outOfLayout(intoLayout(x));

/** @param {boolean} withBackward @returns {Formulation[]} */
const formulations = (withBackward) => [
  {
    name: "in the layout (used there)",
    build: (given) =>
      given.inWholeBlocks("x")
        ? normalized(given, given.reordered("x"), withBackward ? given.reordered("g") : undefined)
        : undefined,
  },
  {
    name: "into the layout and back",
    build: (given) => {
      if (!given.inWholeBlocks("x")) return undefined;
      const g = withBackward ? throughLayout(given.plain("g")) : undefined;
      const results = normalized(given, throughLayout(given.plain("x")), g);
      return results.map((result) => (result.shape.length === 4 ? outOfLayout(result) : result));
    },
  },
  {
    name: "the operator BatchNormalization (used for other images)",
    build: (given) =>
      normalized(
        given,
        ofRankThree(given.plain("x")),
        withBackward ? ofRankThree(given.plain("g")) : undefined,
      ),
  },
  {
    name: "elementary, products (used for [N, C])",
    build: (given) =>
      given.shapes.x.length === 2
        ? normalized(given, given.plain("x"), withBackward ? given.plain("g") : undefined)
        : undefined,
  },
  {
    name: "elementary, reductions (used on GPUs)",
    build: (given) =>
      normalized(
        given,
        ofRankThree(given.plain("x")),
        withBackward ? ofRankThree(given.plain("g")) : undefined,
        "any",
      ),
  },
];

/** With gamma and beta for its filters. @param {Case} its @returns {Case} */
const behindConvolution = (its) => ({
  ...its,
  inputs: { ...its.inputs, gamma: [its.inputs.kernel[0]], beta: [its.inputs.kernel[0]] },
});
const convolutions = [
  convolutionCase(128, 32, 16),
  convolutionCase(128, 16, 32),
  convolutionCase(128, 64, 8),
].map(behindConvolution);

/**
 * A convolution and the normalization of its result, which know of one another, or do not.
 *
 * @param {Given} given
 * @param {{ apart: boolean, backward: boolean }} options
 */
function convolvedAndNormalized(given, { apart, backward }) {
  if (!given.inWholeBlocks("x")) return undefined;
  const options = { group: 1, block: given.block, training: true };
  const sum = convolution(given.reordered("x"), given.plain("kernel"), undefined, given.windows, options);
  const seen = apart ? outOfLayout(given.apart(intoLayout(sum))) : sum;
  const [output, toSum, ...others] = normalized(given, seen, backward ? given.reordered("g") : undefined);
  if (!backward) return [output];
  const toBoth = intoLayout(sum).producer?.region?.backward(apart ? given.apart(toSum) : toSum);
  if (!toBoth) throw new Error("a convolution in the layout is no region of its own any more");
  return [output, .../** @type {Value[]} */ (toBoth), ...others];
}

/** By running statistics. @param {Given} given @param {Value} x @param {number | undefined} block */
function normalizedByRunning(given, x, block) {
  const gammaAndBeta = { gamma: given.plain("gamma"), beta: given.plain("beta") };
  const statistics = { mean: given.plain("beta"), variance: given.plain("gamma") };
  return normalizeByRunning(x, gammaAndBeta, statistics, { axis: 1, epsilon, block });
}

/** @param {Given} given @param {number | undefined} block with it, the convolution takes the normalization over */
function convolvedAndMapped(given, block) {
  if (!given.inWholeBlocks("x")) return undefined;
  const options = { group: 1, block: given.block, training: false };
  const sum = convolution(given.reordered("x"), given.plain("kernel"), undefined, given.windows, options);
  return [intoLayout(normalizedByRunning(given, sum, block))];
}

/** A vector for each channel, in the shape that broadcasts against a content in the layout. @param {Given} given @param {string} name */
const spreadInBlocks = (given, name) =>
  op.reshape(given.plain(name), [1, given.shapes[name][0] / given.block, 1, given.block]);

/** The shape of a content in memory, the pixels in one axis. @param {Given} given */
function contentByBlocks({ shapes, block }) {
  const [batch, channels, height, width] = shapes.x;
  return [batch, channels / block, height * width, block];
}

const matrices = [32, 128, 512].map((batch) => caseOf([batch, 300]));

/** @param {Given} given */
function rowOfShares({ inner, shapes }) {
  const [count] = shapes.x;
  return inner.constant(tensor(new Float32Array(count).fill(1 / count), [1, count]));
}

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  question("normalization-forward", "batch normalization, forward", cases, formulations(false)),
  question("normalization", "forward and backward", cases, formulations(true)),
  question("normalization-behind", "behind a convolution in the layout, forward", convolutions, [
    {
      name: "shift in the convolution's bias (used)",
      build: (given) => convolvedAndNormalized(given, { apart: false, backward: false }),
    },
    {
      name: "shift in a pass of its own",
      build: (given) => convolvedAndNormalized(given, { apart: true, backward: false }),
    },
  ]),
  question("normalization-behind-backward", "the same, forward and backward", convolutions, [
    {
      name: "and γ/σ on its kernel and the gradient of that (used)",
      build: (given) => convolvedAndNormalized(given, { apart: false, backward: true }),
    },
    {
      name: "both in passes of their own",
      build: (given) => convolvedAndNormalized(given, { apart: true, backward: true }),
    },
  ]),
  question("normalization-inference", "behind a convolution, at inference", convolutions, [
    {
      name: "factor and offset in the kernel and bias, in the layout (used there)",
      build: (given) => convolvedAndMapped(given, given.block),
    },
    {
      name: "in a pass of their own, in the layout",
      build: (given) => convolvedAndMapped(given, undefined),
    },
    {
      name: "elementary (used without the layout)",
      build: (given) => {
        const sum = op.conv(given.plain("x"), given.plain("kernel"), undefined, given.windows);
        return [normalizedByRunning(given, sum, undefined)];
      },
    },
  ]),
  question("column-mean", "mean of each column", matrices, [
    {
      name: "product with a row of 1/N (used)",
      build: (given) => [op.matMul(rowOfShares(given), given.plain("x"))],
    },
    {
      name: "ReduceMean",
      build: (given) => [op.reduceMean(given.plain("x"), [0], { keepDimensions: true })],
    },
  ]),
  question("sum-of-product", "Σ of a product by channel", images, [
    {
      name: "convolution with one of them as the kernel (used in the layout)",
      build: (given) =>
        given.inWholeBlocks("x") ? [sumOfProduct(given.content("x"), given.content("g"))] : undefined,
    },
    {
      name: "Mul, and the layout's mean",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const [batch, , height, width] = given.shapes.x;
        return [op.mul(mean(op.mul(given.content("x"), given.content("g"))), batch * height * width)];
      },
    },
    {
      name: "Mul and ReduceSum (used without the layout)",
      build: (given) => [op.reduceSum(op.mul(given.plain("x"), given.plain("g")), [0, 2, 3])],
    },
  ]),
  question("affine", "factor · x + offset by channel", images, [
    {
      name: "depthwise convolution (used in the layout)",
      build: (given) =>
        given.inWholeBlocks("x")
          ? [affine(given.content("x"), given.plain("gamma"), given.plain("beta"))]
          : undefined,
    },
    {
      name: "Mul and Add, in the layout",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const x = op.reshape(given.content("x"), contentByBlocks(given));
        return [op.add(op.mul(x, spreadInBlocks(given, "gamma")), spreadInBlocks(given, "beta"))];
      },
    },
    {
      name: "Mul and Add (used without the layout)",
      build: (given) => {
        const spread = (/** @type {string} */ name) =>
          op.reshape(given.plain(name), [1, given.shapes.x[1], 1, 1]);
        return [op.add(op.mul(given.plain("x"), spread("gamma")), spread("beta"))];
      },
    },
  ]),
];
