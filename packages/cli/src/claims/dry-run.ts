import {
  elapsed,
  type MissingData,
  type Plan,
  type PlannedRun,
  type Remainder,
} from "evenkeel-experiments/pool";
import { counted, duration } from "evenkeel-experiments/report";
import { missingText } from "./missing-data.js";
import { tableWithin } from "./table.js";

/** What would be run, as plain data. */
export interface DryRun {
  size: string;
  jobs: number;
  claims: {
    id: string;
    title: string;
    seeds: readonly number[];
    /** Its runs over all seeds. */
    runs: number;
    /** How many of them are kept. */
    kept: number;
    /** How many an earlier claim in this list needs too. */
    shared: number;
    /** About how long one core takes for those that are neither. */
    seconds: number;
  }[];
  runs: number;
  kept: number;
  /** About how long it takes with so many jobs. */
  seconds: number;
  /** Data that must be fetched first. */
  missingData: readonly MissingData[];
}

/** Says what would be run, and about how long it takes. */
export function dryRunOf(
  { size, claims, runs }: Plan,
  rest: Remainder,
  jobs: number,
  missingData: readonly MissingData[],
): DryRun {
  const secondsOf = (of: readonly PlannedRun[]) => of.map((run) => rest.estimate.of(run));
  return {
    ...{ size, jobs },
    claims: claims.map(({ claim: { id, title }, seeds }) => {
      const own = runs.filter((run) => run.claims.includes(id));
      const first = own.filter((run) => run.claims[0] === id);
      const missing = first.filter((run) => !rest.kept.has(run));
      return {
        ...{ id, title, seeds },
        runs: own.length,
        kept: own.filter((run) => rest.kept.has(run)).length,
        shared: own.length - first.length,
        seconds: secondsOf(missing).reduce((sum, each) => sum + each, 0),
      };
    }),
    runs: runs.length,
    kept: rest.kept.size,
    seconds: elapsed(secondsOf(rest.missing), jobs),
    missingData,
  };
}

/** The same for people. @param width of the terminal. */
export function dryRunText(dryRun: DryRun, width: number): string {
  const { claims, runs, kept, seconds, jobs, size, missingData } = dryRun;
  const table = tableWithin(
    width,
    ["claim", "", "seeds", "runs", "kept", "shared with\nthose above", "one core\ntakes"],
    claims.map((claim) => [
      ...[claim.id, claim.title],
      ...[claim.seeds.length, claim.runs, claim.kept, claim.shared].map(String),
      claim.seconds > 0 ? `about ${duration(claim.seconds)}` : "–",
    ]),
    [1],
  );
  const left = runs - kept;
  const keptNote = kept > 0 ? `, ${kept} are kept` : "";
  const whole =
    left === 0
      ? `All ${counted(runs, "run")} at size ${size} are kept: nothing would be run.`
      : `${counted(left, "run")} would be done at size ${size}${keptNote}: about ${duration(seconds)} with ${counted(jobs, "job")}.`;
  return [table, whole, ...(missingData.length > 0 ? [missingText(missingData)] : [])].join("\n");
}
