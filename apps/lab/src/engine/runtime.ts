import type { Runtime } from "evenkeel";
import type { Device, DeviceChoice } from "./choice.ts";

/** The library's runtime for a choice. @throws Error when the choice cannot be had. */
export async function chosenRuntime(choice: DeviceChoice): Promise<{ runtime: Runtime; device: Device }> {
  throw new Error(`not yet: ${choice}`);
}
