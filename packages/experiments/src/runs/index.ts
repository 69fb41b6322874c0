import type { Experiment } from "./run.js";
import { training } from "./training.js";

/** All experiments, by name: what a worker process looks a run's experiment up in. */
// biome-ignore lint/suspicious/noExplicitAny: each has settings and results of its own
export const experiments: ReadonlyMap<string, Experiment<any, unknown>> = new Map(
  [training].map((each) => [each.name, each]),
);
