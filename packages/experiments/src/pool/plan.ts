import { type Claim, defaultSeeds } from "../claim/claim.js";
import { experiments } from "../runs/index.js";
import type { Run, Size } from "../runs/run.js";
import { keyOf, type RunIdentity } from "./key.js";

/** A run of one seed, to be done once however many claims need it. */
export interface PlannedRun extends RunIdentity {
  key: string;
  /** Its name in the first claim that needs it. */
  name: string;
  /** The claims that need it, by id. */
  claims: string[];
  /** About how long one core takes, as its experiment says. */
  seconds: number;
}

/** A claim, and where its evidence will be found. */
export interface PlannedClaim {
  claim: Claim;
  seeds: readonly number[];
  /** For every seed, in their order, the keys of the runs by their names in the claim. */
  keys: readonly Readonly<Record<string, string>>[];
}

/** What is to be tested and run. */
export interface Plan {
  size: Size;
  claims: readonly PlannedClaim[];
  /** Each once: those of the first claim first, and of those the longest first. */
  runs: readonly PlannedRun[];
}

/**
 * Plans the runs that claims need. Nothing is computed.
 *
 * @param seeds Default: as many as each claim has at this size, from 1 on.
 * @param device What executes them. Default `cpu`.
 */
export function plan(claims: readonly Claim[], size: Size, seeds?: readonly number[], device?: string): Plan {
  const runs = new Map<string, PlannedRun>();
  const planned = claims.map((claim) => {
    const own = seeds ?? Array.from({ length: defaultSeeds(claim, size) }, (_, index) => index + 1);
    const needed = runsOf(claim, size, own, device);
    for (const run of needed.flat().sort((a, b) => b.seconds - a.seconds)) {
      const known = runs.get(run.key);
      if (known) known.claims = [...new Set([...known.claims, claim.id])];
      else runs.set(run.key, run);
    }
    const keys = needed.map((ofSeed) => Object.fromEntries(ofSeed.map(({ name, key }) => [name, key])));
    return { claim, seeds: own, keys };
  });
  return { size, claims: planned, runs: [...runs.values()] };
}

/** The runs of a claim, for every seed. */
function runsOf(
  claim: Claim,
  size: Size,
  seeds: readonly number[],
  device: string | undefined,
): PlannedRun[][] {
  const named = Object.entries(claim.runs(size) as Record<string, Run<unknown>>).map(([name, run]) => {
    const { experiment, settings } = run;
    const kind = experiments.get(experiment);
    if (!kind) throw new Error(`${claim.id}: there is no experiment "${experiment}" for its run "${name}".`);
    return { name, experiment, settings, device, revision: kind.revision, seconds: kind.seconds(settings) };
  });
  return seeds.map((seed) =>
    named.map((run) => ({ ...run, seed, key: keyOf({ ...run, seed }), claims: [claim.id] })),
  );
}
