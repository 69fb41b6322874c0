import type { Tensor as OrtTensor } from "onnxruntime-common";
import { allocate, formatShape, type Tensor } from "../tensor/tensor.js";
import { RuntimeError } from "./runtime.js";
import type { SessionState, Wrap } from "./session.js";

interface Entry {
  front: OrtTensor;
  /** The state before the last run, for `undo`, and the buffer that the next run writes. */
  back: OrtTensor | undefined;
}

/**
 * State in ordinary memory, wrapped for ONNX Runtime once and for all. Each tensor has two buffers: a run reads one
 * and writes the other, then they change places, so that nothing is copied. Where sessions allocate what they give,
 * the new tensor takes the place of the older one.
 */
export class HostState implements SessionState {
  private readonly entries = new Map<string, Entry>();
  private lastWritten: readonly string[] = [];

  /** @param allocated whether sessions allocate what they give: they fill no buffer that is given to them. */
  constructor(
    tensors: Iterable<readonly [string, Tensor]>,
    private readonly wrap: Wrap,
    private readonly allocated = false,
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
    const { type, dims, data } = this.entry(name).front;
    return { type, shape: [...dims], data: (data as Float32Array).slice() } as Tensor;
  }

  write(name: string, tensor: Tensor): void {
    const { front } = this.entry(name);
    requireSameForm(name, front, tensor);
    (front.data as Float32Array).set(tensor.data as Float32Array);
  }

  put(name: string, tensor: Tensor): void {
    this.entries.set(name, {
      front: this.wrap({ ...tensor, data: tensor.data.slice() } as Tensor),
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
      // 0 · x is NaN for every x that is not finite, and a sum keeps it: one pass without a branch. Four sums, so that
      // an addition need not wait for the one before it.
      let [first, second, third, fourth] = [0, 0, 0, 0];
      const whole = data.length - (data.length % 4);
      for (let index = 0; index < whole; index += 4) {
        first += 0 * data[index]!;
        second += 0 * data[index + 1]!;
        third += 0 * data[index + 2]!;
        fourth += 0 * data[index + 3]!;
      }
      for (let index = whole; index < data.length; index++) first += 0 * data[index]!;
      return first + second + third + fourth === 0;
    });
  }

  /** Nothing to do: garbage collection frees ordinary memory. */
  async release(): Promise<void> {}

  /** Nothing to do: programs read ordinary memory. */
  async bring(): Promise<void> {}

  current(name: string): OrtTensor {
    return this.entry(name).front;
  }

  next(name: string): OrtTensor | null {
    const entry = this.entry(name);
    if (this.allocated) return null;
    entry.back ??= this.wrap({
      type: entry.front.type,
      shape: entry.front.dims,
      data: allocate(entry.front.type as Tensor["type"], entry.front.size),
    } as Tensor);
    return entry.back;
  }

  advance(written: ReadonlyMap<string, OrtTensor>): void {
    for (const [name, tensor] of written) {
      const entry = this.entry(name);
      if (this.allocated) entry.back = tensor;
      this.swap(entry);
    }
    this.lastWritten = [...written.keys()];
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

/** @throws RuntimeError unless a tensor may take the place of another. */
export function requireSameForm(name: string, before: OrtTensor, { type, shape }: Tensor): void {
  if (formatShape(before.dims) === formatShape(shape) && before.type === type) return;
  throw new RuntimeError(
    `"${name}" is ${before.type}${formatShape(before.dims)}, got ${type}${formatShape(shape)}.`,
  );
}
