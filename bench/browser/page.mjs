// @ts-check
// A page in which one peer does the work; the address says which.

/** @type {Record<string, () => Promise<unknown>>} */
const peers = {
  "evenkeel.mjs": () => import("../peers/evenkeel.mjs"),
  "jax-js.mjs": () => import("../peers/jax-js.mjs"),
  "tfjs-wasm.mjs": async () => {
    await import("./tfjs-wasm-files.mjs");
    return await import("../peers/tfjs-wasm.mjs");
  },
  "tfjs-wasm-layers.mjs": async () => {
    await import("./tfjs-wasm-files.mjs");
    return await import("../peers/tfjs-wasm-layers.mjs");
  },
  "tfjs-webgl.mjs": () => import("./tfjs-webgl.mjs"),
  "tfjs-webgl-layers.mjs": () => import("./tfjs-webgl-layers.mjs"),
};

const file = new URLSearchParams(location.search).get("file") ?? "";
await peers[file]();
