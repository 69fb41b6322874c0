// @ts-check
// Where Evenkeel computes in a browser.
import { webRuntime } from "evenkeel";
import { versionOf } from "../peers/platform.mjs";

export const version = versionOf("evenkeel");

/** @param {string} [device] `webgpu`, or how many threads WebAssembly has */
export async function runtimeOn(device = "1") {
  if (device === "webgpu") return { runtime: webRuntime({ device }), where: device };
  const runtime = webRuntime({ threads: Number(device) });
  return { runtime, where: `wasm, ${runtime.threads} thread${runtime.threads === 1 ? "" : "s"}` };
}
