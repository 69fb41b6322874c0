import { nodeRuntime } from "../runtime/index.js";

/** For networks too small to share out: test files run side by side, and idle threads spin. */
export const singleThread = nodeRuntime({ threads: 1 });
