import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import type { PlannedRun } from "./plan.js";
import type { DoneRun, RunProgress, RunTask } from "./task.js";

/** How runs are done in processes. */
export interface ProcessOptions {
  /** How many at once. Default: one for each core. */
  jobs?: number;
  /** Ends all processes at once. */
  signal?: AbortSignal;
  /** Where a run keeps how far it is. Default: nowhere. */
  checkpointOf?(run: PlannedRun): string | undefined;
  /** The module that the processes run. Default: the one that does experiments. */
  script?: string;
}

/** What is told of runs. A run's `worker` is a number from 0 to the number of jobs − 1. */
export interface ProcessObserver {
  begins?(run: PlannedRun, worker: number): void;
  progress?(run: PlannedRun, share: number, worker: number): void;
  finished(run: PlannedRun, done: DoneRun, worker: number): void;
  /** With what the error said. */
  failed(run: PlannedRun, reason: string, worker: number): void;
}

/** The built one, whether this is read from `src` or `dist`: a process cannot run TypeScript. */
const worker = fileURLToPath(new URL("../../dist/pool/worker.js", import.meta.url));

/** Runs at once unless told: one for each core. */
export const defaultJobs = availableParallelism();

/** Processes that are ended are waited for so long, milliseconds. One that does not heed the word is killed after one second. */
const patience = 2000;

/** So much of what a process said last is kept, characters. */
const keptWords = 10_000;

/**
 * Does runs in worker processes, which share the cores. A run that fails, with its process or without, does not touch
 * the others. An error of the observer or of `next` ends all processes.
 *
 * @param next gives the run to begin next; undefined when there are no more.
 * @returns when all are done, or all processes have ended after an abort.
 * @throws what `next` or the observer has thrown.
 */
export async function inProcesses(
  next: () => PlannedRun | undefined,
  observer: ProcessObserver,
  { jobs = defaultJobs, signal, checkpointOf, script = worker }: ProcessOptions = {},
): Promise<void> {
  const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
  const pool = workerpool.pool(script, {
    workerType: "process",
    maxWorkers: jobs,
    // What a process prints would run into the progress display; its last words tell why it ended.
    emitStdStreams: true,
    forkOpts: { serialization: "advanced" },
  });
  let ending: Promise<unknown> | undefined;
  const execute = async (run: PlannedRun, number: number): Promise<DoneRun | { error: string }> => {
    const { experiment, settings, seed, device } = run;
    const task: RunTask = { experiment, settings, seed, device, threads, checkpoint: checkpointOf?.(run) };
    for (let dead = 0; ; dead++) {
      let begun = false;
      let words = "";
      const on = (message: RunProgress | { stdout?: string; stderr?: string }) => {
        if ("share" in message) {
          begun = true;
          observer.progress?.(run, message.share, number);
        } else words = (words + (message.stderr ?? "")).slice(-keptWords);
      };
      try {
        return await pool.exec("run", [task], { on });
      } catch (error) {
        // The pool may give it to a process that has ended while idle: each of them once.
        const neverBegun = error instanceof workerpool.TerminateError && !begun;
        if (!neverBegun || dead === jobs || ending) return { error: reasonOf(error as Error, words) };
      }
    }
  };
  const lane = async (number: number) => {
    while (!ending) {
      const run = next();
      if (run === undefined) return;
      observer.begins?.(run, number);
      const end = await execute(run, number);
      if ("result" in end) observer.finished(run, end, number);
      else if (!ending) observer.failed(run, end.error, number);
    }
  };
  const end = () => {
    // A process that has ended by itself while idle is waited for in vain.
    ending ??= Promise.allSettled([pool.terminate(true, patience)]);
    return ending;
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  try {
    await Promise.all(Array.from({ length: jobs }, (_, number) => lane(number)));
  } finally {
    signal?.removeEventListener("abort", end);
    await end();
  }
}

/** What went wrong, for people. */
function reasonOf({ message }: Error, words: string): string {
  if (!message.startsWith("Workerpool Worker terminated Unexpectedly")) return message;
  const code = /exitCode: `(\d+)`/.exec(message)?.[1];
  const signal = /signalCode: `(SIG\w+)`/.exec(message)?.[1];
  const how = signal
    ? `by ${signal}${signal === "SIGKILL" ? ", perhaps for lack of memory" : ""}`
    : code
      ? `with code ${code}`
      : "in an unknown way";
  const last = words.trim().split("\n").slice(-5).join("\n");
  return `Its process ended ${how}.${last && ` It said: ${last}`}`;
}
