import type { Evidence, Runs } from "../claim/claim.js";
import type { ClaimReport } from "../claim/claim-report.js";
import { type Conclusion, conclude } from "../claim/conclusion.js";
import { type Estimate, estimate } from "./estimate.js";
import type { Plan, PlannedClaim, PlannedRun } from "./plan.js";
import { inProcesses, type ProcessOptions } from "./processes.js";
import type { Store } from "./store.js";

/** Runs estimated to be longer than this many seconds keep checkpoints, and so do all of the size `paper`. */
const longRun = 120;

/** What is told while claims are tested. */
export interface TestObserver {
  /** A worker process, a number from 0 on, begins a run. */
  begins?(run: PlannedRun, worker: number): void;
  /** How far a run is, in [0, 1]. */
  progress?(run: PlannedRun, share: number, worker: number): void;
  /** A run is done, or has failed: then with what the error said. */
  ends?(run: PlannedRun, end: { seconds: number } | { error: string }, worker: number): void;
  /** A run is not done, since all claims that need it have failed. */
  leftOut?(run: PlannedRun): void;
  /** A claim's runs are all there, or one of them has failed. */
  decided?(report: ClaimReport): void;
}

/** How claims are tested. */
export interface TestOptions extends Pick<ProcessOptions, "jobs" | "signal" | "script"> {
  /** Where finished runs are and will be kept. */
  store: Store;
  /** What is there already, if it has been looked up. */
  rest?: Remainder;
  observer?: TestObserver;
}

/** What came of it. */
export interface Tested {
  /** Of the claims that were decided, in the plan's order: after an abort, not all. */
  claims: ClaimReport[];
  /** Runs that were done, beside those that were kept. */
  done: number;
  /** What all runs took, the kept ones too. */
  seconds: number;
  failures: { run: PlannedRun; error: string }[];
}

/** How much of a plan is there already. */
export interface Remainder {
  /** The runs that are kept, and the seconds that each took. */
  kept: ReadonlyMap<PlannedRun, number>;
  /** Runs to be done, in their order. */
  missing: readonly PlannedRun[];
  /** How long they take, by what is known of those that are kept. */
  estimate: Estimate;
}

/** Looks what of a plan is kept. Nothing is written. */
export function remainder({ runs }: Pick<Plan, "runs">, store: Store): Remainder {
  const estimated = estimate();
  const kept = new Map<PlannedRun, number>();
  for (const run of runs) {
    const finished = store.read(run);
    if (!finished) continue;
    kept.set(run, finished.seconds);
    estimated.learn(run, finished.seconds);
  }
  return { kept, missing: runs.filter((run) => !kept.has(run)), estimate: estimated };
}

/**
 * Does the runs that are not kept yet, and judges each claim as soon as its runs are there. A claim whose run fails
 * fails, and runs that only such claims need are left out. After an abort the processes are ended, and what is
 * finished is kept: testing the same again goes on from there.
 *
 * @throws Error when nothing can be kept in the store, before any run is begun, or when a finished run cannot be; and
 *   what an observer throws. What was finished before is kept.
 */
export async function testClaims(
  { size, claims, runs }: Plan,
  { store, rest = remainder({ runs }, store), observer = {}, ...options }: TestOptions,
): Promise<Tested> {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const seconds = new Map(rest.kept);
  const failures: Tested["failures"] = [];
  const reports = new Map<PlannedClaim, ClaimReport>();
  const runsOf = ({ keys }: PlannedClaim) =>
    keys.flatMap((ofSeed) => Object.values(ofSeed).map((key) => byKey.get(key)!));

  const decide = () => {
    for (const planned of claims) {
      const own = runsOf(planned);
      const failure = failures.find(({ run }) => own.includes(run));
      if (reports.has(planned) || !(failure || own.every((run) => seconds.has(run)))) continue;
      const taken = [...new Set(own)].reduce((sum, run) => sum + (seconds.get(run) ?? 0), 0);
      const about = { claim: planned.claim, size, seeds: planned.seeds, seconds: taken };
      const report: ClaimReport = {
        ...about,
        ...(failure
          ? { error: `${runTitle(failure.run)}: ${failure.error}` }
          : outcomeOf(planned, { size, store })),
      };
      reports.set(planned, report);
      observer.decided?.(report);
    }
  };

  if (rest.missing.length > 0) store.prepare();
  decide();
  const waiting = [...rest.missing];
  const isWanted = (run: PlannedRun) =>
    claims.some((planned) => !reports.has(planned) && run.claims.includes(planned.claim.id));
  const next = () => {
    while (waiting.length > 0) {
      const run = waiting.shift()!;
      if (isWanted(run)) return run;
      observer.leftOut?.(run);
    }
    return undefined;
  };
  const { begins, progress } = observer;
  await inProcesses(
    next,
    {
      ...{ begins, progress },
      finished(run, done, worker) {
        store.write(run, done.seconds, done.result);
        seconds.set(run, done.seconds);
        observer.ends?.(run, { seconds: done.seconds }, worker);
        decide();
      },
      failed(run, error, worker) {
        failures.push({ run, error });
        observer.ends?.(run, { error }, worker);
        decide();
      },
    },
    {
      ...options,
      checkpointOf: (run) =>
        size === "paper" || run.seconds > longRun ? store.checkpointOf(run) : undefined,
    },
  );
  return {
    claims: claims.flatMap((planned) => reports.get(planned) ?? []),
    done: seconds.size - rest.kept.size,
    seconds: [...seconds.values()].reduce((sum, each) => sum + each, 0),
    failures,
  };
}

/** A run as people call it: `IS15-8 normalized, seed 2`. */
export function runTitle({ claims, name, seed }: Pick<PlannedRun, "claims" | "name" | "seed">): string {
  return `${claims[0]} ${name}, seed ${seed}`;
}

/** What came of the runs that are kept. */
function outcomeOf(planned: PlannedClaim, kept: { size: Plan["size"]; store: Store }): Conclusion {
  let evidence: Evidence<Runs>;
  try {
    evidence = evidenceFor(planned, kept);
  } catch (error) {
    return { error: (error as Error).message };
  }
  return conclude(planned.claim, evidence);
}

/** What a claim's runs gave. @throws Error naming a run that is no longer kept. */
function evidenceFor(
  { claim, seeds, keys }: PlannedClaim,
  { size, store }: { size: Plan["size"]; store: Store },
): Evidence<Runs> {
  const resultOf = (key: string, name: string, seed: number) => {
    const run = store.read({ key });
    if (run) return run.result as never;
    const title = runTitle({ claims: [claim.id], name, seed });
    throw new Error(`The kept run ${key} (${title}) is gone; test again.`);
  };
  return {
    size,
    seeds: seeds.map((seed, index) => ({
      seed,
      results: Object.fromEntries(
        Object.entries(keys[index]!).map(([name, key]) => [name, resultOf(key, name, seed)]),
      ),
    })),
  };
}
