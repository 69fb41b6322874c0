// @ts-check
// What grows, one thing at a time.
import { resNet } from "../networks.mjs";
import { training } from "../workloads.mjs";

/**
 * @typedef {object} Series
 * @property {string} id for --only
 * @property {string} title
 * @property {string} quantity what grows
 * @property {{ size: number, work: import("../workloads.mjs").Training }[]} points
 * @property {boolean} [starts] whether the time to build and start is measured too
 */

/** The rate is so low that a network without normalizations, too, goes through its steps with finite numbers. */
const careful = { learningRate: 1e-6, momentum: 0.9 };

/**
 * @param {string} id
 * @param {number[]} sizes
 * @param {(size: number) => { network: import("../networks.mjs").Network, batch?: number }} make
 */
function points(id, sizes, make) {
  return sizes.map((size) => {
    const { network, batch = 32 } = make(size);
    return { size, work: training(`${id}-${size}`, network, batch, careful) };
  });
}

/** @type {Series[]} */
export const allSeries = [
  {
    id: "batch",
    title: "ResNet-20 by batch size",
    quantity: "batch size",
    points: points("batch", [16, 32, 64, 128, 256], (batch) => ({ network: resNet(20), batch })),
  },
  {
    id: "width",
    title: "ResNet-20 by width, batch 32",
    quantity: "factor on all channels",
    points: points("width", [1, 2, 3, 4], (width) => ({ network: resNet(20, { width }) })),
  },
  {
    id: "depth",
    title: "ResNet by depth, batch 32",
    quantity: "layers with weights",
    points: points("depth", [20, 32, 44, 56, 110], (depth) => ({ network: resNet(depth) })),
    starts: true,
  },
  {
    id: "normalizations",
    title: "ResNet-20 by batch-norm layers, batch 32",
    quantity: "batch-norm layers, the first ones of 19",
    points: points("normalizations", [0, 4, 9, 14, 19], (normalized) => ({
      network: { ...resNet(20), normalized },
    })),
  },
];
