// @ts-check
// The MLP's training step in a browser: Evenkeel, jax-js and TensorFlow.js in turn. See ../README.md.
import { compare } from "../command.mjs";
import { progress } from "../measure.mjs";
import { workloads } from "../workloads.mjs";
import { launch } from "./chromium.mjs";
import { graphicsOf } from "./graphics.mjs";
import { openSite } from "./site.mjs";
import { Tab } from "./tab.mjs";

/** @typedef {import("../peers.mjs").Peer} Peer */

/** Whether graphics that are imitated in software are measured too. */
const inSoftware = process.env.EVENKEEL_SOFTWARE_GPU === "1";

/** On 2 threads and on 1, in one column. @param {Omit<Peer, "file">} peer @returns {Peer[]} */
const onThreads = (peer) =>
  ["2", "1"].map((threads) => ({
    ...peer,
    id: `${peer.id}-${threads}`,
    file: `${peer.id}.mjs`,
    parameters: [threads],
  }));

/** @type {Peer[]} */
const onProcessor = [
  ...onThreads({ id: "evenkeel", column: "Evenkeel" }),
  { id: "jax-js", column: "jax-js", file: "jax-js.mjs", slow: 12 },
  ...onThreads({ id: "tfjs-wasm", column: "TF.js wasm, by hand", slow: 12 }),
  ...onThreads({ id: "tfjs-wasm-layers", column: "TF.js wasm, tf.layers", slow: 12 }),
];

/** @type {Record<"webgpu" | "webgl", Peer[]>} */
const onGraphics = {
  webgpu: [
    { id: "evenkeel-webgpu", column: "Evenkeel, WebGPU", file: "evenkeel.mjs", parameters: ["webgpu"] },
    { id: "jax-js-webgpu", column: "jax-js, WebGPU", file: "jax-js.mjs", parameters: ["webgpu"] },
  ],
  webgl: [
    { id: "tfjs-webgl", column: "TF.js webgl, by hand", file: "tfjs-webgl.mjs" },
    { id: "tfjs-webgl-layers", column: "TF.js webgl, tf.layers", file: "tfjs-webgl-layers.mjs" },
  ],
};

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
    peers: [...onProcessor, ...(await usable())],
    start: (peer) => Tab.open(browser, site.url, peer),
  });
} finally {
  await browser.close();
  await site.stop();
}

/** The peers that compute on graphics which are there. */
async function usable() {
  const graphics = await graphicsOf(browser, `${site.url}versions.json`);
  return Object.entries(onGraphics).flatMap(([name, peers]) => {
    const found = graphics[/** @type {"webgpu" | "webgl"} */ (name)];
    if (found === "hardware") return peers;
    if (found === "software" && inSoftware) {
      return peers.map((peer) => ({ ...peer, column: `${peer.column} in software` }));
    }
    progress(`${name} is left out: ${found === "none" ? "not here" : "in software only"}`);
    return [];
  });
}
