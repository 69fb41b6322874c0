// @ts-check
// Pooling, forward with its derivative.
import {
  averagePoolGradient,
  globalAveragePoolGradient,
  maxPoolGradient,
} from "../../packages/evenkeel/dist/autodiff/pooling.js";
import { globalAverage, pooling } from "../../packages/evenkeel/dist/blocked/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { intoLayout, outOfLayout } from "../../packages/evenkeel/dist/graph/reordering.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { question } from "./timing.mjs";

/**
 * @typedef {import("./timing.mjs").Given} Given
 * @typedef {import("./timing.mjs").Value} Value
 */

const each = (/** @type {number} */ value) => [value, value];
/** Windows of 2×2, side by side. */
const windows = { kernel: each(2), strides: each(2), dilations: each(1), before: each(0), after: each(0) };

const cases = [
  [64, 64, 32],
  [64, 128, 16],
  [64, 256, 8],
  [128, 6, 28],
].map(([batch, channels, size]) => ({
  name: `${batch}×${channels}×${size}×${size}`,
  inputs: { x: [batch, channels, size, size], g: [batch, channels, size / 2, size / 2] },
}));

/** @param {"max" | "average"} kind @param {Given} given */
function inLayout(kind, given) {
  if (!given.inWholeBlocks("x")) return undefined;
  const pooled = pooling(kind, given.reordered("x"), windows, { block: given.block, training: true });
  return pooled && [...derived(intoLayout(pooled), given.content("g"))];
}

/**
 * From `[N, C, H, W]`, with the images of the batch in the place of channels.
 *
 * @param {"max" | "average"} kind
 * @param {Given} given
 */
function throughLayout(kind, given) {
  const { block, shapes } = given;
  const [batch, channels, height, width] = shapes.g;
  if (block === 1 || (batch * channels) % block > 0) return undefined;
  const pooled = pooling(kind, given.plain("x"), windows, { block, training: true });
  const images = pooled?.producer?.inputs[0];
  if (!images) return undefined;
  const g = intoLayout(op.reshape(given.plain("g"), [1, batch * channels, height, width]));
  const [, toImages] = derived(intoLayout(images), g);
  return [pooled, op.reshape(outOfLayout(toImages), shapes.x)];
}

/** @param {Value} output @param {Value} g @returns {[Value, Value]} */
function derived(output, g) {
  const [toX] = output.producer?.region?.backward(g) ?? [];
  if (!toX) throw new Error("pooling in the layout is no region of its own any more");
  return [output, toX];
}

const globalCases = [
  [128, 64, 8],
  [128, 512, 4],
].map(([batch, channels, size]) => ({
  name: `${batch}×${channels}×${size}×${size}`,
  inputs: { x: [batch, channels, size, size], g: [batch, channels] },
}));

/** @param {Given} given @param {number} value */
function everyPixel(given, value) {
  const pixels = given.shapes.x[2] * given.shapes.x[3];
  return given.inner.constant(tensor(new Float32Array(pixels).fill(value), [pixels, 1]));
}

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  question("pooling-max", "max pooling 2×2, forward and derivative", cases, [
    { name: "in the layout (used there)", build: (given) => inLayout("max", given) },
    { name: "into the layout and back (used for others)", build: (given) => throughLayout("max", given) },
    {
      name: "MaxPool with places, MaxUnpool (used without the layout)",
      build: (given) => {
        const x = given.plain("x");
        const output = op.maxPool(x, windows);
        const places = /** @type {Value} */ (output.producer?.outputs[1]);
        return [output, maxPoolGradient(x, places, given.plain("g"), windows)];
      },
    },
  ]),
  question("pooling-average", "average pooling 2×2, forward and derivative", cases, [
    { name: "in the layout (used there)", build: (given) => inLayout("average", given) },
    { name: "into the layout and back (used for others)", build: (given) => throughLayout("average", given) },
    {
      name: "AveragePool, ConvTranspose (used without the layout)",
      build: (given) => {
        const x = given.plain("x");
        return [op.averagePool(x, windows, false), averagePoolGradient(x, given.plain("g"), windows, false)];
      },
    },
  ]),
  question("mean-of-pixels", "derivative of the mean over all pixels", globalCases, [
    {
      name: "product with a constant (used without the layout)",
      build: (given) => [
        globalAveragePoolGradient(given.plain("x"), op.reshape(given.plain("g"), [...given.shapes.g, 1, 1])),
      ],
    },
    {
      name: "Expand",
      build: (given) => {
        const [batch, channels, height, width] = given.shapes.x;
        const share = op.mul(given.plain("g"), 1 / (height * width));
        return [op.expand(op.reshape(share, [batch, channels, 1, 1]), given.shapes.x)];
      },
    },
    {
      name: "Expand, in the layout (used there)",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const means = globalAverage(given.reordered("x"), given.block);
        const [toX] = means.producer?.region?.backward(given.plain("g")) ?? [];
        return toX && [toX];
      },
    },
    {
      name: "product with a constant, in the layout",
      build: (given) => {
        if (!given.inWholeBlocks("x")) return undefined;
        const [batch, channels, height, width] = given.shapes.x;
        const g = op.reshape(given.plain("g"), [batch, channels / given.block, 1, given.block]);
        return [op.mul(g, everyPixel(given, 1 / (height * width)))];
      },
    },
  ]),
];
