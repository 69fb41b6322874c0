// @ts-check
// TensorFlow.js as its users write it: tf.layers models, `trainOnBatch` and `predict`, its own gradients.
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { classes, floatExamples, initialWeightsChannelsLast, normalizationValues } from "./examples.mjs";
import { Cannot, serve } from "./protocol.mjs";
import { channelsLast, shortcut } from "./tfjs.mjs";

/** @typedef {import("../networks.mjs").Network} Network */

/** @param {"wasm" | "webgl"} backend registered by the caller's import */
export async function serveLayers(backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} backend here`);
  await serve(`TensorFlow.js ${tf.version_core} ${backend}, tf.layers`, (work) => {
    if (work.task === "train") return trainer(work);
    return work.task === "predict" ? predictor(work) : normalizer(work);
  });
}

class Shortcut extends tfl.layers.Layer {
  static className = "Shortcut";
  /** @type {import("../networks.mjs").Residual} */
  residual;

  /** @param {import("../networks.mjs").Residual} residual */
  constructor(residual) {
    super({});
    this.residual = residual;
  }

  /** @override @param {any} shape @returns {any} */
  computeOutputShape([count, height, width]) {
    const { stride, outputs } = this.residual;
    return [count, height / stride, width / stride, outputs];
  }

  /** @override @param {tf.Tensor | tf.Tensor[]} x */
  call(x) {
    return tf.tidy(() => shortcut(Array.isArray(x) ? x[0] : x, this.residual));
  }
}

/** @param {Network} network */
function createModel(network) {
  /** Those with initial weights, in the order of the data. @type {tfl.layers.Layer[]} */
  const weighted = [];
  const { momentum, epsilon } = network.normalization;

  /** @param {import("../networks.mjs").Layer[]} layers @param {tfl.SymbolicTensor} input */
  const all = (layers, input) => layers.reduce((x, layer) => one(layer, x), input);

  /** @param {import("../networks.mjs").Layer} layer @param {tfl.SymbolicTensor} x @returns {tfl.SymbolicTensor} */
  const one = (layer, x) => {
    const to = (/** @type {tfl.layers.Layer} */ made, input = x) =>
      /** @type {tfl.SymbolicTensor} */ (made.apply(input));
    switch (layer.kind) {
      case "dense": {
        const dense = tfl.layers.dense({ units: layer.units, useBias: layer.useBias });
        weighted.push(dense);
        return to(dense);
      }
      case "convolution": {
        const { filters, size, stride, padding } = layer;
        const same = stride === 1 && 2 * padding === size - 1;
        const conv = tfl.layers.conv2d({
          filters,
          kernelSize: size,
          strides: stride,
          padding: same ? "same" : "valid",
          useBias: false,
        });
        weighted.push(conv);
        // With a stride, its "same" pads other sides than the other libraries.
        return to(conv, same || padding === 0 ? x : to(tfl.layers.zeroPadding2d({ padding })));
      }
      case "batchNormalization":
        return to(tfl.layers.batchNormalization({ momentum, epsilon }));
      case "relu":
        return to(tfl.layers.reLU());
      case "maxPool":
        return to(tfl.layers.maxPooling2d({ poolSize: layer.size }));
      case "flatten":
        return to(tfl.layers.flatten());
      case "globalAverage":
        return to(tfl.layers.globalAveragePooling2d({}));
      case "residual": {
        const inner = all(layer.inner, x);
        return /** @type {tfl.SymbolicTensor} */ (tfl.layers.add().apply([inner, to(new Shortcut(layer))]));
      }
    }
  };

  const input = tfl.input({ shape: channelsLast(network.input, 0).slice(1) });
  const model = tfl.model({ inputs: input, outputs: all(network.layers, input) });
  initialWeightsChannelsLast(network).forEach(({ values, shape }, index) => {
    const layer = weighted[index];
    layer.setWeights([tf.tensor(values, shape), ...layer.getWeights().slice(1)]);
  });
  return model;
}

/** @param {import("../workloads.mjs").Training} work */
function trainer({ network, data, batch, optimizer: { learningRate, momentum } }) {
  const model = createModel(network);
  // Not "categoricalCrossentropy": that one takes probabilities.
  const loss = (/** @type {tf.Tensor} */ truth, /** @type {tf.Tensor} */ logits) =>
    tf.losses.softmaxCrossEntropy(truth, logits);
  const optimizer = momentum === 0 ? tf.train.sgd(learningRate) : tf.train.momentum(learningRate, momentum);
  model.compile({ optimizer, loss });
  const { images, labels, count, size } = floatExamples(data, { channelsLast: true });
  return async (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const x = tf.tensor(
      images.subarray(first * size, (first + batch) * size),
      channelsLast(network.input, batch),
    );
    const y = tf.tensor2d(labels.subarray(first * classes, (first + batch) * classes), [batch, classes]);
    try {
      return Number(await model.trainOnBatch(x, y));
    } catch (error) {
      throw lacking(error);
    } finally {
      tf.dispose([x, y]);
    }
  };
}

/** @param {import("../workloads.mjs").Inference} work */
function predictor({ network, data, batch }) {
  const model = createModel(network);
  const { images, count, size } = floatExamples(data, { channelsLast: true });
  return (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const pixels = images.subarray(first * size, (first + batch) * size);
    const logits = tf.tidy(
      () =>
        /** @type {tf.Tensor} */ (
          model.predict(tf.tensor(pixels, channelsLast(network.input, batch)), { batchSize: batch })
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
  const x = tf.variable(tf.tensor(values.x.values, values.x.shape));
  const upstream = tf.tensor(values.upstream.values, values.upstream.shape);
  const layer = tfl.layers.batchNormalization({ epsilon });
  layer.build(x.shape);
  const [gamma, beta] = [values.gamma, values.beta].map((of) => tf.tensor1d(of));
  layer.setWeights([gamma, beta, ...layer.getWeights().slice(2)]);
  // The variables inside are not in its types.
  const variables = [x, ...layer.trainableWeights.map((weight) => /** @type {any} */ (weight).val)];
  /** @type {tf.Tensor[]} */
  let results = [];
  return () => {
    tf.dispose(results);
    results = tf.tidy(() => {
      /** @type {tf.Tensor[]} */
      const outputs = [];
      const { grads } = tf.variableGrads(() => {
        outputs.push(tf.keep(/** @type {tf.Tensor} */ (layer.apply(x, { training: true }))));
        return tf.sum(tf.mul(outputs[0], upstream));
      }, variables);
      return [...outputs, ...variables.map(({ name }) => grads[name])];
    });
    return () => results.map((result) => result.dataSync());
  };
}

/** What the backend lacks, where that is why it failed. @param {unknown} error */
function lacking(error) {
  const kernel = error instanceof Error && /Kernel '(\w+)' not registered/.exec(error.message)?.[1];
  return kernel ? new Cannot(`no ${kernel}`) : error;
}
