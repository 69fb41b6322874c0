// @ts-check
// Where Evenkeel computes in a browser.
import { webRuntime } from "evenkeel";
import { versionOf } from "../peers/platform.mjs";

export const version = versionOf("evenkeel");

/** @param {string} [device] `wasm` or `webgpu` */
export async function runtimeOn(device = "wasm") {
  const runtime = webRuntime({ device: device === "webgpu" ? "webgpu" : "wasm" });
  return { runtime, where: device === "webgpu" ? device : `${device}, ${runtime.threads} threads` };
}
