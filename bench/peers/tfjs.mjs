// @ts-check
// TensorFlow.js, its fastest form: the step in tfjs-core's operations with the derivatives written by hand.
// Its own gradients hand transposed operands to `matMul`, for which the WebAssembly backend has no fast kernel, and it has
// none at all for a convolution's weight gradient. Transposing first is several times as fast there, and costs the
// JavaScript backend nothing that can be measured; the gradients of convolutions are convolutions (tfjs-convolution.mjs).
import * as tf from "@tensorflow/tfjs-core";
import { walk } from "../networks.mjs";
import { classes, floatExamples, initialWeightsChannelsLast, normalizationValues } from "./examples.mjs";
import { serve } from "./protocol.mjs";
import { convolutionGradients, dilated, everySecond, images } from "./tfjs-convolution.mjs";

/** @typedef {import("../networks.mjs").Layer} Layer */
/** @typedef {import("../networks.mjs").Network} Network */

/**
 * A layer's output, and what leads back through it.
 *
 * @typedef {{ output: tf.Tensor, back: (gradient: tf.Tensor) => tf.Tensor }} Applied
 * @typedef {(variable: tf.Variable, gradient: tf.Tensor) => void} Descend
 */

/** @param {"wasm" | "webgl" | "cpu"} backend registered by the caller's import */
export async function serveHandWritten(backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} backend here`);
  await serve(`TensorFlow.js ${tf.version_core} ${backend}, hand-written derivatives`, (work) => {
    if (work.task === "train") return trainer(work);
    return work.task === "predict" ? predictor(work) : normalizer(work);
  });
}

/** A network's variables, by layer. @param {Network} network */
function variablesOf(network) {
  const weights = initialWeightsChannelsLast(network).values();
  /** @type {Map<Layer, Record<string, tf.Variable>>} */
  const variables = new Map();
  for (const layer of walk(network.layers)) {
    if (layer.kind === "convolution" || layer.kind === "dense") {
      const { values, shape } = weights.next().value ?? { values: [], shape: [] };
      const bias = layer.kind === "dense" && layer.useBias && tf.variable(tf.zeros([classes]));
      variables.set(layer, { weight: tf.variable(tf.tensor(values, shape)), ...(bias ? { bias } : {}) });
    } else if (layer.kind === "batchNormalization") {
      const [ones, zeros] = [tf.ones([layer.channels]), tf.zeros([layer.channels])];
      const [scale, variance] = [ones, ones].map((x) => tf.variable(x));
      const [shift, mean] = [zeros, zeros].map((x) => tf.variable(x));
      variables.set(layer, { scale, shift, mean, variance });
    }
  }
  return variables;
}

/**
 * @param {Network} network
 * @param {Map<Layer, Record<string, tf.Variable>>} variables
 * @param {Descend} descend
 */
function forTraining({ normalization: { momentum, epsilon } }, variables, descend) {
  /** @type {(running: tf.Variable, current: tf.Tensor) => void} */
  const blend = (running, current) =>
    running.assign(tf.add(tf.mul(running, momentum), tf.mul(current, 1 - momentum)));

  /** @param {Layer[]} layers @param {tf.Tensor} input @returns {Applied} */
  const all = (layers, input) => {
    let output = input;
    const backs = layers.map((layer) => {
      const applied = one(layer, output);
      output = applied.output;
      return applied.back;
    });
    return { output, back: (g) => backs.reduceRight((gradient, back) => back(gradient), g) };
  };

  /** @param {Layer} layer @param {tf.Tensor} x @returns {Applied} */
  const one = (layer, x) => {
    const { weight, bias, scale, shift, mean, variance } = variables.get(layer) ?? {};
    switch (layer.kind) {
      case "dense": {
        const product = tf.matMul(x, weight);
        return {
          output: bias ? tf.add(product, bias) : product,
          back(g) {
            const back = tf.matMul(g, tf.transpose(weight));
            descend(weight, tf.matMul(tf.transpose(x), g));
            if (bias) descend(bias, tf.sum(g, 0));
            return back;
          },
        };
      }
      case "convolution": {
        const output = convolution(x, weight, layer);
        return {
          output,
          back(g) {
            const { toInput, toWeight } = convolutionGradients(images(x), images(weight), images(g), layer);
            const back = layer.inputs === 3 || layer.inputs === 1 ? g : toInput();
            descend(weight, toWeight());
            return back;
          },
        };
      }
      case "batchNormalization": {
        const { output, statistics, back } = normalize(x, scale, shift, epsilon);
        blend(mean, statistics.mean);
        blend(variance, statistics.variance);
        return {
          output,
          back(g) {
            const { toInput, toScale, toShift } = back(g);
            descend(scale, toScale);
            descend(shift, toShift);
            return toInput;
          },
        };
      }
      case "relu": {
        const output = tf.relu(x);
        return { output, back: (g) => tf.mul(g, tf.step(output)) };
      }
      case "maxPool": {
        const sizes = { filterSize: layer.size, strides: layer.size, pad: /** @type {const} */ ("valid") };
        const output = tf.maxPool(images(x), layer.size, layer.size, "valid");
        return {
          output,
          back: (g) =>
            /** @type {tf.Tensor} */ (
              tf
                .engine()
                .runKernel(
                  "MaxPoolGrad",
                  /** @type {any} */ ({ dy: g, input: x, output }),
                  /** @type {any} */ (sizes),
                )
            ),
        };
      }
      case "flatten":
        return { output: tf.reshape(x, [x.shape[0], -1]), back: (g) => tf.reshape(g, x.shape) };
      case "globalAverage": {
        const [count, height, width, channels] = x.shape;
        const share = tf.fill([1, height, width, 1], 1 / (height * width));
        return {
          output: tf.mean(x, [1, 2]),
          back: (g) => tf.mul(tf.reshape(g, [count, 1, 1, channels]), share),
        };
      }
      case "residual": {
        const inner = all(layer.inner, x);
        return {
          output: tf.add(inner.output, shortcut(x, layer)),
          back: (g) => tf.add(inner.back(g), backThroughShortcut(g, layer)),
        };
      }
    }
  };
  return all;
}

/** @param {tf.Tensor} x @param {tf.Tensor} weight @param {import("../networks.mjs").Convolution} layer */
function convolution(x, weight, { stride, padding }) {
  const around = /** @type {[number, number]} */ ([padding, padding]);
  return tf.conv2d(images(x), images(weight), stride, [[0, 0], around, around, [0, 0]]);
}

/**
 * By the statistics of the batch; channels last.
 *
 * @param {tf.Tensor} x
 * @param {tf.Tensor} scale
 * @param {tf.Tensor} shift
 * @param {number} epsilon
 */
function normalize(x, scale, shift, epsilon) {
  const channels = x.shape[x.shape.length - 1];
  const rows = tf.reshape(x, [-1, channels]);
  const count = rows.shape[0];
  // A product with a row of ones is many times as fast as `tf.mean` and `tf.sum` along axis 0.
  const ones = tf.ones([1, count]);
  const sum = (/** @type {tf.Tensor} */ of) => tf.reshape(tf.matMul(ones, of), [channels]);
  const mean = tf.div(sum(rows), count);
  const centred = tf.sub(rows, mean);
  const variance = tf.div(sum(tf.square(centred)), count);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normalized = tf.mul(centred, inverse);
  return {
    output: tf.reshape(tf.add(tf.mul(normalized, scale), shift), x.shape),
    statistics: { mean, variance },
    back(/** @type {tf.Tensor} */ gradient) {
      const g = tf.reshape(gradient, rows.shape);
      const toShift = sum(g);
      const toScale = sum(tf.mul(g, normalized));
      const average = tf.div(tf.add(toShift, tf.mul(normalized, toScale)), count);
      const toInput = tf.reshape(tf.mul(tf.sub(g, average), tf.mul(scale, inverse)), x.shape);
      return { toInput, toScale, toShift };
    },
  };
}

/** @param {tf.Tensor} x @param {import("../networks.mjs").Residual} layer */
export function shortcut(x, { stride, inputs, outputs }) {
  const seen = stride === 1 ? x : everySecond(x);
  const before = Math.floor((outputs - inputs) / 2);
  const around = /** @type {[number, number]} */ ([before, outputs - inputs - before]);
  return outputs === inputs ? seen : tf.pad(seen, [[0, 0], [0, 0], [0, 0], around]);
}

/** @param {tf.Tensor} g @param {import("../networks.mjs").Residual} layer */
function backThroughShortcut(g, { stride, inputs, outputs }) {
  const before = Math.floor((outputs - inputs) / 2);
  const own = outputs === inputs ? g : tf.slice(g, [0, 0, 0, before], [-1, -1, -1, inputs]);
  return stride === 1 ? own : dilated(own);
}

/** @param {import("../workloads.mjs").Training} work */
function trainer({ network, data, batch, optimizer: { learningRate, momentum } }) {
  const { images: pixels, labels, count, size } = floatExamples(data, { channelsLast: true });
  const variables = variablesOf(network);
  /** @type {Map<tf.Variable, tf.Variable>} */
  const velocities = new Map();
  for (const { mean, variance, ...trained } of momentum === 0 ? [] : variables.values()) {
    for (const variable of Object.values(trained))
      velocities.set(variable, tf.variable(tf.zerosLike(variable)));
  }
  /** @type {Descend} */
  const descend = (variable, gradient) => {
    const velocity = velocities.get(variable);
    velocity?.assign(tf.add(tf.mul(velocity, momentum), gradient));
    variable.assign(tf.sub(variable, tf.mul(velocity ?? gradient, learningRate)));
  };
  const apply = forTraining(network, variables, descend);

  return (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const loss = tf.tidy(() => {
      const x = tf.tensor(
        pixels.subarray(first * size, (first + batch) * size),
        channelsLast(network.input, batch),
      );
      const y = tf.tensor2d(labels.subarray(first * classes, (first + batch) * classes), [batch, classes]);
      const { output: logits, back } = apply(network.layers, x);
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
      back(tf.div(tf.sub(tf.exp(logProbabilities), y), batch));
      return tf.neg(tf.mean(tf.sum(tf.mul(y, logProbabilities), 1)));
    });
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
}

/** @param {import("../workloads.mjs").Inference} work */
function predictor({ network, data, batch }) {
  const { images: pixels, count, size } = floatExamples(data, { channelsLast: true });
  const variables = variablesOf(network);
  const { epsilon } = network.normalization;

  /** @param {Layer[]} layers @param {tf.Tensor} input @returns {tf.Tensor} */
  const all = (layers, input) =>
    layers.reduce((x, layer) => {
      const { weight, bias, scale, shift, mean, variance } = variables.get(layer) ?? {};
      if (layer.kind === "batchNormalization") return tf.batchNorm(x, mean, variance, shift, scale, epsilon);
      if (layer.kind === "residual") return tf.add(all(layer.inner, x), shortcut(x, layer));
      if (layer.kind === "relu") return tf.relu(x);
      if (layer.kind === "globalAverage") return tf.mean(x, [1, 2]);
      if (layer.kind === "flatten") return tf.reshape(x, [x.shape[0], -1]);
      if (layer.kind === "dense") return bias ? tf.add(tf.matMul(x, weight), bias) : tf.matMul(x, weight);
      if (layer.kind === "maxPool") return tf.maxPool(images(x), layer.size, layer.size, "valid");
      return convolution(x, weight, layer);
    }, input);

  return (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const logits = tf.tidy(() =>
      all(
        network.layers,
        tf.tensor(pixels.subarray(first * size, (first + batch) * size), channelsLast(network.input, batch)),
      ),
    );
    const values = logits.dataSync();
    logits.dispose();
    return values;
  };
}

/** @param {import("../workloads.mjs").Normalization} work */
function normalizer({ shape, epsilon }) {
  const values = normalizationValues(shape, { channelsLast: true });
  const [x, upstream] = [values.x, values.upstream].map((of) => tf.tensor(of.values, of.shape));
  const [gamma, beta] = [values.gamma, values.beta].map((of) => tf.tensor1d(of));
  /** @type {tf.Tensor[]} */
  let results = [];
  return () => {
    tf.dispose(results);
    results = tf.tidy(() => {
      const { output, back } = normalize(x, gamma, beta, epsilon);
      const { toInput, toScale, toShift } = back(upstream);
      return [output, toInput, toScale, toShift];
    });
    return () => results.map((result) => result.dataSync());
  };
}

/** @param {number[]} input @param {number} batch */
export function channelsLast([channels, ...sides], batch) {
  return sides.length === 0 ? [batch, channels] : [batch, ...sides, channels];
}
