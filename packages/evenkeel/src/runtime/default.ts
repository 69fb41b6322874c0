/**
 * The runtime of models that are given none. It is all that the rooms above know of a particular runtime: a
 * build for browsers puts a module of its own in the place of this one.
 */
export { nodeRuntime as defaultRuntime } from "./node.js";
