import type { Runtime } from "evenkeel";

/** What a service is given. */
export interface ServiceContext {
  runtime: Runtime;
}
