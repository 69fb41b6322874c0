export type { RuntimeChoice } from "./choose.js";
export type { NodeRuntimeOptions } from "./node.js";
export { chooseRuntime, nodeRuntime, webRuntime } from "./platform.js";
export { type Program, type Runtime, RuntimeError, type State } from "./runtime.js";
export type { WebRuntimeOptions } from "./web.js";
