import { nodeRuntime, type Runtime, RuntimeError } from "evenkeel";
import { UsageError } from "../usage-error.js";

/** The runtime that the options name. @throws UsageError where it is not on this machine. */
export function runtimeFor({ device, threads }: { device: string; threads?: number }): Runtime {
  try {
    return nodeRuntime({ device, threads });
  } catch (cause) {
    if (cause instanceof RuntimeError) throw new UsageError(cause.message);
    throw cause;
  }
}
