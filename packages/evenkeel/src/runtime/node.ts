import {
  InferenceSession,
  listSupportedBackends,
  Tensor as OrtTensor,
  env as ortEnvironment,
} from "onnxruntime-node";
import { allocate, formatShape, type Tensor } from "../tensor/tensor.js";
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
    // What fails is thrown; its log line on the terminal would say it twice.
    logSeverityLevel: 4,
    ...(threads ? { intraOpNumThreads: threads } : {}),
  };
  return {
    name: `onnxruntime-node ${ortEnvironment.versions.node ?? ortEnvironment.versions.common}`,
    device,
    createState: (tensors) => new HostState(tensors),
    async load(model, label) {
      try {
        return new NodeProgram(await InferenceSession.create(model, options), label);
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

interface Entry {
  front: OrtTensor;
  /** Allocated when a program first writes the entry. */
  back: OrtTensor | undefined;
}

/** State in ordinary memory, wrapped for ONNX Runtime once and for all. */
class HostState implements State {
  private readonly entries = new Map<string, Entry>();
  private lastWritten: readonly string[] = [];

  constructor(tensors: Iterable<readonly [string, Tensor]>) {
    for (const [name, tensor] of tensors) this.put(name, tensor);
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  async read(name: string): Promise<Tensor> {
    const { type, dims, data } = this.entry(name).front;
    return { type, shape: [...dims], data: (data as Float32Array).slice() } as Tensor;
  }

  write(name: string, tensor: Tensor): void {
    const { front } = this.entry(name);
    const sameShape = formatShape(front.dims) === formatShape(tensor.shape);
    if (!sameShape || front.type !== tensor.type) {
      throw new RuntimeError(
        `"${name}" is ${front.type}${formatShape(front.dims)}, got ${tensor.type}${formatShape(tensor.shape)}.`,
      );
    }
    (front.data as Float32Array).set(tensor.data as Float32Array);
  }

  put(name: string, tensor: Tensor): void {
    this.entries.set(name, {
      front: wrap({ ...tensor, data: tensor.data.slice() } as Tensor),
      back: undefined,
    });
  }

  remove(name: string): void {
    this.entries.delete(name);
  }

  undo(): void {
    for (const name of this.lastWritten) {
      // What was removed or replaced since the run has nothing to go back to.
      const entry = this.entries.get(name);
      if (entry?.back) this.swap(entry);
    }
    this.lastWritten = [];
  }

  async isFinite(names: readonly string[]): Promise<boolean> {
    return names.every((name) => {
      const data = this.entry(name).front.data as Float32Array;
      // 0 · x is NaN for every x that is not finite, and a sum keeps it: one pass without a branch.
      let sum = 0;
      for (let index = 0; index < data.length; index++) sum += 0 * data[index]!;
      return sum === 0;
    });
  }

  /** The buffer that programs read. */
  current(name: string): OrtTensor {
    return this.entry(name).front;
  }

  /** The buffer that programs write. */
  next(name: string): OrtTensor {
    const entry = this.entry(name);
    entry.back ??= wrap({
      type: entry.front.type,
      shape: entry.front.dims,
      data: allocate(entry.front.type as Tensor["type"], entry.front.size),
    } as Tensor);
    return entry.back;
  }

  /** Makes what the last run wrote the current state. */
  advance(names: readonly string[]): void {
    for (const name of names) this.swap(this.entry(name));
    this.lastWritten = names;
  }

  private swap(entry: Entry): void {
    const written = entry.back!;
    entry.back = entry.front;
    entry.front = written;
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw new RuntimeError(`The state has no "${name}". It has: ${this.names().join(", ")}.`);
  }
}

class NodeProgram implements Program {
  /** Outputs that replace state, by the state's name. */
  private readonly written: readonly string[];
  private readonly returned: readonly string[];
  /** The run under way, which a release waits for. */
  private latest: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly session: InferenceSession,
    private readonly label: string,
  ) {
    this.written = session.outputNames
      .filter((name) => name.endsWith("/next"))
      .map((name) => name.slice(0, -5));
    this.returned = session.outputNames.filter((name) => !name.endsWith("/next"));
  }

  async run(feeds: Readonly<Record<string, Tensor>>, state?: State): Promise<Record<string, Tensor>> {
    const host = state as HostState | undefined;
    const inputs: Record<string, OrtTensor> = {};
    for (const name of this.session.inputNames) {
      const fed = feeds[name];
      if (fed) inputs[name] = wrap(fed);
      else if (host?.has(name)) inputs[name] = host.current(name);
      else
        throw new RuntimeError(
          `${this.label} needs the input "${name}", which was neither fed nor in the state.`,
        );
    }
    const outputs: Record<string, OrtTensor | null> = {};
    for (const name of this.written) {
      if (!host) throw new RuntimeError(`${this.label} writes the state "${name}", and was given no state.`);
      outputs[`${name}/next`] = host.next(name);
    }
    for (const name of this.returned) outputs[name] = null;
    let results: InferenceSession.ReturnType;
    try {
      const running = this.session.run(inputs, outputs);
      this.latest = running.catch(() => {});
      results = await running;
    } catch (cause) {
      // The run may have written into the buffers of the state before: there is no way back to that.
      host?.advance([]);
      throw new RuntimeError(`${this.label} failed: ${reason(cause)}`, { cause });
    }
    host?.advance(this.written);
    return Object.fromEntries(
      this.returned.map((name) => {
        const { type, dims, data } = results[name] as OrtTensor;
        return [name, { type, shape: dims, data } as Tensor];
      }),
    );
  }

  async release(): Promise<void> {
    await this.latest;
    await this.session.release();
  }
}

function wrap({ type, data, shape }: Tensor): OrtTensor {
  return new OrtTensor(type, data as Float32Array, shape);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
