export { type NodeRuntimeOptions, nodeRuntime } from "./node.js";
export { type Program, type Runtime, RuntimeError, type State } from "./runtime.js";
