// @ts-check
// A convolution's gradients in TensorFlow.js, images with their channels last.
import * as tf from "@tensorflow/tfjs-core";

/** Of rank 4, which its functions for images ask for. @type {(x: tf.Tensor) => tf.Tensor4D} */
export const images = (x) => /** @type {tf.Tensor4D} */ (x);

/**
 * @param {tf.Tensor4D} x `[N, H, W, inputs]`
 * @param {tf.Tensor4D} weight `[size, size, inputs, filters]`
 * @param {tf.Tensor4D} g `[N, rows, columns, filters]`
 * @param {import("../networks.mjs").Convolution} layer
 */
export function convolutionGradients(x, weight, g, { size, stride, padding }) {
  const [height, rows] = [x.shape[1], g.shape[1]];
  return {
    /**
     * The gradient, spread out where the convolution had a stride, under the kernel reversed; plain JavaScript is
     * faster by its own operation.
     */
    toInput() {
      if (tf.getBackend() === "cpu")
        return tf.conv2dTranspose(g, weight, x.shape, stride, padded(padding, padding));
      const reversed = tf.transpose(tf.reverse(weight, [0, 1]), [0, 1, 3, 2]);
      const spread = stride === 1 ? g : images(dilated(g));
      const before = size - 1 - padding;
      const ends = padded(before, height - rows * stride + padding);
      return tf.conv2d(spread, reversed, 1, ends);
    },
    /**
     * Images and batch change places: the gradient is the kernel that slides over them. The operation for it is missing
     * in WebAssembly, and several times slower in plain JavaScript.
     */
    toWeight() {
      const channels = tf.transpose(x, [3, 1, 2, 0]);
      const kernel = tf.transpose(g, [1, 2, 0, 3]);
      const ends = padded(padding, size + (rows - 1) * stride - height - padding);
      const product = tf.conv2d(channels, kernel, 1, ends, "NHWC", stride);
      return tf.transpose(product, [1, 2, 0, 3]);
    },
  };
}

/**
 * @param {number} before
 * @param {number} after
 * @returns {[[number, number], [number, number], [number, number], [number, number]]}
 */
function padded(before, after) {
  return [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ];
}

/** Every second row and column. @param {tf.Tensor} x `[N, H, W, C]` */
export function everySecond(x) {
  const [count, height, width, channels] = x.shape;
  const split = tf.reshape(x, [(count * height) / 2, 2, width / 2, 2 * channels]);
  const kept = tf.slice(split, [0, 0, 0, 0], [-1, 1, -1, channels]);
  return tf.reshape(kept, [count, height / 2, width / 2, channels]);
}

/** A zero after each row and column: the gradient of `everySecond`. @param {tf.Tensor} g `[N, H, W, C]` */
export function dilated(g) {
  const [count, height, width, channels] = g.shape;
  const columns = tf.pad(tf.reshape(g, [count * height * width, 1, channels]), [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(columns, [count * height, 1, 2 * width * channels]), [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  return tf.reshape(rows, [count, 2 * height, 2 * width, channels]);
}
