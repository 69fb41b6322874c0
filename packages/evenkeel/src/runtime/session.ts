import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { readModel } from "../graph/onnx.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Program, RuntimeError, type State } from "./runtime.js";

/** What is used of ONNX Runtime's sessions: those of every build of it have it. */
export interface Session extends Pick<InferenceSession, "inputNames" | "outputNames" | "release"> {
  /** @param fetches buffers for outputs; null for those that the session is to allocate. Default: it allocates all. */
  run(
    feeds: InferenceSession.FeedsType,
    fetches?: InferenceSession.NullableOnnxValueMapType,
  ): Promise<InferenceSession.ReturnType>;
}

/** Opens a session of one build of ONNX Runtime, with the device's options and these. */
export type OpenSession = (model: Uint8Array, options?: InferenceSession.SessionOptions) => Promise<Session>;

/** A tensor as one build of ONNX Runtime takes it; its elements are shared, not copied. */
export type Wrap = (tensor: Tensor) => OrtTensor;

/** State as programs of ONNX Runtime use it. */
export interface SessionState extends State {
  /** Puts tensors where programs read them, before a run that does. */
  bring(names: readonly string[]): Promise<void>;
  /** The tensor that programs read. */
  current(name: string): OrtTensor;
  /** The tensor that programs are to write; null where the session allocates it. */
  next(name: string): OrtTensor | null;
  /**
   * Makes what the last run wrote the current state.
   *
   * @param onFree called for each tensor that the session allocated on a device, when the state frees it.
   */
  advance(written: ReadonlyMap<string, OrtTensor>, onFree: () => void): void;
}

/** A program that is a session of ONNX Runtime, whichever build of it. */
export class SessionProgram implements Program {
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
    private readonly session: Session,
    private readonly label: string,
    private readonly wrap: Wrap,
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
      if (fed) inputs[name] = this.wrap(fed);
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
export function outputLocations(model: Uint8Array): Record<string, "gpu-buffer" | "cpu"> {
  return Object.fromEntries(
    readModel(model).outputs.map((name) => [name, name.endsWith("/next") ? "gpu-buffer" : "cpu"]),
  );
}

/** What went wrong, as a part of a sentence. */
export function reason(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/[.\s]*$/, "");
}

/** @throws RuntimeError unless it is undefined or a number of threads. */
export function requireThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new RuntimeError(`threads must be a whole number of at least 1, got ${threads}.`);
}
