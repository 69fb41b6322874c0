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

/**
 * Does runs in worker processes, which share the cores. A run that fails, with its process or without, does not touch
 * the others.
 *
 * @param next gives the run to begin next; undefined when there are no more.
 * @returns when all are done, or all processes have ended after an abort.
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
  const lane = async (number: number) => {
    for (let run = next(); run !== undefined && !signal?.aborted; run = next()) {
      observer.begins?.(run, number);
      const { experiment, settings, seed, device } = run;
      const task: RunTask = { experiment, settings, seed, device, threads, checkpoint: checkpointOf?.(run) };
      let words = "";
      const on = (message: RunProgress | { stdout?: string; stderr?: string }) => {
        if ("share" in message) observer.progress?.(run!, message.share, number);
        else words += message.stderr ?? "";
      };
      try {
        const done: DoneRun = await pool.exec("run", [task], { on });
        observer.finished(run, done, number);
      } catch (error) {
        if (signal?.aborted) return;
        observer.failed(run, reasonOf(error as Error, words), number);
      }
    }
  };
  const end = () => pool.terminate(true);
  signal?.addEventListener("abort", end, { once: true });
  try {
    await Promise.all(Array.from({ length: jobs }, (_, number) => lane(number)));
  } finally {
    signal?.removeEventListener("abort", end);
    await end();
  }
}

/** What went wrong, for people. */
function reasonOf(error: Error, words: string): string {
  if (error.name !== "TerminateError" && !/terminated/i.test(error.message)) return error.message;
  const code = /exitCode: `(\d+)`/.exec(error.message)?.[1];
  const signal = /signalCode: `(SIG\w+)`/.exec(error.message)?.[1];
  const how = signal
    ? `by ${signal}${signal === "SIGKILL" ? ", perhaps for lack of memory" : ""}`
    : `with code ${code}`;
  const last = words.trim().split("\n").slice(-5).join("\n");
  return `Its process ended ${how}.${last && ` It said: ${last}`}`;
}
