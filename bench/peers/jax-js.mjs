// @ts-check
// jax-js on its WebAssembly device: one jitted function makes loss, gradients, update and running statistics.

import { readFileSync } from "node:fs";
import { init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
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

/** @typedef {import("@jax-js/jax").Array} Values */
/** @typedef {{ weight: Values, scale: Values, shift: Values }} Block */
/** @typedef {{ blocks: Block[], weight: Values, bias: Values }} Parameters */
/** @typedef {{ mean: Values, variance: Values }[]} Running */

const { images, labels } = floatDigits();
await init("wasm");

/**
 * Values are owned by whom they are passed to; `.ref` keeps one for another use.
 *
 * @param {Values} x
 * @param {Block} block
 * @returns {[Values, { mean: Values, variance: Values }]}
 */
function block(x, { weight, scale, shift }) {
  const product = np.matmul(x, weight.transpose());
  const mean = product.ref.mean(0);
  const centred = product.sub(mean.ref);
  const variance = np.square(centred.ref).mean(0);
  const factor = scale.div(np.sqrt(variance.ref.add(epsilon)));
  return [nn.relu(centred.mul(factor).add(shift)), { mean, variance }];
}

/**
 * @param {Parameters} parameters
 * @param {Values} x
 * @param {Values} y
 * @returns {[Values, Running]}
 */
function lossOf(parameters, x, y) {
  /** @type {Running} */
  const batch = [];
  let hidden = x;
  for (const parametersOfBlock of parameters.blocks) {
    const [output, statistics] = block(hidden, parametersOfBlock);
    hidden = output;
    batch.push(statistics);
  }
  const logits = np.matmul(hidden, parameters.weight.transpose()).add(parameters.bias);
  return [nn.logSoftmax(logits).mul(y).sum(-1).mean().neg(), batch];
}

const step = jit(
  /** @type {(parameters: Parameters, running: Running, x: Values, y: Values) => [Values, Parameters, Running]} */
  (parameters, running, x, y) => {
    const [[loss, batch], gradients] = valueAndGrad(lossOf, { hasAux: true })(tree.ref(parameters), x, y);
    return [
      loss,
      tree.map(
        (/** @type {Values} */ value, /** @type {Values} */ gradient) =>
          value.sub(gradient.mul(learningRate)),
        parameters,
        gradients,
      ),
      tree.map(
        (/** @type {Values} */ old, /** @type {Values} */ current) =>
          old.mul(momentum).add(current.mul(1 - momentum)),
        running,
        batch,
      ),
    ];
  },
);

/** @param {number} batch */
function createModel(batch) {
  const weights = initialWeights().map(({ values, shape }) => np.array(values).reshape(shape).transpose());
  const hidden = [widths[1], widths[2]];
  let parameters = {
    blocks: hidden.map((width, index) => ({
      weight: weights[index],
      scale: np.ones([width]),
      shift: np.zeros([width]),
    })),
    weight: weights[2],
    bias: np.zeros([classes]),
  };
  let running = hidden.map((width) => ({ mean: np.zeros([width]), variance: np.ones([width]) }));
  return async (/** @type {number} */ first) => {
    const x = np.array(images.subarray(first * pixels, (first + batch) * pixels)).reshape([batch, pixels]);
    const y = np.array(labels.subarray(first * classes, (first + batch) * classes)).reshape([batch, classes]);
    const [loss, nextParameters, nextRunning] = step(parameters, running, x, y);
    parameters = nextParameters;
    running = nextRunning;
    const [value] = await loss.data();
    return value;
  };
}

const version = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.resolve("@jax-js/jax")), "utf8"),
).version;
await serve(`jax-js ${version}, wasm`, createModel);
