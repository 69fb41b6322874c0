import type { DatasetName } from "evenkeel";
import { type Claim, defaultSeeds } from "../claim/claim.js";
import { datasetsIn } from "../runs/data.js";
import { experiments } from "../runs/index.js";
import { stableJson } from "../runs/json.js";
import type { Run, Size } from "../runs/run.js";

/** A run that a claim needs for each seed, under all the names that the claim has for it. */
export interface NeededRun extends Run<unknown> {
  names: readonly string[];
  /** About how many seconds one core of a laptop takes. */
  seconds: number;
}

/** What it takes to test a claim with its usual seeds. */
export interface Cost {
  seeds: number;
  /** Over all seeds. */
  runs: number;
  /** About how many seconds one core of a laptop takes for all of them. */
  seconds: number;
  /** Data sets that must be there. */
  data: DatasetName[];
}

/** The runs of a claim at a size, each once. @throws Error for an experiment that there is not. */
export function neededRuns(claim: Claim, size: Size): NeededRun[] {
  const runs = new Map<string, NeededRun>();
  for (const [name, { experiment, settings }] of Object.entries(
    claim.runs(size) as Record<string, Run<unknown>>,
  )) {
    const kind = experiments.get(experiment);
    if (!kind) throw new Error(`${claim.id}: there is no experiment "${experiment}" for its run "${name}".`);
    const key = stableJson([experiment, settings]);
    const names = [...(runs.get(key)?.names ?? []), name];
    runs.set(key, { experiment, settings, names, seconds: kind.seconds(settings) });
  }
  return [...runs.values()];
}

/** What it takes to test a claim at a size. */
export function costOf(claim: Claim, size: Size): Cost {
  const needed = neededRuns(claim, size);
  const seeds = defaultSeeds(claim, size);
  return {
    seeds,
    runs: seeds * needed.length,
    seconds: seeds * needed.reduce((sum, { seconds }) => sum + seconds, 0),
    data: datasetsIn(needed.map(({ settings }) => settings)),
  };
}
