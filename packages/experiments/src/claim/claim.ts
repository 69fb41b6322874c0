import type { Figure } from "../figures/figure.js";
import type { Run, Size } from "../runs/run.js";
import type { Rule, Verdict } from "./rule.js";
import type { WorkId } from "./works.js";

/** The runs that a claim needs, by name. Each is done once for every seed. */
export type Runs = Readonly<Record<string, Run<unknown>>>;

/** What the runs gave for one seed, by the same names. */
export type Results<R extends Runs> = {
  readonly [Name in keyof R]: R[Name] extends Run<infer Result> ? Result : never;
};

/** All that was measured for a claim. */
export interface Evidence<R extends Runs> {
  size: Size;
  /** By seed. */
  seeds: readonly { seed: number; results: Results<R> }[];
}

/** One number that is taken from the results of every seed. */
export interface Measure<R extends Runs> {
  /** What it is, as a phrase: "steps to 97 %, without batch norm ÷ with". */
  title: string;
  /** The number of one seed; a comparison is the difference or ratio within the seed, so that pairs are compared. */
  of(results: Results<R>): number;
  /** `log` for ratios, whose mean is then the geometric one. Default `linear`. */
  scale?: "linear" | "log";
  /** How it is written. Default `number`; `share` as a percentage, `points` a difference of shares in percentage points, `ratio` with ×. */
  unit?: "number" | "share" | "points" | "ratio";
  /** What it must be for the claim to hold. Without one it is shown, and decides nothing. */
  rule?: Rule;
}

/**
 * A claim about batch normalization and the experiment that tests it. The verdict is confirmed where all rules confirm,
 * refuted where one refutes, else undecided.
 */
export interface ClaimDefinition<R extends Runs> {
  /** The work's letters and a number: `IS15-8`. */
  id: `${WorkId}-${number}`;
  /** A short name. */
  title: string;
  /** What is claimed, in a sentence. */
  statement: string;
  /** Where: section, figure, table; a minute of a lecture. */
  source: string;
  /** What was published: the numbers, and how sure they are. */
  published: string;
  /** What is run at each size, and how that differs from the published setting. */
  setting: Readonly<Record<Size, string>>;
  /** Seeds unless told, by size. Default 5; 2 at `smoke`. */
  seeds?: Partial<Record<Size, number>>;
  /** What is computed for each seed. */
  runs(size: Size): R;
  /** What is measured, by name. At least one has a rule. */
  measures: Readonly<Record<string, Measure<R>>>;
  /** What there is to see: published beside measured, drawn the same way. Default none. */
  figures?(evidence: Evidence<R>): readonly Figure[];
  /** Why it came out otherwise than claimed at laptop: shown there with that verdict. */
  remarks?: Partial<Record<Exclude<Verdict, "confirmed">, string>>;
}

/** A claim whose runs have been forgotten by the types: what lists of claims hold. */
// biome-ignore lint/suspicious/noExplicitAny: a function of particular results takes no others, and a list needs both
export type Claim = ClaimDefinition<any>;

/**
 * Defines a claim; types the measures by the results of its runs.
 *
 * @throws Error when no measure has a rule.
 */
export function claim<R extends Runs>(definition: ClaimDefinition<R>): Claim {
  requireRule(definition);
  return definition;
}

/** @throws Error naming the claim when no measure has a rule: nothing would decide it. */
export function requireRule({ id, measures }: Pick<Claim, "id" | "measures">): void {
  if (Object.values(measures).some(({ rule }) => rule)) return;
  throw new Error(`${id}: no measure has a rule, so nothing decides the claim. Give at least one a rule.`);
}

/** How many seeds a claim is tested with unless told. */
export function defaultSeeds({ seeds }: Pick<Claim, "seeds">, size: Size): number {
  return seeds?.[size] ?? (size === "smoke" ? 2 : 5);
}

/** The work that a claim is from. */
export function workOf({ id }: Pick<Claim, "id">): WorkId {
  return id.slice(0, id.lastIndexOf("-")) as WorkId;
}
