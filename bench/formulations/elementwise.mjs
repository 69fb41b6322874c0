// @ts-check
// Derivatives of activations, and what is merged into a convolution.

import { blockedConvolution, forward } from "../../packages/evenkeel/dist/blocked/convolution.js";
import { affine } from "../../packages/evenkeel/dist/blocked/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { convolutionCase } from "./convolution.mjs";
import { question } from "./timing.mjs";

/**
 * @typedef {import("./timing.mjs").Given} Given
 * @typedef {import("./timing.mjs").Value} Value
 */

const matrices = [32, 128, 512].map((batch) => ({
  name: `${batch}×300`,
  inputs: { x: [batch, 300], g: [batch, 300] },
}));

const images = [
  [128, 32, 16, 16],
  [128, 16, 32, 32],
].map((shape) => ({
  name: shape.join("×"),
  inputs: { x: shape, g: shape, factor: [shape[1]], offset: [shape[1]] },
}));

/** @param {Given} given */
const mapped = (given) => affine(given.content("x"), given.plain("factor"), given.plain("offset"));

const convolutions = [
  convolutionCase(128, 32, 16),
  convolutionCase(128, 16, 32),
  convolutionCase(128, 64, 8),
];

/** @param {Given} given */
function convolved(given) {
  const { shapes, windows, block } = given;
  const of = blockedConvolution(shapes.x, shapes.kernel, windows, { group: 1, block, training: true });
  return of && forward(given.content("x"), given.plain("kernel"), undefined, of);
}

/**
 * Something in the layout, the addition of another value and a ReLU: as one, or each in a pass of its own.
 *
 * @param {(given: Given) => Value | undefined} compute
 * @param {{ apart: boolean, sum: boolean }} options
 * @returns {(given: Given) => Value[] | undefined}
 */
const activated =
  (compute, { apart, sum }) =>
  (given) => {
    if (!given.inWholeBlocks("x")) return undefined;
    const computed = compute(given);
    if (!computed) return undefined;
    const value = apart ? given.apart(computed) : computed;
    if (!sum) return [op.relu(value)];
    const added = op.add(value, given.content("g"));
    return [op.relu(apart ? given.apart(added) : added)];
  };

/** @param {(given: Given) => Value | undefined} compute @param {boolean} sum */
const fusion = (compute, sum) => [
  { name: "merged (used)", build: activated(compute, { apart: false, sum }) },
  { name: "in passes of their own", build: activated(compute, { apart: true, sum }) },
];

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  question(
    "relu-derivative",
    "derivative of ReLU, from its output y and the gradient g",
    [...matrices, ...images],
    [
      {
        name: "g · HardSigmoid(y), slope 3·10³⁸ (used)",
        build: (given) => [op.mul(given.plain("g"), op.hardSigmoid(given.plain("x"), 3e38, 0))],
      },
      {
        name: "g · Cast(y > 0)",
        build: (given) => [op.mul(given.plain("g"), op.cast(op.greater(given.plain("x"), 0), "float32"))],
      },
      {
        name: "Where(y > 0, g, 0)",
        build: (given) => [op.where(op.greater(given.plain("x"), 0), given.plain("g"), 0)],
      },
      {
        // Of y, which is not negative.
        name: "g · Sign(y)",
        build: (given) => [op.mul(given.plain("g"), op.relu(op.sign(given.plain("x"))))],
      },
    ],
  ),
  question("merged-relu", "factor · x + offset, ReLU, in the layout", images, fusion(mapped, false)),
  question("merged-sum", "factor · x + offset + shortcut, ReLU, in the layout", images, fusion(mapped, true)),
  question(
    "merged-convolution",
    "convolution + shortcut, ReLU, in the layout",
    convolutions,
    fusion(convolved, true),
  ),
];
