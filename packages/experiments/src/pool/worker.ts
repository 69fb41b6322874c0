import { existsSync } from "node:fs";
import { nodeRuntime, type Runtime } from "evenkeel";
import workerpool from "workerpool";
import { experiments } from "../runs/index.js";
import { resultJson } from "../runs/json.js";
import type { DoneRun, RunTask } from "./task.js";

/** The least time between two messages of how far a run is, milliseconds. */
const progressInterval = 100;

/** By device and number of threads, which are the same for all of a pool's runs. */
const runtimes = new Map<string, Runtime>();

async function run({ experiment, settings, seed, device, threads, checkpoint }: RunTask): Promise<DoneRun> {
  // It has begun: if its process ends from here on, the run is why.
  workerpool.workerEmit({ share: 0 });
  const kind = experiments.get(experiment);
  if (!kind) throw new Error(`There is no experiment "${experiment}".`);
  const place = `${device} ${threads}`;
  const runtime = runtimes.get(place) ?? nodeRuntime({ device, threads });
  runtimes.set(place, runtime);
  const goesOn = checkpoint !== undefined && existsSync(checkpoint);
  let first: number | undefined;
  let told = 0;
  const progress = (share: number) => {
    first ??= share;
    const now = performance.now();
    if (now - told < progressInterval) return;
    told = now;
    workerpool.workerEmit({ share });
  };
  const begun = performance.now();
  const result = await kind.run(settings, {
    ...{ seed, runtime, progress },
    // Nobody aborts it: a pool that is stopped ends the process.
    signal: new AbortController().signal,
    ...(checkpoint !== undefined && { checkpoint: { path: checkpoint } }),
  });
  const seconds = (performance.now() - begun) / 1000;
  // Of a run that went on from a checkpoint, a part was taken earlier.
  return {
    seconds: goesOn ? seconds / (1 - Math.min(first ?? 0, 0.99)) : seconds,
    result: resultJson(result),
  };
}

// Ctrl-C reaches every process of the terminal; the one that began this ends it.
process.on("SIGINT", () => {});

workerpool.worker({ run });
