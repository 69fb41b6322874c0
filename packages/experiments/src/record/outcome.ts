import { defaultSeeds, workOf } from "../claim/claim.js";
import { type ClaimReport, hasFailed } from "../claim/claim-report.js";
import type { Judgement, MeasureResult } from "../claim/judgement.js";
import type { Verdict } from "../claim/rule.js";
import { type Work, type WorkId, works } from "../claim/works.js";

/** How a claim came out. */
export type Outcome = Verdict | "failed";

/** What a verdict has beside its word and colour: a path to stroke, in a square of 12. */
export const signs: Readonly<Record<Outcome, string>> = {
  confirmed: "M1.5 6.5l3 3.5 6-8",
  refuted: "M2 2l8 8M10 2l-8 8",
  undecided: "M1 6h10",
  failed: "M6 1v6M6 10.5v.2",
};

/** In the order in which they are counted. */
export const outcomes: readonly Outcome[] = ["confirmed", "refuted", "undecided", "failed"];

/** How a claim came out: its verdict, or that something failed. */
export function outcomeOf(report: ClaimReport): Outcome {
  return hasFailed(report) ? "failed" : report.judgement.verdict;
}

/** How many claims came out each way; ways that none did are left out, but for the three verdicts. */
export function countsOf(reports: readonly ClaimReport[]): { outcome: Outcome; count: number }[] {
  return outcomes
    .map((outcome) => ({
      outcome,
      count: reports.filter((report) => outcomeOf(report) === outcome).length,
    }))
    .filter(({ outcome, count }) => outcome !== "failed" || count > 0);
}

/** The claims of each work, works in the order in which they come up. */
export function byWork(reports: readonly ClaimReport[]): { work: Work; reports: ClaimReport[] }[] {
  const groups = new Map<WorkId, ClaimReport[]>();
  for (const report of reports) {
    const id = workOf(report.claim);
    groups.set(id, [...(groups.get(id) ?? []), report]);
  }
  return [...groups].map(([id, group]) => ({ work: works[id], reports: group }));
}

/** The measure that the verdict hangs on: the first that came out as the claim did. */
export function decidingMeasure({ verdict, measures }: Judgement): MeasureResult | undefined {
  return measures.find((measure) => measure.verdict === verdict);
}

/** Repeats the test of one claim. */
export function commandOf({ claim, size, seeds }: ClaimReport): string {
  const usual =
    seeds.length === defaultSeeds(claim, size) && seeds.every((seed, index) => seed === index + 1);
  // A lone number would be read as how many.
  const list = seeds.length === 1 ? `${seeds[0]},` : seeds.join(",");
  return `npx evenkeel-cli test-claim ${claim.id} --size ${size}${usual ? "" : ` --seeds ${list}`}`;
}

/** The seeds as people say them: `seeds 1 to 5`, `seed 7`, `seeds 1, 4`. */
export function seedsText(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const inRow = seeds.length > 2 && seeds.every((seed, index) => seed === seeds[0]! + index);
  return `seeds ${inRow ? `${seeds[0]} to ${seeds.at(-1)}` : seeds.join(", ")}`;
}
