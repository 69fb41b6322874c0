import type { Tensor } from "../tensor/tensor.js";

/** Where a graph is executed. The rooms above know this interface only, never ONNX Runtime itself. */
export interface Runtime {
  /** For example `onnxruntime-node 1.30.0`. */
  readonly name: string;
  /**
   * The execution provider that computes, for example `cpu`, `webgpu`, `cuda`. WebAssembly is ONNX Runtime's
   * `cpu` too: what is true of that provider (loops, batch normalization's operator) is true of it there.
   */
  readonly device: string;
  /** Threads inside one operation, where the runtime knows: of one in a browser. */
  readonly threads?: number;
  /**
   * Whether each run copies what it is fed, so that a whole data set should not be: WebAssembly reads its own memory
   * only. Default false.
   */
  readonly copiesFeeds?: boolean;
  /**
   * How many channels a block of ONNX Runtime's own layout for convolutions holds on this machine (graph/layout.ts):
   * 16 with AVX-512, 8 with AVX2; 1 where it has none.
   */
  channelBlock(): Promise<number>;
  /** Puts named tensors where programs can read and replace them. */
  createState(tensors: Iterable<readonly [string, Tensor]>): State;
  /**
   * Prepares an ONNX model to run.
   *
   * @param label what errors call it, for example `the training step`.
   * @throws RuntimeError when ONNX Runtime refuses the model or lacks the device.
   */
  load(model: Uint8Array, label: string): Promise<Program>;
}

/**
 * Named tensors that stay with the runtime from one run to the next: weights, running statistics, optimiser
 * slots. What a run writes does not overwrite what it reads: the state before the last run is kept beside
 * the current one until the next run.
 */
export interface State {
  names(): string[];
  has(name: string): boolean;
  /** A copy of a tensor. @throws Error for an unknown name. */
  read(name: string): Promise<Tensor>;
  /**
   * Replaces a tensor by a copy of another; `undo` goes back to before the last run all the same.
   *
   * @throws Error for an unknown name or another shape or type.
   */
  write(name: string, tensor: Tensor): void;
  /** Adds a tensor, or replaces one whatever its shape was; `undo` leaves it as it is. */
  put(name: string, tensor: Tensor): void;
  remove(name: string): void;
  /** Whether no element of these tensors is NaN or infinite. */
  isFinite(names: readonly string[]): Promise<boolean>;
  /** Goes back to the state before the last run. Possible once after each run. */
  undo(): void;
  /** Frees a device's memory. The tensors can be used as before; there is no run to undo any more. */
  release(): Promise<void>;
}

/** A loaded model. */
export interface Program {
  /**
   * Runs the model once. An input is taken from `feeds`, or else from `state` by its name; an output called
   * `NAME/next` becomes the state's new NAME; all other outputs are returned.
   */
  run(feeds: Readonly<Record<string, Tensor>>, state?: State): Promise<Record<string, Tensor>>;
  /** Frees the memory that the model holds. */
  release(): Promise<void>;
}

/** The runtime cannot do what was asked: an absent device, a model it refuses, a run that failed. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}
