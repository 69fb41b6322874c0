import { type Model, type Tensor, type Training, tensor } from "evenkeel";
import type { RunCheckpoint } from "./run.js";

/** Keeps a training's state in its checkpoint from time to time, and what was measured until then with it. */
export interface Keeper<State> {
  /** What the checkpoint of a training that goes on holds; undefined in one that begins. */
  restored(training: Pick<Training<Model>, "kept">): State | undefined;
  /** Writes the checkpoint, unless the last was written a short while ago. */
  keep(training: Pick<Training<Model>, "kept" | "model">, state: State): Promise<void>;
}

/** The name under which a checkpoint holds what was measured. */
const name = "measured";

/** A keeper for states of plain data. */
export function keeperOf<State>({ path, seconds = 30 }: RunCheckpoint): Keeper<State> {
  let last = performance.now();
  return {
    restored({ kept }) {
      const bytes = kept.get(name);
      return bytes && JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes.data as Float32Array)));
    },
    async keep({ kept, model }, state) {
      if (performance.now() - last < seconds * 1000) return;
      kept.set(name, asTensor(JSON.stringify(state)));
      await model.saveCheckpoint(path);
      last = performance.now();
    },
  };
}

/** A text as a tensor of its bytes: so it lies in the same file as the weights, which appears whole or not at all. */
function asTensor(text: string): Tensor {
  // Checkpoints hold tensors of float32 only.
  const bytes = Float32Array.from(new TextEncoder().encode(text));
  return tensor(bytes, [bytes.length]);
}
