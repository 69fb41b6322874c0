import type { InferenceSession } from "onnxruntime-common";
import type { Session } from "./session.js";

/** Where a browser computes: on the processor, by WebAssembly, or on the graphics card. */
export type WebDevice = "wasm" | "webgpu";

/** What is settled for a whole page or worker when a device's first program is loaded. */
export interface BuildSettings {
  readonly threads: number;
  /** Folder of the `.wasm` file; undefined where the bundler put it. */
  readonly wasmPaths: string | undefined;
}

type OnnxRuntimeWeb = typeof import("onnxruntime-web/wasm");

/** A build of onnxruntime-web, once it has been asked for. Each device has one of its own. */
interface Build extends BuildSettings {
  readonly module: Promise<OnnxRuntimeWeb>;
}

const files: Readonly<Record<WebDevice, string>> = {
  wasm: "ort-wasm-simd-threaded.wasm",
  webgpu: "ort-wasm-simd-threaded.asyncify.wasm",
};

const builds = new Map<WebDevice, Build>();

/** What has been settled for a device; undefined before its first program is loaded. */
export function settledFor(device: WebDevice): BuildSettings | undefined {
  return builds.get(device);
}

/** What fails is thrown; its log line in the console would say it twice. */
const quietly = { logSeverityLevel: 4 } as const;

/**
 * Opens a session. The first one fetches ONNX Runtime.
 *
 * @param settings are heeded until ONNX Runtime has been fetched.
 * @param locations where outputs are to be.
 */
export async function openSession(
  device: WebDevice,
  settings: BuildSettings,
  model: Uint8Array,
  locations: InferenceSession.SessionOptions = {},
): Promise<Session> {
  const { InferenceSession } = await (builds.get(device) ?? fetchBuild(device, settings)).module;
  const session = await inTurn(device, () =>
    InferenceSession.create(model, {
      executionProviders: [device],
      graphOptimizationLevel: "all",
      // As in Node: a plan of all memory in advance takes more memory, and saves no time.
      enableMemPattern: false,
      ...quietly,
      ...locations,
    }),
  ).catch((cause) => {
    throw withAdvice(cause, device);
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, fetches) {
      const results = await inTurn(device, () =>
        fetches ? session.run(feeds, fetches, quietly) : session.run(feeds, quietly),
      );
      await letOthersRun();
      return results;
    },
    release: () => inTurn(device, () => session.release()),
  };
}

function fetchBuild(device: WebDevice, settings: BuildSettings): Build {
  const build = { ...settings, module: imported(device, settings) };
  builds.set(device, build);
  // Another attempt may succeed.
  build.module.catch(() => builds.delete(device));
  return build;
}

async function imported(device: WebDevice, { threads, wasmPaths }: BuildSettings): Promise<OnnxRuntimeWeb> {
  const module = await (device === "wasm"
    ? import("onnxruntime-web/wasm")
    : import("onnxruntime-web/webgpu"));
  const { wasm } = module.env;
  wasm.numThreads = threads;
  if (wasmPaths !== undefined) wasm.wasmPaths = { wasm: fileIn(wasmPaths, files[device]) };
  return module;
}

function fileIn(folder: string, file: string): string {
  return new URL(file, new URL(`${folder.replace(/\/*$/, "")}/`, location.href)).href;
}

/** Says what helps where WebAssembly itself could not be started, for what its compiler then says does not tell. */
function withAdvice(cause: unknown, device: WebDevice): unknown {
  if (!(cause instanceof Error && cause.message.includes("Aborted("))) return cause;
  return new Error(
    `${cause.message} Is ${files[device]} served beside the bundle, or where wasmPaths says, and does the page's Content-Security-Policy allow 'wasm-unsafe-eval'? Then load the page anew`,
    { cause },
  );
}

const latest: Record<WebDevice, Promise<unknown>> = { wasm: Promise.resolve(), webgpu: Promise.resolve() };

/**
 * The sessions of a device take turns: WebAssembly that waits for the graphics card cannot be called a second time
 * meanwhile.
 */
function inTurn<T>(device: WebDevice, action: () => Promise<T>): Promise<T> {
  const result = latest[device].then(action);
  latest[device] = result.catch(() => {});
  return result;
}

/** Milliseconds after which other events of the page or worker are let through: one frame. */
const patience = 16;
let lastPause = 0;

/**
 * Lets messages, clicks and the screen have their turn. A run of WebAssembly blocks its thread and then goes on at once,
 * so that a training would keep out even the message that is to stop it.
 */
async function letOthersRun(): Promise<void> {
  if (performance.now() - lastPause < patience) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  port1.close();
  lastPause = performance.now();
}
