import { choiceField } from "../address/fields.ts";

/** Where networks are computed: `auto` takes WebGPU where it works, else WebAssembly. */
export type DeviceChoice = "auto" | "webgpu" | "wasm";

/** The choice in the address of every page. */
export const deviceField = choiceField<DeviceChoice>("auto", ["auto", "webgpu", "wasm"]);

/** Where they are computed in fact. */
export interface Device {
  /** `webgpu` or `wasm`. */
  name: "webgpu" | "wasm";
  /** Threads of WebAssembly. */
  threads: number;
  /** Why it is this one, as a sentence. */
  reason: string;
}
