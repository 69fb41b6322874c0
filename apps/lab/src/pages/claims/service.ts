import type { Runtime } from "evenkeel";
import {
  type ClaimRecord,
  type DataSettings,
  recordOf,
  requireClaims,
  type Size,
  type TrialProgress,
  tryClaim,
} from "evenkeel-experiments";
import { loadDigits } from "../../data/digits.ts";
import type { ServiceContext } from "../../engine/context.ts";

/** A claim as it is to be tried: at a size, with so many seeds. */
export interface Trial {
  id: string;
  size: Size;
  seeds: readonly number[];
}

/** What a trial took and gave. */
export interface TrialEnd {
  record: ClaimRecord;
  /** What computed it: `onnxruntime-web 1.30.0 on WebAssembly`. */
  runtime: string;
}

/** The least time between two messages of how far a run is, milliseconds. */
const interval = 125;

/** What this page asks of the worker: runs of claims, one claim at a time. */
export function serve({ runtime }: ServiceContext) {
  const device = runtime.device === "webgpu" ? "WebGPU" : "WebAssembly";
  let stopping = new AbortController();
  let latest: Promise<unknown> = Promise.resolve();
  const stop = () => stopping.abort(new Error("stopped"));
  return {
    /**
     * Tries a claim; one that is under way is stopped.
     *
     * @returns nothing when it was stopped.
     * @throws Error for a claim that there is not.
     */
    async run(
      { id, size, seeds }: Trial,
      onProgress?: (progress: TrialProgress) => void,
    ): Promise<TrialEnd | undefined> {
      stop();
      stopping = new AbortController();
      const { signal } = stopping;
      await latest;
      if (signal.aborted) return undefined;
      const [claim] = requireClaims([id]);
      const trial = tryClaim(claim!, {
        ...{ size, seeds, signal, source },
        ...(onProgress && { onProgress: atTimes(onProgress) }),
        runtime: stoppable(runtime, signal),
      });
      latest = trial.catch(() => {});
      try {
        return { record: recordOf(await trial), runtime: `${runtime.name} on ${device}` };
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    stop,
  };
}

/** Passes on that a run begins, and from time to time how far it is. */
function atTimes(tell: (progress: TrialProgress) => void): typeof tell {
  let told = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.share > 0 && now - told < interval) return;
    told = now;
    tell(progress);
  };
}

/** The lab brings digits along, and of Fashion-MNIST a part. */
async function source({ name, train = 60_000 }: DataSettings) {
  if (name === "cifar10") throw new Error("The lab does not bring CIFAR-10 along.");
  const data = await loadDigits(name, train);
  const count = data.train.x.shape[0]!;
  if (count >= train) return data;
  throw new Error(`The lab brings ${count} training images of ${name} along; ${train} are needed.`);
}

/** A runtime that runs nothing more once it is to stop, whatever an experiment does between two runs. */
function stoppable(runtime: Runtime, signal: AbortSignal): Runtime {
  const load: Runtime["load"] = async (model, label) => {
    const program = await runtime.load(model, label);
    return {
      run(feeds, state) {
        signal.throwIfAborted();
        return program.run(feeds, state);
      },
      release: () => program.release(),
    };
  };
  return {
    ...{ name: runtime.name, device: runtime.device, load },
    // Known when the first program has been loaded.
    get threads() {
      return runtime.threads;
    },
    get copiesFeeds() {
      return runtime.copiesFeeds;
    },
    channelBlock: () => runtime.channelBlock(),
    createState: (tensors) => runtime.createState(tensors),
  };
}
