import { InferenceSession, type Tensor as OrtTensor } from "onnxruntime-node";
import { Graph, type Value } from "../graph/graph.js";
import { writeModel } from "../graph/onnx.js";
import { add, identity, mul, reduceSum } from "../graph/operations.js";
import type { ElementType, Tensor } from "../tensor/tensor.js";
import { requireSameForm, type SessionState, wrap } from "./host-state.js";
import { RuntimeError } from "./runtime.js";

interface Entry {
  front: OrtTensor;
  /** The state before the last run, for `undo`. */
  back: OrtTensor | undefined;
}

/**
 * State in the memory of a GPU: what a run leaves there is what the next one reads. A tensor comes to the GPU with
 * the first run that reads it, and back to ordinary memory only when it is read.
 */
export class DeviceState implements SessionState {
  private readonly entries = new Map<string, Entry>();
  private lastWritten: readonly string[] = [];
  private readonly sessions = new Map<string, Promise<InferenceSession>>();

  /** @param options of the sessions that copy and check tensors on the device. */
  constructor(
    tensors: Iterable<readonly [string, Tensor]>,
    private readonly options: InferenceSession.SessionOptions,
  ) {
    for (const [name, tensor] of tensors) this.put(name, tensor);
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  async read(name: string): Promise<Tensor> {
    const { front } = this.entry(name);
    const here = front.location === "cpu" ? front : await this.fetched(front);
    const data = here.data as Float32Array;
    return { type: here.type, shape: [...here.dims], data: data.slice() } as Tensor;
  }

  write(name: string, tensor: Tensor): void {
    requireSameForm(name, this.entry(name).front, tensor);
    this.put(name, tensor);
  }

  put(name: string, tensor: Tensor): void {
    this.remove(name);
    const front = wrap({ ...tensor, data: tensor.data.slice() } as Tensor);
    this.entries.set(name, { front, back: undefined });
  }

  remove(name: string): void {
    const entry = this.entries.get(name);
    this.entries.delete(name);
    for (const tensor of [entry?.front, entry?.back]) free(tensor);
  }

  async isFinite(names: readonly string[]): Promise<boolean> {
    const tensors = names.map((name) => this.entry(name).front);
    const ranks = tensors.map(({ dims }) => dims.length);
    const session = await this.session(`finite ${ranks.join()}`, (graph) => {
      // 0 · x is NaN for every x that is not finite, and a sum keeps it.
      const sums = ranks.map((rank, index) => reduceSum(mul(open(graph, `in/${index}`, "float32", rank), 0)));
      return sums.reduce((sum, term) => add(sum, term));
    });
    const feeds = Object.fromEntries(tensors.map((tensor, index) => [`in/${index}`, tensor]));
    const { out } = await session.run(feeds);
    return out!.data[0] === 0;
  }

  undo(): void {
    for (const name of this.lastWritten) {
      const entry = this.entries.get(name);
      if (!entry?.back) continue;
      free(entry.front);
      entry.front = entry.back;
      entry.back = undefined;
    }
    this.lastWritten = [];
  }

  current(name: string): OrtTensor {
    return this.entry(name).front;
  }

  next(): null {
    return null;
  }

  advance(written: ReadonlyMap<string, OrtTensor>): void {
    for (const [name, tensor] of written) {
      const entry = this.entry(name);
      free(entry.back);
      entry.back = entry.front;
      entry.front = tensor;
    }
    this.lastWritten = [...written.keys()];
  }

  /**
   * A tensor of the device, in ordinary memory. By a program, since onnxruntime-node 1.30 ends the process when a
   * tensor is asked for its data itself.
   */
  private async fetched(tensor: OrtTensor): Promise<OrtTensor> {
    const { type, dims } = tensor;
    const session = await this.session(`fetch ${type} ${dims.length}`, (graph) =>
      identity(open(graph, "in/0", type as ElementType, dims.length)),
    );
    return (await session.run({ "in/0": tensor })).out as OrtTensor;
  }

  private session(key: string, build: (graph: Graph) => Value): Promise<InferenceSession> {
    const known = this.sessions.get(key);
    if (known) return known;
    const graph = new Graph("state");
    graph.output("out", build(graph));
    const session = InferenceSession.create(writeModel(graph), this.options);
    this.sessions.set(key, session);
    return session;
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw new RuntimeError(`The state has no "${name}". It has: ${this.names().join(", ")}.`);
  }
}

/** An input of a known rank whose sizes are open. */
function open(graph: Graph, name: string, type: ElementType, rank: number): Value {
  const shape = Array.from({ length: rank }, (_, axis) => `size_${name}_${axis}`);
  return graph.input(name, type, shape);
}

function free(tensor: OrtTensor | undefined): void {
  if (tensor && tensor.location !== "cpu") tensor.dispose();
}
