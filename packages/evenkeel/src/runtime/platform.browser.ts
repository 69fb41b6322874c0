import type { NodeRuntimeOptions } from "./node.js";
import { type Runtime, RuntimeError } from "./runtime.js";

export { chooseRuntime } from "./choose.js";
export { webRuntime as defaultRuntime, webRuntime } from "./web.js";

/** @throws RuntimeError always: it is for Node. */
export function nodeRuntime(_options: NodeRuntimeOptions = {}): Runtime {
  throw new RuntimeError(
    "nodeRuntime is for Node. In a browser use webRuntime({ device, threads }) or chooseRuntime().",
  );
}
