// @ts-check
// Random crops.
import { layers } from "evenkeel";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { uniformNumbers } from "../../packages/evenkeel/dist/random/in-graph.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { question } from "./timing.mjs";

/**
 * @typedef {import("./timing.mjs").Given} Given
 * @typedef {import("./timing.mjs").Value} Value
 */

const margin = 4;
const cases = [
  [128, 3, 32, 32],
  [128, 1, 28, 28],
].map((shape) => ({ name: shape.join("×"), inputs: { x: shape } }));

/** @param {Given} given @param {number} which */
const seed = ({ inner }, which) => inner.constant(which, "uint32");

/** By the library's layer: products with matrices of 0 and 1. @param {Given} given */
function byProducts(given) {
  const [, , height, width] = given.shapes.x;
  let seeds = 0;
  const context = {
    training: true,
    device: "cpu",
    channelBlock: given.block,
    weight: () => given.plain("x"),
    update: () => {},
    randomSeed: () => seed(given, ++seeds),
  };
  return [layers.randomCrop({ height, width, padding: margin }).build(context, given.plain("x"))];
}

/** Every pixel by its place in the padded images. @param {Given} given */
function byPlaces(given) {
  const [batch, channels, height, width] = given.shapes.x;
  const [rows, columns] = [height + 2 * margin, width + 2 * margin];
  const padded = op.pad(given.plain("x"), [0, 0, margin, margin], [0, 0, margin, margin]);
  const along = (/** @type {number} */ count, /** @type {number} */ step, /** @type {number[]} */ shape) =>
    given.inner.constant(
      tensor(
        Int32Array.from({ length: count }, (_, place) => place * step),
        shape,
      ),
    );
  const shift = (/** @type {number} */ which) =>
    op.reshape(op.cast(op.mul(uniformNumbers(seed(given, which), [batch, 1]), 2 * margin + 1), "int32"), [
      batch,
      1,
      1,
      1,
    ]);
  const row = op.mul(op.add(along(height, 1, [height, 1]), shift(1)), columns);
  const column = op.add(along(width, 1, [width]), shift(2));
  const image = along(batch * channels, rows * columns, [batch, channels, 1, 1]);
  return [
    op.gather(op.reshape(padded, [batch * channels * rows * columns]), op.add(op.add(image, row), column)),
  ];
}

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  question("random-crop", "random crop, padding 4", cases, [
    { name: "products with matrices of 0 and 1 (used)", build: byProducts },
    { name: "Gather of every pixel", build: byPlaces },
  ]),
];
