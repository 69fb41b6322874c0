// @ts-check
// The MLP's training step in a browser: Evenkeel, jax-js and TensorFlow.js in turn. See ../README.md.
import { compare } from "../command.mjs";
import { workloads } from "../workloads.mjs";
import { launch } from "./chromium.mjs";
import { openSite } from "./site.mjs";
import { Tab } from "./tab.mjs";

/** Whether a graphics card in software is measured too. */
const inSoftware = process.env.EVENKEEL_SOFTWARE_GPU === "1";
const onGpu = inSoftware ? ["software"] : [];
const gpu = inSoftware ? ", in software" : "";

/** @param {string} file @param {string} column @returns {import("../peers.mjs").Peer[]} */
const tfjsWasm = (file, column) =>
  ["2", "1"].map((threads) => ({
    id: `${file.replace(".mjs", "")}-${threads}`,
    column,
    file,
    parameters: [threads],
    slow: 12,
  }));

/** @type {import("../peers.mjs").Peer[]} */
const peers = [
  { id: "evenkeel", column: "Evenkeel", file: "evenkeel.mjs" },
  { id: "jax-js", column: "jax-js", file: "jax-js.mjs", slow: 12 },
  ...tfjsWasm("tfjs-wasm.mjs", "TF.js wasm, by hand"),
  ...tfjsWasm("tfjs-wasm-layers.mjs", "TF.js wasm, tf.layers"),
  {
    id: "evenkeel-webgpu",
    column: `Evenkeel, WebGPU${gpu}`,
    file: "evenkeel.mjs",
    parameters: ["webgpu", ...onGpu],
  },
  {
    id: "jax-js-webgpu",
    column: `jax-js, WebGPU${gpu}`,
    file: "jax-js.mjs",
    parameters: ["webgpu", ...onGpu],
  },
  { id: "tfjs-webgl", column: `TF.js webgl, by hand${gpu}`, file: "tfjs-webgl.mjs", parameters: onGpu },
  {
    id: "tfjs-webgl-layers",
    column: `TF.js webgl, tf.layers${gpu}`,
    file: "tfjs-webgl-layers.mjs",
    parameters: onGpu,
  },
];

const browser = await launch([
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--ignore-gpu-blocklist",
  ...(inSoftware ? ["--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader"] : []),
]);
const site = await openSite();
try {
  await compare({
    file: "bench/browser/compare.mjs",
    where: `Chromium ${browser.version()}`,
    workloads: workloads.filter(({ task, id }) => task === "train" && id.startsWith("mlp")),
    peers,
    start: (peer) => Tab.open(browser, site.url, peer),
  });
} finally {
  await browser.close();
  await site.stop();
}
