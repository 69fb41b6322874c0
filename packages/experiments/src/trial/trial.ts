import type { Claim, Evidence, Runs } from "../claim/claim.js";
import type { ClaimReport } from "../claim/claim-report.js";
import { conclude } from "../claim/conclusion.js";
import { experiments } from "../runs/index.js";
import { resultJson } from "../runs/json.js";
import type { RunContext, Size } from "../runs/run.js";
import { neededRuns } from "./needs.js";

/** How a claim is tried. */
export interface TrialOptions extends Pick<RunContext, "runtime" | "source"> {
  size: Size;
  seeds: readonly number[];
  /** Ends the trial early: nothing comes of it then. Default: it goes on to its end. */
  signal?: AbortSignal;
  /** Called when a run begins, and from time to time while it is under way. */
  onProgress?(progress: TrialProgress): void;
}

/** How far a trial is. */
export interface TrialProgress {
  /** Runs that are done, and all of them. */
  done: number;
  runs: number;
  /** How far the run under way is, a share in [0, 1]. */
  share: number;
  /** Its name in the claim, and its seed. */
  name: string;
  seed: number;
}

/**
 * Tests a claim here, in Node or a browser: one run after the other in this thread, nothing kept. For tests of many
 * claims, and those that take long, `testClaims` has processes and keeps what is done.
 *
 * @returns a failed report when a run fails.
 * @throws what the signal says when it is aborted.
 */
export async function tryClaim(claim: Claim, options: TrialOptions): Promise<ClaimReport> {
  const { size, seeds, runtime, source, signal = new AbortController().signal, onProgress } = options;
  const needed = neededRuns(claim, size);
  const runs = seeds.length * needed.length;
  const about = { claim, size, seeds };
  const evidence: { seed: number; results: Record<string, unknown> }[] = [];
  let [done, seconds] = [0, 0];
  for (const seed of seeds) {
    const results: Record<string, unknown> = {};
    for (const { experiment, settings, names } of needed) {
      const progress = (share: number) => {
        onProgress?.({ done, runs, share, name: names[0]!, seed });
        return letOthersRun();
      };
      await progress(0);
      signal.throwIfAborted();
      const begun = performance.now();
      try {
        const context: RunContext = { seed, runtime, signal, progress, ...(source && { source }) };
        const result = await experiments.get(experiment)!.run(settings, context);
        // Results are what a file would hold of them, here as in a test that keeps them.
        const kept = JSON.parse(resultJson(result));
        for (const name of names) results[name] = kept;
      } catch (error) {
        signal.throwIfAborted();
        return {
          ...about,
          seconds,
          error: `${claim.id} ${names[0]}, seed ${seed}: ${(error as Error).message}`,
        };
      }
      seconds += (performance.now() - begun) / 1000;
      done += 1;
    }
    evidence.push({ seed, results });
  }
  signal.throwIfAborted();
  return { ...about, seconds, ...conclude(claim, { size, seeds: evidence } as Evidence<Runs>) };
}

/** Lets messages have their turn, among them the one that is to end the trial. */
function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
