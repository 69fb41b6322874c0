import { env, Tensor } from "onnxruntime-common";
import { requireKnown } from "../options/known.js";
import { DeviceState } from "./device-state.js";
import { HostState } from "./host-state.js";
import { type Runtime, RuntimeError } from "./runtime.js";
import {
  type OpenSession,
  outputLocations,
  reason,
  requireThreads,
  SessionProgram,
  type Wrap,
} from "./session.js";
import { openSession, settledFor, type WebDevice } from "./web-build.js";

/** Options of the runtime for browsers. */
export interface WebRuntimeOptions {
  /** Default `wasm`, which every browser has. */
  device?: WebDevice;
  /**
   * Threads of WebAssembly. Default: one for each core but one, 4 at most, where the page is cross-origin isolated; else
   * 1: a browser allows no more then. (On WebGPU: 1.) One core stays free for the page: threads that wait for one that
   * has no core make a step several times as long.
   */
  threads?: number;
  /** Address of the folder that has onnxruntime-web's `.wasm` files. Default: where the bundler put them. */
  wasmPaths?: string;
}

/**
 * The runtime for browsers, on onnxruntime-web, which is fetched when the first program is loaded. It is best used in a
 * worker: a run of WebAssembly does not let go of its thread before its end.
 *
 * A page or worker has one number of threads, and one place of the files, for each device: its first program settles
 * them. A runtime that asks for nothing takes what has been settled.
 *
 * @throws RuntimeError for what this page cannot have, or has settled otherwise.
 */
export function webRuntime(options: WebRuntimeOptions = {}): Runtime {
  const known = { device: true, threads: true, wasmPaths: true } as const;
  const { device = "wasm", threads, wasmPaths } = requireKnown("webRuntime", options, known);
  if (device !== "wasm" && device !== "webgpu") {
    throw new RuntimeError(`A browser has the devices "wasm" and "webgpu", got "${device}".`);
  }
  if (device === "webgpu" && !globalThis.navigator?.gpu) {
    throw new RuntimeError(
      'There is no WebGPU here: the browser does not have it, or the page has no https address. "wasm" always works.',
    );
  }
  requireThreads(threads);
  requireIsolation(threads);
  requireSettled(device, options);
  const onGpu = device === "webgpu";
  const wanted = { threads: threads ?? (onGpu ? 1 : availableThreads()), wasmPaths };
  const open: OpenSession = (model, locations) => {
    requireSettled(device, options);
    return openSession(device, wanted, model, locations);
  };
  return {
    name: `onnxruntime-web ${env.versions.common}`,
    device: onGpu ? "webgpu" : "cpu",
    get threads() {
      return (settledFor(device) ?? wanted).threads;
    },
    copiesFeeds: true,
    // ONNX Runtime has no such layout for WebAssembly.
    channelBlock: async () => 1,
    createState: (tensors) =>
      onGpu ? new DeviceState(tensors, wrap, open) : new HostState(tensors, wrap, true),
    async load(model, label) {
      try {
        const locations = onGpu ? { preferredOutputLocation: outputLocations(model) } : {};
        return new SessionProgram(await open(model, locations), label, wrap);
      } catch (cause) {
        throw new RuntimeError(`ONNX Runtime refused ${label} on ${device}: ${reason(cause)}.`, { cause });
      }
    },
  };
}

const wrap: Wrap = ({ type, data, shape }) => new Tensor(type, data as Float32Array, shape);

function availableThreads(): number {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)) : 1;
}

function requireIsolation(threads = 1): void {
  if (threads === 1 || globalThis.crossOriginIsolated) return;
  throw new RuntimeError(
    `${threads} threads need a page that is cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or use 1.`,
  );
}

function requireSettled(device: WebDevice, { threads, wasmPaths }: WebRuntimeOptions): void {
  const settled = settledFor(device);
  if (!settled) return;
  const where = `this page or worker loaded ONNX Runtime for ${device}`;
  const what = "Use a new worker for another choice.";
  if (threads !== undefined && threads !== settled.threads) {
    throw new RuntimeError(`There are ${settled.threads} threads, not ${threads}, since ${where}. ${what}`);
  }
  if (wasmPaths !== undefined && wasmPaths !== settled.wasmPaths) {
    throw new RuntimeError(`wasmPaths is ${settled.wasmPaths ?? "not set"} since ${where}. ${what}`);
  }
}
