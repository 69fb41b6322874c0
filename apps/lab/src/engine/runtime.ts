import { chooseRuntime, type Runtime, webRuntime } from "evenkeel";
import type { Device, DeviceChoice } from "./choice.ts";

/** The library's runtime for a choice. @throws Error when the choice cannot be had. */
export async function chosenRuntime(choice: DeviceChoice): Promise<{ runtime: Runtime; device: Device }> {
  switch (choice) {
    case "auto": {
      const { runtime, whyNotWebGpu } = await chooseRuntime();
      return withDevice(runtime, whyNotWebGpu ?? "WebGPU works here, so it is used.");
    }
    case "webgpu":
      await requireWebGpu();
      return withDevice(webRuntime({ device: "webgpu" }), "You chose WebGPU.");
    case "wasm":
      return withDevice(webRuntime({ device: "wasm" }), "You chose WebAssembly.");
  }
}

function withDevice(runtime: Runtime, reason: string): { runtime: Runtime; device: Device } {
  const name = runtime.device === "webgpu" ? "webgpu" : "wasm";
  return { runtime, device: { name, threads: runtime.threads ?? 1, reason } };
}

async function requireWebGpu(): Promise<void> {
  const remedy = "Choose WebAssembly, which every browser has.";
  if (!navigator.gpu) {
    const why = globalThis.isSecureContext
      ? "This browser has none"
      : "It needs an https address, or localhost";
    throw new Error(`There is no WebGPU to compute on. ${why}. ${remedy}`);
  }
  if (!(await navigator.gpu.requestAdapter())) {
    throw new Error(`This browser has WebGPU, but no graphics card that it can use. ${remedy}`);
  }
}
