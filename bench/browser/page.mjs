// @ts-check
// A page in which one peer does the work; the address says which.
import { parameters } from "../peers/platform.mjs";
import { requireWebGpu } from "./gpu.mjs";

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

if (parameters[0] === "webgpu") await requireWebGpu();
const file = new URLSearchParams(location.search).get("file") ?? "";
await peers[file]();
