import type { Runtime } from "evenkeel";
import type { DataSource } from "./data.js";

/** How large an experiment is: seconds, for the tests; minutes on two cores; the published setting. */
export type Size = "smoke" | "laptop" | "paper";

/** The sizes, the smallest first. */
export const sizes: readonly Size[] = ["smoke", "laptop", "paper"];

/** What an experiment is given beside its settings. */
export interface RunContext {
  /** Everything random in the run comes from it. */
  seed: number;
  /** One thread of it, unless the pool has cores to spare. */
  runtime: Runtime;
  /** Where data sets come from. Default: the files that the library finds on this machine. */
  source?: DataSource;
  /** Ends the run early; its result is then thrown away. */
  signal: AbortSignal;
  /**
   * Tells how far the run is, a share in [0, 1]. A run that computes long without waiting for anything awaits it, so that
   * what is to end the run can arrive.
   */
  progress(share: number): void | Promise<void>;
  /** Where a long training keeps its state, to go on from there after an interruption. Default: nowhere. */
  checkpoint?: RunCheckpoint;
}

/** A file in which a run keeps how far it is. */
export interface RunCheckpoint {
  /** Read before the run when it is there, and replaced as a whole from time to time. */
  path: string;
  /** The least time between two writes, seconds. Default 30. */
  seconds?: number;
}

/**
 * One thing to compute for each seed: the name of an experiment and its settings, both plain data, so that two claims
 * that ask for the same share it, and a worker process or a file can hold it. `Result` is what it gives.
 */
export interface Run<Result> {
  readonly experiment: string;
  readonly settings: object;
  /** Never there: it carries the type of the result. */
  readonly result?: Result;
}

/** A kind of run. */
export interface Experiment<Settings extends object, Result> {
  /** Part of the run's key. */
  readonly name: string;
  /** Part of the run's key: one more whenever the same settings would give another result. */
  readonly revision: number;
  /** About how many seconds one core of a laptop takes. */
  seconds(settings: Settings): number;
  /**
   * Computes the result, which must be plain data: JSON has no NaN and no infinities, so a result says "diverged" in
   * another way.
   *
   * @throws what `signal` says when it is aborted.
   */
  run(settings: Settings, context: RunContext): Promise<Result>;
}

/** An experiment that is called with settings and gives the run of them. */
export interface RunMaker<Settings extends object, Result> extends Experiment<Settings, Result> {
  (settings: Settings): Run<Result>;
}

/** Defines an experiment. Calling it with settings makes a run; nothing is computed yet. */
export function experiment<Settings extends object, Result>(
  definition: Experiment<Settings, Result>,
): RunMaker<Settings, Result> {
  const { name: experimentName, ...rest } = definition;
  const maker = (settings: Settings): Run<Result> => ({ experiment: experimentName, settings });
  // A function's own name can be written by defineProperty only.
  Object.defineProperty(maker, "name", { value: experimentName });
  return Object.assign(maker, rest) as RunMaker<Settings, Result>;
}
