// @ts-check
// TensorFlow.js, its fastest form: the step in tfjs-core's operations with the derivatives written by hand.
// Its own gradients hand transposed operands to `matMul`, for which the WebAssembly backend has no fast kernel:
// transposing first is several times as fast there, and costs the JavaScript backend nothing that can be measured.
import * as tf from "@tensorflow/tfjs-core";
import {
  classes,
  epsilon,
  floatDigits,
  initialWeights,
  learningRate,
  momentum,
  pixels,
  serve,
  widths,
} from "./protocol.mjs";

const { images, labels } = floatDigits();

/** @param {"wasm" | "cpu"} backend registered by the caller's import */
export async function serveHandWritten(backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} backend here`);
  await serve(`TensorFlow.js ${tf.version_core} ${backend}, hand-written derivatives`, createModel);
}

/** @param {number} batch */
function createModel(batch) {
  const hidden = [widths[1], widths[2]];
  const weights = initialWeights().map(({ values, shape }) => tf.variable(tf.tensor2d(values, shape)));
  const bias = tf.variable(tf.zeros([classes]));
  const scales = hidden.map((width) => tf.variable(tf.ones([width])));
  const shifts = hidden.map((width) => tf.variable(tf.zeros([width])));
  const means = hidden.map((width) => tf.variable(tf.zeros([width])));
  const variances = hidden.map((width) => tf.variable(tf.ones([width])));

  /** @type {(variable: tf.Variable, gradient: tf.Tensor) => void} */
  const descend = (variable, gradient) => variable.assign(tf.sub(variable, tf.mul(gradient, learningRate)));
  /** @type {(running: tf.Variable, current: tf.Tensor) => void} */
  const blend = (running, current) =>
    running.assign(tf.add(tf.mul(running, momentum), tf.mul(current, 1 - momentum)));

  return (/** @type {number} */ first) => {
    const loss = tf.tidy(() => {
      const x = tf.tensor2d(images.subarray(first * pixels, (first + batch) * pixels), [batch, pixels]);
      const y = tf.tensor2d(labels.subarray(first * classes, (first + batch) * classes), [batch, classes]);

      /** @type {tf.Tensor} */
      let input = x;
      const blocks = hidden.map((_, index) => {
        const product = tf.matMul(input, weights[index]);
        const mean = tf.mean(product, 0);
        const centred = tf.sub(product, mean);
        const variance = tf.mean(tf.square(centred), 0);
        const inverse = tf.rsqrt(tf.add(variance, epsilon));
        const normalized = tf.mul(centred, inverse);
        const output = tf.relu(tf.add(tf.mul(normalized, scales[index]), shifts[index]));
        blend(means[index], mean);
        blend(variances[index], variance);
        const block = { input, normalized, inverse, output };
        input = output;
        return block;
      });
      const logits = tf.add(tf.matMul(input, weights[2]), bias);
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));

      const error = tf.div(tf.sub(tf.exp(logProbabilities), y), batch);
      /** @type {tf.Tensor} */
      let gradient = tf.matMul(error, tf.transpose(weights[2]));
      descend(weights[2], tf.matMul(tf.transpose(input), error));
      descend(bias, tf.sum(error, 0));
      for (const index of [1, 0]) {
        const { input, normalized, inverse, output } = blocks[index];
        const active = tf.mul(gradient, tf.step(output));
        const shiftGradient = tf.sum(active, 0);
        const scaleGradient = tf.sum(tf.mul(active, normalized), 0);
        const average = tf.div(tf.add(shiftGradient, tf.mul(normalized, scaleGradient)), batch);
        const product = tf.mul(tf.sub(active, average), tf.mul(scales[index], inverse));
        if (index > 0) gradient = tf.matMul(product, tf.transpose(weights[index]));
        descend(weights[index], tf.matMul(tf.transpose(input), product));
        descend(scales[index], scaleGradient);
        descend(shifts[index], shiftGradient);
      }
      return tf.neg(tf.mean(tf.sum(tf.mul(y, logProbabilities), 1)));
    });
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
}
