import type { Tensor as OrtTensor } from "onnxruntime-common";
import { Graph, type Value } from "../graph/graph.js";
import { writeModel } from "../graph/onnx.js";
import { add, identity, mul, reduceSum } from "../graph/operations.js";
import type { ElementType, Tensor } from "../tensor/tensor.js";
import { requireSameForm } from "./host-state.js";
import { RuntimeError } from "./runtime.js";
import { type OpenSession, reason, type Session, type SessionState, type Wrap } from "./session.js";

type Location = "cpu" | "gpu-buffer";

interface Entry {
  front: OrtTensor;
  /** The state before the last run, for `undo`. */
  back: OrtTensor | undefined;
}

/**
 * State in the memory of a GPU: what a run leaves there is what the next one reads. A tensor comes to the GPU before
 * the first run that reads it, and stays there; what `read` gives is a copy.
 */
export class DeviceState implements SessionState {
  private readonly entries = new Map<string, Entry>();
  /** Called when a tensor is freed. */
  private readonly onFree = new WeakMap<OrtTensor, () => void>();
  private lastWritten: readonly string[] = [];
  private readonly sessions = new Map<string, Promise<Session>>();

  /** @param open for the sessions that copy and check tensors on the device. */
  constructor(
    tensors: Iterable<readonly [string, Tensor]>,
    private readonly wrap: Wrap,
    private readonly open: OpenSession,
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
    const here = isHere(front) ? front : await this.moved(front, "cpu");
    const data = here.data as Float32Array;
    return { type: here.type, shape: [...here.dims], data: data.slice() } as Tensor;
  }

  write(name: string, tensor: Tensor): void {
    const entry = this.entry(name);
    requireSameForm(name, entry.front, tensor);
    this.free(entry.front);
    entry.front = this.copied(tensor);
  }

  put(name: string, tensor: Tensor): void {
    this.remove(name);
    this.entries.set(name, { front: this.copied(tensor), back: undefined });
  }

  remove(name: string): void {
    const entry = this.entries.get(name);
    this.entries.delete(name);
    for (const tensor of [entry?.front, entry?.back]) this.free(tensor);
  }

  async isFinite(names: readonly string[]): Promise<boolean> {
    if (names.length === 0) return true;
    await this.bring(names);
    const tensors = names.map((name) => this.entry(name).front);
    const ranks = tensors.map(({ dims }) => dims.length);
    const session = await this.session(`finite ${ranks.join()}`, "cpu", (graph) => {
      // 0 · x is NaN for every x that is not finite, and a sum keeps it.
      const sums = ranks.map((rank, index) =>
        reduceSum(mul(openInput(graph, `in/${index}`, "float32", rank), 0)),
      );
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
      this.free(entry.front);
      entry.front = entry.back;
      entry.back = undefined;
    }
    this.lastWritten = [];
  }

  async release(): Promise<void> {
    for (const entry of this.entries.values()) {
      this.free(entry.back);
      entry.back = undefined;
      const { front } = entry;
      if (isHere(front)) continue;
      const here = await this.moved(front, "cpu");
      // What was written meanwhile is newer.
      if (entry.front !== front) continue;
      entry.front = here;
      this.free(front);
    }
    this.lastWritten = [];
    const opened = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of opened) await (await session).release();
  }

  async bring(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const entry = this.entry(name);
      const { front } = entry;
      if (!isHere(front)) continue;
      const there = await this.moved(front, "gpu-buffer");
      // Another run may have brought it meanwhile, or it was replaced.
      if (this.entries.get(name) === entry && entry.front === front) entry.front = there;
      else this.free(there);
    }
  }

  current(name: string): OrtTensor {
    return this.entry(name).front;
  }

  next(): null {
    return null;
  }

  advance(written: ReadonlyMap<string, OrtTensor>, onFree: () => void): void {
    for (const [name, tensor] of written) {
      const entry = this.entry(name);
      this.free(entry.back);
      entry.back = entry.front;
      entry.front = tensor;
      this.onFree.set(tensor, onFree);
    }
    this.lastWritten = [...written.keys()];
  }

  /**
   * A tensor, in ordinary memory or in the device's. By a program, since onnxruntime-node 1.30 ends the process when a
   * tensor of the device is asked for its data itself.
   */
  private async moved(tensor: OrtTensor, location: Location): Promise<OrtTensor> {
    const { type, dims } = tensor;
    const session = await this.session(`${location} ${type} ${dims.length}`, location, (graph) =>
      identity(openInput(graph, "in/0", type as ElementType, dims.length)),
    );
    return (await session.run({ "in/0": tensor })).out as OrtTensor;
  }

  /** @param location where the output of the program is to be. */
  private session(key: string, location: Location, build: (graph: Graph) => Value): Promise<Session> {
    const known = this.sessions.get(key);
    if (known) return known;
    const graph = new Graph("state");
    graph.output("out", build(graph));
    const options = { preferredOutputLocation: { out: location } };
    const session = this.open(writeModel(graph), options).catch((cause) => {
      this.sessions.delete(key);
      throw new RuntimeError(`ONNX Runtime refused a program for the state: ${reason(cause)}.`, { cause });
    });
    this.sessions.set(key, session);
    return session;
  }

  private copied(tensor: Tensor): OrtTensor {
    return this.wrap({ ...tensor, data: tensor.data.slice() } as Tensor);
  }

  private free(tensor: OrtTensor | undefined): void {
    if (!tensor || isHere(tensor)) return;
    tensor.dispose();
    this.onFree.get(tensor)?.();
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw new RuntimeError(`The state has no "${name}". It has: ${this.names().join(", ")}.`);
  }
}

/** An input of a known rank whose sizes are open. */
function openInput(graph: Graph, name: string, type: ElementType, rank: number): Value {
  const shape = Array.from({ length: rank }, (_, axis) => `size_${name}_${axis}`);
  return graph.input(name, type, shape);
}

/** Whether a tensor is in ordinary memory. */
function isHere(tensor: OrtTensor): boolean {
  return tensor.location === "cpu";
}
