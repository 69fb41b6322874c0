// @ts-check
// jax-js on its WebAssembly device, or the one that the argument names: one jitted function makes loss, gradients, update and running statistics.
// Its own convolution runs at 0.4 GFLOP/s there. Written as matrix products of shifted images, channels last, the same
// is some 40 times as fast.
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { walk } from "../networks.mjs";
import { classes, floatExamples, initialWeightsChannelsLast, normalizationValues } from "./examples.mjs";
import { parameters, versionOf } from "./platform.mjs";
import { missing, serve } from "./protocol.mjs";

/** @typedef {import("@jax-js/jax").Array} Values */
/** @typedef {import("../networks.mjs").Layer} Layer */
/** @typedef {import("../networks.mjs").Network} Network */
/** @typedef {Record<string, Values>[]} Parameters one entry for each layer that has some, in the order of the data */
/** @typedef {{ mean: Values, variance: Values }[]} Statistics one entry for each normalization */

const [device = "wasm"] = /** @type {import("@jax-js/jax").Device[]} */ (parameters);
if (!(await init(device)).includes(device)) missing(`no ${device}`);
defaultDevice(device);

/**
 * Reads parameters in order while a network is applied. Values are owned by whom they are passed to; `.ref` keeps one
 * for another use.
 *
 * @typedef {object} Reading
 * @property {Iterator<Record<string, Values>>} parameters
 * @property {Iterator<{ mean: Values, variance: Values }> | undefined} running given at inference
 * @property {Statistics} batch filled in training
 * @property {number} epsilon
 */

/** @param {Iterator<T>} iterator @returns {T} @template T */
const next = (iterator) => iterator.next().value;

/**
 * @param {Layer[]} layers
 * @param {Values} input
 * @param {Reading} reading
 */
function apply(layers, input, reading) {
  let x = input;
  for (const layer of layers) {
    switch (layer.kind) {
      case "convolution":
        x = convolution(x, next(reading.parameters).weight, layer);
        break;
      case "dense": {
        // Stored as [outputs, inputs], which its products prefer.
        const { weight, bias } = next(reading.parameters);
        x = np.matmul(x, weight.transpose());
        if (bias) x = x.add(bias);
        break;
      }
      case "batchNormalization":
        x = normalization(x, next(reading.parameters), reading);
        break;
      case "relu":
        x = nn.relu(x);
        break;
      case "maxPool": {
        const [count, height, width, channels] = x.shape;
        const [rows, columns] = [height / layer.size, width / layer.size];
        x = np.max(x.reshape([count, rows, layer.size, columns, layer.size, channels]), [2, 4]);
        break;
      }
      case "flatten":
        x = x.reshape([x.shape[0], layer.shape.reduce((product, size) => product * size, 1)]);
        break;
      case "globalAverage":
        x = x.mean([1, 2]);
        break;
      case "residual":
        x = apply(layer.inner, x.ref, reading).add(shortcut(x, layer));
        break;
    }
  }
  return x;
}

/**
 * @param {Values} x `[N, H, W, C]`
 * @param {Values} weight `[size, size, inputs, filters]`
 * @param {import("../networks.mjs").Convolution} layer
 */
function convolution(x, weight, { inputs, filters, size, stride, padding }) {
  const [, height, width] = x.shape;
  const [rows, columns] = [height, width].map((side) => Math.floor((side + 2 * padding - size) / stride) + 1);
  const around = /** @type {[number, number]} */ ([padding, padding + stride - 1]);
  const padded = np.pad(x, [[0, 0], around, around, [0, 0]]);
  const taps = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const window = padded.ref.slice(
        [],
        [row, row + rows * stride],
        [column, column + columns * stride],
        [],
      );
      taps.push(everySecond(window, stride));
    }
  }
  padded.dispose();
  // Not as matrices `[N · H · W, C]`: the divisions for that many places cost more than the products.
  const kernels = weight.reshape([size * size, inputs, filters]);
  const sum = taps
    .map((tap, index) => np.matmul(tap, kernels.ref.slice(index)))
    .reduce((total, product) => total.add(product));
  kernels.dispose();
  return sum;
}

/** @param {Values} x `[N, H, W, C]` @param {number} stride */
function everySecond(x, stride) {
  if (stride === 1) return x;
  const [count, height, width, channels] = x.shape;
  const split = x.reshape([count, height / stride, stride, width / stride, stride, channels]);
  return split.slice([], [], 0, [], 0, []);
}

/** @param {Values} x @param {import("../networks.mjs").Residual} layer */
function shortcut(x, { stride, inputs, outputs }) {
  const before = Math.floor((outputs - inputs) / 2);
  const seen = everySecond(x, stride);
  if (outputs === inputs) return seen;
  return np.pad(seen, [
    [0, 0],
    [0, 0],
    [0, 0],
    [before, outputs - inputs - before],
  ]);
}

/**
 * @param {Values} x channels last
 * @param {Record<string, Values>} parameters
 * @param {Pick<Reading, "running" | "batch" | "epsilon">} reading
 */
function normalization(x, { scale, shift }, { running, batch, epsilon }) {
  if (running) {
    const { mean, variance } = next(running);
    return x
      .sub(mean)
      .mul(scale.div(np.sqrt(variance.add(epsilon))))
      .add(shift);
  }
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = x.ref.mean(axes);
  const centred = x.sub(mean.ref);
  const variance = np.square(centred.ref).mean(axes);
  const factor = scale.div(np.sqrt(variance.ref.add(epsilon)));
  batch.push({ mean, variance });
  return centred.mul(factor).add(shift);
}

/** @param {Network} network @returns {{ parameters: Parameters, running: Statistics }} */
function initial(network) {
  const weights = initialWeightsChannelsLast(network).values();
  /** @type {(layer: Layer) => Parameters} */
  const parametersOf = (layer) => {
    if (layer.kind === "batchNormalization")
      return [{ scale: np.ones([layer.channels]), shift: np.zeros([layer.channels]) }];
    if (layer.kind !== "convolution" && layer.kind !== "dense") return [];
    const { values, shape } = next(weights);
    const weight = np.array(values).reshape(shape);
    if (layer.kind === "convolution") return [{ weight }];
    /** @type {Record<string, Values>} */
    const bias = layer.useBias ? { bias: np.zeros([layer.units]) } : {};
    return [{ weight: weight.transpose(), ...bias }];
  };
  const parameters = [...walk(network.layers)].flatMap(parametersOf);
  const running = [...walk(network.layers)].flatMap((layer) =>
    layer.kind === "batchNormalization"
      ? [{ mean: np.zeros([layer.channels]), variance: np.ones([layer.channels]) }]
      : [],
  );
  return { parameters, running };
}

/** @param {Network} network @param {number} batch */
const inputShape = ({ input: [channels, ...sides] }, batch) => [batch, ...sides, channels];

/** @param {import("../workloads.mjs").Training} work */
function trainer({ network, data, batch, optimizer }) {
  const { images, labels, count, size } = floatExamples(data, { channelsLast: true });
  const { momentum, epsilon } = network.normalization;

  const lossOf = (/** @type {Parameters} */ parameters, /** @type {Values} */ x, /** @type {Values} */ y) => {
    /** @type {Statistics} */
    const statistics = [];
    const reading = { parameters: parameters.values(), running: undefined, batch: statistics, epsilon };
    const logits = apply(network.layers, x, reading);
    return /** @type {[Values, Statistics]} */ ([
      nn.logSoftmax(logits).mul(y).sum(-1).mean().neg(),
      statistics,
    ]);
  };
  const step = jit(
    /** @type {(parameters: Parameters, velocity: Parameters, running: Statistics, x: Values, y: Values) => [Values, Parameters, Parameters, Statistics]} */
    (parameters, velocity, running, x, y) => {
      const [[loss, statistics], gradients] = valueAndGrad(lossOf, { hasAux: true })(
        tree.ref(parameters),
        x,
        y,
      );
      const moved =
        optimizer.momentum === 0
          ? gradients
          : tree.map(
              (/** @type {Values} */ old, /** @type {Values} */ gradient) =>
                old.mul(optimizer.momentum).add(gradient),
              velocity,
              gradients,
            );
      return [
        loss,
        tree.map(
          (/** @type {Values} */ value, /** @type {Values} */ change) =>
            value.sub(change.mul(optimizer.learningRate)),
          parameters,
          tree.ref(moved),
        ),
        optimizer.momentum === 0 ? [] : moved,
        tree.map(
          (/** @type {Values} */ old, /** @type {Values} */ current) =>
            old.mul(momentum).add(current.mul(1 - momentum)),
          running,
          statistics,
        ),
      ];
    },
  );

  let { parameters, running } = initial(network);
  /** @type {Parameters} */
  let velocity =
    optimizer.momentum === 0
      ? []
      : tree.map((/** @type {Values} */ value) => np.zeros(value.shape), tree.ref(parameters));
  return async (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const x = np
      .array(images.subarray(first * size, (first + batch) * size))
      .reshape(network.input.length === 1 ? [batch, size] : inputShape(network, batch));
    const y = np.array(labels.subarray(first * classes, (first + batch) * classes)).reshape([batch, classes]);
    /** @type {Values} */
    let loss;
    [loss, parameters, velocity, running] = step(parameters, velocity, running, x, y);
    const [value] = await loss.data();
    return value;
  };
}

/** @param {import("../workloads.mjs").Inference} work */
function predictor({ network, data, batch }) {
  const { images, count, size } = floatExamples(data, { channelsLast: true });
  const { epsilon } = network.normalization;
  const { parameters, running } = initial(network);
  const predict = jit(
    /** @type {(parameters: Parameters, running: Statistics, x: Values) => Values} */
    (parameters, running, x) =>
      apply(network.layers, x, {
        parameters: parameters.values(),
        running: running.values(),
        batch: [],
        epsilon,
      }),
  );
  return async (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const x = np
      .array(images.subarray(first * size, (first + batch) * size))
      .reshape(network.input.length === 1 ? [batch, size] : inputShape(network, batch));
    return predict(tree.ref(parameters), tree.ref(running), x).data();
  };
}

/** @param {import("../workloads.mjs").Normalization} work */
function normalizer({ shape, epsilon }) {
  const { x, upstream, gamma, beta } = normalizationValues(shape, { channelsLast: true });
  const inputs = {
    x: np.array(x.values).reshape(x.shape),
    scale: np.array(gamma),
    shift: np.array(beta),
  };
  const g = np.array(upstream.values).reshape(upstream.shape);
  // The derivative of Σ g · y is that of y with the upstream gradient g.
  const both = jit(
    /** @type {(of: { x: Values, scale: Values, shift: Values }, g: Values) => [Values, Record<string, Values>]} */
    (of, g) => {
      const [[, y], gradients] = valueAndGrad(
        (/** @type {{ x: Values, scale: Values, shift: Values }} */ { x, scale, shift }) => {
          const y = normalization(x, { scale, shift }, { running: undefined, batch: [], epsilon });
          return /** @type {[Values, Values]} */ ([y.ref.mul(g).sum(), y]);
        },
        { hasAux: true },
      )(of);
      return [y, gradients];
    },
  );
  return async () => {
    const [y, gradients] = await blockUntilReady(both(tree.ref(inputs), g.ref));
    return () => Promise.all([y, gradients.x, gradients.scale, gradients.shift].map((value) => value.data()));
  };
}

await serve(`jax-js ${versionOf("@jax-js/jax")}, ${device}`, (work) => {
  if (work.task === "train") return trainer(work);
  return work.task === "predict" ? predictor(work) : normalizer(work);
});
