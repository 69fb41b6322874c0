import { InferenceSession, listSupportedBackends, env as ortEnvironment, Tensor } from "onnxruntime-node";
import { cpuChannelBlock } from "./channel-block.js";
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

/** Options of the runtime for Node. */
export interface NodeRuntimeOptions {
  /**
   * The ONNX Runtime execution provider, by name: `cpu` everywhere, and what this machine's build has besides
   * (`webgpu`, `cuda`, `dml`, `coreml`). Default `cpu`.
   */
  device?: string;
  /** Threads inside one operation. Default: ONNX Runtime's choice, one for each physical core. */
  threads?: number;
}

/**
 * The runtime for Node, on onnxruntime-node.
 *
 * @throws RuntimeError when this machine has no such device; the message lists those it has.
 */
export function nodeRuntime({ device = "cpu", threads }: NodeRuntimeOptions = {}): Runtime {
  const providers = listSupportedBackends();
  const having = (bundled: boolean) =>
    providers.flatMap((provider) => (provider.bundled === bundled ? [provider.name] : [])).join(", ");
  const available = `This machine's ONNX Runtime has: ${having(true)}${
    having(false) ? `; and, where their libraries are installed: ${having(false)}` : ""
  }.`;
  if (!providers.some(({ name }) => name === device)) {
    throw new RuntimeError(`There is no execution provider "${device}" here. ${available}`);
  }
  requireThreads(threads);
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    // A plan of all memory in advance takes about half as much again, and saves no time (bench/README.md).
    enableMemPattern: false,
    // What fails is thrown; its log line on the terminal would say it twice.
    logSeverityLevel: 4,
    ...(threads ? { intraOpNumThreads: threads } : {}),
  };
  const open: OpenSession = (model, locations) =>
    InferenceSession.create(model, { ...options, ...locations });
  return {
    name: `onnxruntime-node ${ortEnvironment.versions.node ?? ortEnvironment.versions.common}`,
    device,
    channelBlock: async () => (device === "cpu" ? await cpuChannelBlock() : 1),
    createState: (tensors) =>
      device === "webgpu" ? new DeviceState(tensors, wrap, open) : new HostState(tensors, wrap),
    async load(model, label) {
      try {
        const locations = device === "webgpu" ? { preferredOutputLocation: outputLocations(model) } : {};
        return new SessionProgram(await open(model, locations), label, wrap);
      } catch (cause) {
        const hint = device === "cpu" ? "" : ` Is the device usable here? ${available} "cpu" always works.`;
        throw new RuntimeError(`ONNX Runtime refused ${label} on ${device}: ${reason(cause)}.${hint}`, {
          cause,
        });
      }
    },
  };
}

const wrap: Wrap = ({ type, data, shape }) => new Tensor(type, data as Float32Array, shape);
