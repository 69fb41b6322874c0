// @ts-check
// TensorFlow.js as its users write it: a tf.layers model and `trainOnBatch`.
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import {
  classes,
  epsilon,
  floatDigits,
  initialWeights,
  learningRate,
  momentum,
  pixels,
  serve,
} from "./protocol.mjs";

const { images, labels } = floatDigits();
if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no wasm backend here");

/** @param {number} batch */
function createModel(batch) {
  const norm = () => layers.layers.batchNormalization({ momentum, epsilon });
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units: 300, useBias: false, inputShape: [pixels] }),
      norm(),
      layers.layers.reLU(),
      layers.layers.dense({ units: 100, useBias: false }),
      norm(),
      layers.layers.reLU(),
      layers.layers.dense({ units: classes }),
    ],
  });
  // Not "categoricalCrossentropy": that one takes probabilities.
  const loss = (/** @type {tf.Tensor} */ truth, /** @type {tf.Tensor} */ logits) =>
    tf.losses.softmaxCrossEntropy(truth, logits);
  model.compile({ optimizer: tf.train.sgd(learningRate), loss });
  initialWeights().forEach(({ values, shape }, index) => {
    const layer = model.layers[3 * index];
    layer.setWeights([tf.tensor2d(values, shape), ...layer.getWeights().slice(1)]);
  });
  return async (/** @type {number} */ first) => {
    const x = tf.tensor2d(images.subarray(first * pixels, (first + batch) * pixels), [batch, pixels]);
    const y = tf.tensor2d(labels.subarray(first * classes, (first + batch) * classes), [batch, classes]);
    const value = await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
    return Number(value);
  };
}

await serve(`TensorFlow.js ${tf.version_core} wasm, tf.layers`, createModel);
