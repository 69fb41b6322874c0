import type { RuntimeChoice } from "./choose.js";
import { type Runtime, RuntimeError } from "./runtime.js";
import type { WebRuntimeOptions } from "./web.js";

// In a bundle for browsers, platform.browser.ts takes the place of this module.

export { nodeRuntime as defaultRuntime, nodeRuntime } from "./node.js";

/**
 * The runtime for browsers, on onnxruntime-web, which is fetched when the first program is loaded. It is best used in a
 * worker: a run of WebAssembly does not let go of its thread before its end.
 *
 * A page or worker has one number of threads, and one place of the files, for each device: its first program settles
 * them. A runtime that asks for nothing takes what has been settled.
 *
 * @throws RuntimeError for what this page cannot have, or has settled otherwise; always in Node.
 */
export function webRuntime(_options: WebRuntimeOptions = {}): Runtime {
  throw new RuntimeError("webRuntime is for browsers. In Node use nodeRuntime({ device, threads }).");
}

/**
 * WebGPU where a browser has it and it computes rightly, else WebAssembly, with the reason why. A graphics card that is
 * imitated in software counts as none: WebAssembly is faster.
 *
 * @param _options as those of `webRuntime`; `threads` is meant for WebAssembly.
 * @throws RuntimeError in Node.
 */
export async function chooseRuntime(
  _options: Omit<WebRuntimeOptions, "device"> = {},
): Promise<RuntimeChoice> {
  throw new RuntimeError("chooseRuntime is for browsers. In Node use nodeRuntime({ device, threads }).");
}
