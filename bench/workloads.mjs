// @ts-check
// The rows of the table.
import { leNet5, mlp, resNet, vgg11 } from "./networks.mjs";

/** @typedef {import("./networks.mjs").Network} Network */

/**
 * @typedef {object} Training one step: next batch, forward, backward, update, loss read back
 * @property {"train"} task
 * @property {string} id
 * @property {string} title
 * @property {Network} network
 * @property {"digits" | "pictures"} data
 * @property {number} batch
 * @property {{ learningRate: number, momentum: number }} optimizer velocity ← momentum · velocity + gradient,
 *   weight ← weight − learningRate · velocity
 *
 * @typedef {object} Inference one batch of images to its logits, with running statistics
 * @property {"predict"} task
 * @property {string} id
 * @property {string} title
 * @property {Network} network
 * @property {"digits" | "pictures"} data
 * @property {number} batch
 *
 * @typedef {object} Normalization the layer alone: output, and the gradients of input, gamma and beta
 * @property {"normalize"} task
 * @property {string} id
 * @property {string} title
 * @property {number[]} shape channels on axis 1
 * @property {number} epsilon
 *
 * @typedef {Training | Inference | Normalization} Workload
 */

const sgd = { learningRate: 0.1, momentum: 0 };
const withMomentum = { learningRate: 0.02, momentum: 0.9 };

/**
 * @param {string} id
 * @param {Network} network
 * @param {number} batch
 * @param {{ learningRate: number, momentum: number }} [optimizer]
 * @returns {Training}
 */
export function training(id, network, batch, optimizer = withMomentum) {
  const title = `${network.name}, batch ${batch}`;
  return { task: "train", id, title, network, data: dataOf(network), batch, optimizer };
}

/**
 * @param {string} id
 * @param {Network} network
 * @param {number} batch
 * @returns {Inference}
 */
function inference(id, network, batch) {
  const title = `${network.name}, inference, ${batch === 1 ? "one image" : `${batch} images`}`;
  return { task: "predict", id, title, network, data: dataOf(network), batch };
}

/** @param {number[]} shape @returns {Normalization} */
function normalization(shape) {
  const size = shape.join("×");
  return {
    task: "normalize",
    id: `bn-${shape.join("x")}`,
    title: `batch normalization, ${size}`,
    shape,
    epsilon: 1e-5,
  };
}

/** @param {Network} network @returns {"digits" | "pictures"} */
function dataOf({ input }) {
  return input[0] === 3 ? "pictures" : "digits";
}

/** @type {Workload[]} */
export const workloads = [
  ...[32, 128, 512].map((batch) => training(`mlp-${batch}`, mlp(), batch, sgd)),
  training("lenet5-128", leNet5(), 128),
  training("vgg11-64", vgg11(), 64),
  training("resnet20-128", resNet(20), 128),
  inference("mlp-predict-1", mlp(), 1),
  inference("mlp-predict-128", mlp(), 128),
  inference("resnet20-predict-1", resNet(20), 1),
  inference("resnet20-predict-128", resNet(20), 128),
  normalization([128, 300]),
  normalization([128, 32, 16, 16]),
  normalization([128, 16, 32, 32]),
];
