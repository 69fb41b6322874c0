import type { RunIdentity } from "./key.js";

/** What a worker process is asked to do. */
export interface RunTask extends Pick<RunIdentity, "experiment" | "settings" | "seed" | "device"> {
  /** For each operation. */
  threads: number;
  /** Where a long run keeps how far it is. */
  checkpoint?: string;
}

/** What a worker process gives back. */
export interface DoneRun {
  seconds: number;
  /** As JSON. */
  result: string;
}

/** What it tells in between. */
export interface RunProgress {
  /** How far the run is, in [0, 1]. */
  share: number;
}
