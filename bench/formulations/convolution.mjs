// @ts-check
// The three products of a convolution.
import {
  biasGradient,
  byElements,
  byPlaces,
  inputGradient as plainInputGradient,
} from "../../packages/evenkeel/dist/autodiff/convolution.js";
import {
  blockedConvolution,
  forward,
  inputGradient,
  kernelGradient,
} from "../../packages/evenkeel/dist/blocked/convolution.js";
import { sum } from "../../packages/evenkeel/dist/blocked/index.js";
import { swapped } from "../../packages/evenkeel/dist/blocked/reorder.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { intoLayout } from "../../packages/evenkeel/dist/graph/reordering.js";
import { uncovered, windowCounts } from "../../packages/evenkeel/dist/graph/windows.js";
import { question } from "./timing.mjs";

/**
 * @typedef {import("./timing.mjs").Case} Case
 * @typedef {import("./timing.mjs").Given} Given
 * @typedef {import("./timing.mjs").Value} Value
 */

/**
 * A convolution 3×3 that keeps the size, or halves it.
 *
 * @param {number} batch
 * @param {number} channels
 * @param {number} size
 * @param {{ filters?: number, stride?: number }} [options]
 * @returns {Case}
 */
export function convolutionCase(batch, channels, size, { filters = channels, stride = 1 } = {}) {
  const each = (/** @type {number} */ value) => [value, value];
  const windows = {
    kernel: each(3),
    strides: each(stride),
    dilations: each(1),
    before: each(1),
    after: each(1),
  };
  const name = `${batch}×${channels}×${size}×${size}`;
  return {
    name: filters === channels ? name : `${name} → ${filters}`,
    inputs: {
      x: [batch, channels, size, size],
      kernel: [filters, channels, 3, 3],
      g: [batch, filters, ...windowCounts([size, size], windows)],
    },
    windows,
  };
}

/** What the formulations without the layout take. @param {Given} given */
const of = ({ windows }) => ({ windows, group: 1 });

/** The convolution in the layout; undefined where there is none. @param {Given} given */
function blocked({ shapes, windows, block }) {
  return blockedConvolution(shapes.x, shapes.kernel, windows, { group: 1, block, training: true });
}

/** What the layout's forward and kernel gradient take: channels that are fewer than a block stay plain. @param {Given} given */
const taken = (given) => (given.inWholeBlocks("x") ? given.content("x") : given.plain("x"));

/** ∂loss/∂input by the transposed convolution. @param {Value} g @param {Given} given */
const transposed = (g, given) =>
  op.convTranspose(
    g,
    given.plain("kernel"),
    given.windows,
    1,
    uncovered(given.shapes.x.slice(2), given.windows),
  );

const cases = [
  convolutionCase(128, 16, 32),
  convolutionCase(128, 32, 16),
  convolutionCase(128, 64, 8),
  convolutionCase(64, 512, 4),
];
/** A last block of examples that is not full. */
const uneven = convolutionCase(100, 32, 16);
const first = convolutionCase(128, 3, 32, { filters: 16 });

/** @param {Given} given */
function imagesByBlocks({ shapes, block }) {
  const [batch, channels, height, width] = shapes.x;
  return { outer: batch / block, pixels: (channels * height * width) / block };
}

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  question(
    "convolution-forward",
    "convolution 3×3, forward",
    [first, ...cases],
    [
      {
        name: "in the layout (used there)",
        build: (given) => {
          const of = blocked(given);
          return of && [forward(taken(given), given.plain("kernel"), undefined, of)];
        },
      },
      {
        name: "Conv (used without the layout)",
        build: (given) => [op.conv(given.plain("x"), given.plain("kernel"), undefined, given.windows)],
      },
    ],
  ),
  question("convolution-input", "its input gradient", cases, [
    {
      name: "in the layout (used there)",
      build: (given) => {
        const of = blocked(given);
        return of && [inputGradient(given.content("g"), given.plain("kernel"), of)];
      },
    },
    {
      name: "Conv with the kernel turned (used without the layout)",
      build: (given) => {
        const { shapes, windows } = given;
        const of = { windows, group: 1 };
        return [plainInputGradient(given.plain("g"), given.plain("kernel"), shapes.x.slice(2), of)];
      },
    },
    { name: "ConvTranspose", build: (given) => [transposed(given.plain("g"), given)] },
  ]),
  question(
    "convolution-kernel",
    "its kernel gradient",
    [first, ...cases, uneven],
    [
      {
        name: "in the layout (used there)",
        build: (given) => {
          const of = blocked(given);
          return of && [kernelGradient(taken(given), given.content("g"), of)];
        },
      },
      {
        name: "Conv with batch and channels exchanged (used without the layout below 8 channels)",
        build: (given) => [byPlaces(given.plain("x"), given.plain("g"), of(given))],
      },
      {
        name: "a product for each element of the kernel (used without the layout from 8 channels on)",
        build: (given) => [byElements(given.plain("x"), given.plain("g"), of(given))],
      },
    ],
  ),
  question(
    "convolution-stride",
    "input gradient at stride 2",
    [
      convolutionCase(128, 16, 32, { filters: 32, stride: 2 }),
      convolutionCase(128, 32, 16, { filters: 64, stride: 2 }),
    ],
    [
      {
        name: "by phases, in the layout (used there)",
        build: (given) => {
          const of = blocked(given);
          return of && [inputGradient(given.content("g"), given.plain("kernel"), of)];
        },
      },
      {
        name: "ConvTranspose, out of the layout and back",
        build: (given) => blocked(given) && [intoLayout(transposed(given.reordered("g"), given))],
      },
      {
        name: "ConvTranspose (used without the layout)",
        build: (given) => [transposed(given.plain("g"), given)],
      },
    ],
  ),
  question(
    "convolution-small",
    "small images in the layout, forward",
    [convolutionCase(64, 512, 4), convolutionCase(64, 512, 2), convolutionCase(64, 64, 8)],
    [
      {
        name: "side by side (used up to 4×4)",
        build: (given) => {
          const of = blocked(given);
          const small = given.shapes.x[2] <= 4;
          return of && small
            ? [forward(given.content("x"), given.plain("kernel"), undefined, of)]
            : undefined;
        },
      },
      {
        name: "directly",
        build: (given) => {
          const of = blocked(given);
          // Images are put side by side where their number is known.
          const open = of && { ...of, batch: "batch" };
          return open && [forward(given.content("x"), given.plain("kernel"), undefined, open)];
        },
      },
    ],
  ),
  question("layout-input", "[N, C, H, W] into the layout", cases, [
    {
      name: "ReorderInput (used)",
      build: (given) => (given.inWholeBlocks("x") ? [intoLayout(given.plain("x"))] : undefined),
    },
    {
      name: "Transpose",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const [batch, channels, height, width] = given.shapes.x;
        const blocks = [(batch * channels) / given.block, given.block, height * width];
        return [op.transpose(op.reshape(given.plain("x"), blocks), [0, 2, 1])];
      },
    },
  ]),
  question("layout-swap", "[outer, a, b, block] as [outer, b, a, block]", cases, [
    {
      name: "ReorderInput, as of channels that come last (used)",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const { outer, pixels } = imagesByBlocks(given);
        return [swapped(given.plain("x"), outer, given.block, pixels, given.block)];
      },
    },
    {
      name: "Transpose",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const { outer, pixels } = imagesByBlocks(given);
        const shape = [outer, given.block, pixels, given.block];
        return [op.transpose(op.reshape(given.plain("x"), shape), [0, 2, 1, 3])];
      },
    },
  ]),
  question("convolution-bias", "gradient of its bias", cases.slice(0, 3), [
    { name: "in two steps (used without the layout)", build: (given) => [biasGradient(given.plain("g"))] },
    { name: "in one", build: (given) => [op.reduceSum(given.plain("g"), [0, 2, 3])] },
    {
      name: "by the layout's means (used there)",
      build: (given) => (given.inWholeBlocks("g") ? [sum(given.content("g"))] : undefined),
    },
  ]),
];
