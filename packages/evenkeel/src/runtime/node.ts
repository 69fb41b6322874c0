import {
  InferenceSession,
  listSupportedBackends,
  type Tensor as OrtTensor,
  env as ortEnvironment,
} from "onnxruntime-node";
import { readModel } from "../graph/onnx.js";
import type { Tensor } from "../tensor/tensor.js";
import { cpuChannelBlock } from "./channel-block.js";
import { DeviceState } from "./device-state.js";
import { HostState, type SessionState, wrap } from "./host-state.js";
import { type Program, type Runtime, RuntimeError, type State } from "./runtime.js";

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
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new RuntimeError(`threads must be a whole number of at least 1, got ${threads}.`);
  }
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    // A plan of all memory in advance takes about half as much again, and saves no time (bench/README.md).
    enableMemPattern: false,
    // What fails is thrown; its log line on the terminal would say it twice.
    logSeverityLevel: 4,
    ...(threads ? { intraOpNumThreads: threads } : {}),
  };
  return {
    name: `onnxruntime-node ${ortEnvironment.versions.node ?? ortEnvironment.versions.common}`,
    device,
    channelBlock: async () => (device === "cpu" ? await cpuChannelBlock() : 1),
    createState: (tensors) =>
      device === "webgpu" ? new DeviceState(tensors, options) : new HostState(tensors),
    async load(model, label) {
      try {
        const session = await InferenceSession.create(model, {
          ...options,
          ...(device === "webgpu" ? { preferredOutputLocation: outputLocations(model) } : {}),
        });
        return new NodeProgram(session, label);
      } catch (cause) {
        const hint = device === "cpu" ? "" : ` Is the device usable here? ${available} "cpu" always works.`;
        throw new RuntimeError(
          `ONNX Runtime refused ${label} on ${device}: ${reason(cause).replace(/[.\s]*$/, "")}.${hint}`,
          {
            cause,
          },
        );
      }
    },
  };
}

class NodeProgram implements Program {
  /** Outputs that replace state, by the state's name. */
  private readonly written: readonly string[];
  private readonly returned: readonly string[];
  /** The run under way, which a release waits for. */
  private latest: Promise<unknown> = Promise.resolve();
  /**
   * How many tensors of a device a state has from this session. They must be freed before it is: onnxruntime-node 1.30
   * ends the process when a tensor is freed whose session is gone.
   */
  private held = 0;
  private released = false;

  constructor(
    private readonly session: InferenceSession,
    private readonly label: string,
  ) {
    this.written = session.outputNames
      .filter((name) => name.endsWith("/next"))
      .map((name) => name.slice(0, -5));
    this.returned = session.outputNames.filter((name) => !name.endsWith("/next"));
  }

  run(feeds: Readonly<Record<string, Tensor>>, state?: State): Promise<Record<string, Tensor>> {
    const running = this.execute(feeds, state as SessionState | undefined);
    this.latest = running.catch(() => {});
    return running;
  }

  private async execute(
    feeds: Readonly<Record<string, Tensor>>,
    own: SessionState | undefined,
  ): Promise<Record<string, Tensor>> {
    const read = this.session.inputNames.filter((name) => !feeds[name] && own?.has(name));
    await own?.bring(read);
    // From here to the run nothing is waited for: another run would change what the state's tensors are.
    const inputs: Record<string, OrtTensor> = {};
    for (const name of this.session.inputNames) {
      const fed = feeds[name];
      if (fed) inputs[name] = wrap(fed);
      else if (own?.has(name)) inputs[name] = own.current(name);
      else
        throw new RuntimeError(
          `${this.label} needs the input "${name}", which was neither fed nor in the state.`,
        );
    }
    const outputs: Record<string, OrtTensor | null> = {};
    for (const name of this.written) {
      if (!own) throw new RuntimeError(`${this.label} writes the state "${name}", and was given no state.`);
      outputs[`${name}/next`] = own.next(name);
    }
    for (const name of this.returned) outputs[name] = null;
    let results: InferenceSession.ReturnType;
    try {
      results = await this.session.run(inputs, outputs);
    } catch (cause) {
      // The run may have written into the buffers of the state before: there is no way back to that.
      own?.advance(new Map(), () => {});
      throw new RuntimeError(`${this.label} failed: ${reason(cause)}`, { cause });
    }
    const written = new Map(this.written.map((name) => [name, results[`${name}/next`] as OrtTensor]));
    for (const { location } of written.values()) if (location === "gpu-buffer") this.held += 1;
    own?.advance(written, () => {
      this.held -= 1;
      if (this.held === 0 && this.released) void this.session.release();
    });
    return Object.fromEntries(
      this.returned.map((name) => {
        const { type, dims, data } = results[name] as OrtTensor;
        return [name, { type, shape: dims, data } as Tensor];
      }),
    );
  }

  async release(): Promise<void> {
    await this.latest;
    this.released = true;
    if (this.held === 0) await this.session.release();
  }
}

/** Where a program's outputs go on a GPU: state stays there, what is returned comes back. */
function outputLocations(model: Uint8Array): Record<string, "gpu-buffer" | "cpu"> {
  return Object.fromEntries(
    readModel(model).outputs.map((name) => [name, name.endsWith("/next") ? "gpu-buffer" : "cpu"]),
  );
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
