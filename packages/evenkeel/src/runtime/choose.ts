import { Graph } from "../graph/graph.js";
import { writeModel } from "../graph/onnx.js";
import { add, matMul } from "../graph/operations.js";
import { tensor } from "../tensor/tensor.js";
import type { Runtime } from "./runtime.js";
import { reason } from "./session.js";
import { type WebRuntimeOptions, webRuntime } from "./web.js";

/** The runtime that a browser should use. */
export interface RuntimeChoice {
  readonly runtime: Runtime;
  /** Why it is WebAssembly and not WebGPU, as a sentence; undefined where it is WebGPU. */
  readonly whyNotWebGpu: string | undefined;
}

/**
 * WebGPU where a browser has it and it computes rightly, else WebAssembly. A graphics card that is imitated in software
 * counts as none: WebAssembly is faster.
 *
 * @param options as those of `webRuntime`; `threads` is meant for WebAssembly.
 */
export async function chooseRuntime(options: Omit<WebRuntimeOptions, "device"> = {}): Promise<RuntimeChoice> {
  const { wasmPaths } = options;
  const whyNotWebGpu = await objection(() => webRuntime({ device: "webgpu", wasmPaths }));
  const runtime =
    whyNotWebGpu === undefined ? webRuntime({ device: "webgpu", wasmPaths }) : webRuntime(options);
  return { runtime, whyNotWebGpu };
}

/** Milliseconds for fetching ONNX Runtime and trying it; over a slow connection WebAssembly, half its size, is better. */
const patience = 60_000;

/** What speaks against WebGPU; undefined when nothing does. */
async function objection(webGpu: () => Runtime): Promise<string | undefined> {
  if (!globalThis.isSecureContext) return "WebGPU needs an https address, or localhost.";
  if (!navigator.gpu) return "This browser has no WebGPU.";
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return "This browser has WebGPU, but no graphics card that it can use.";
    if (adapter.info?.isFallbackAdapter) return "WebGPU is there in software only; WebAssembly is faster.";
    const late = new Promise<"late">((resolve) => setTimeout(resolve, patience, "late"));
    const outcome = await Promise.race([computesRightly(webGpu()), late]);
    if (outcome === "late") return "WebGPU did not answer in a trial.";
    return outcome ? undefined : "WebGPU gave a wrong result in a trial.";
  } catch (cause) {
    return `WebGPU failed in a trial: ${reason(cause)}.`;
  }
}

/** Runs a small program twice, with state that stays on the device. */
async function computesRightly(runtime: Runtime): Promise<boolean> {
  const graph = new Graph("trial");
  const weight = graph.input("weight", "float32", [2, 2]);
  const x = graph.input("x", "float32", [2, 2]);
  graph.output("weight/next", add(matMul(weight, x), x));
  const program = await runtime.load(writeModel(graph), "a trial program");
  const state = runtime.createState([["weight", tensor(Float32Array.of(1, 2, 3, 4), [2, 2])]]);
  try {
    const feeds = { x: tensor(Float32Array.of(0, 1, 1, 0), [2, 2]) };
    await program.run(feeds, state);
    await program.run(feeds, state);
    const { data } = await state.read("weight");
    return Array.from(data as Float32Array).join() === "2,3,4,5";
  } finally {
    await state.release();
    await program.release();
  }
}
