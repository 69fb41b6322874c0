import { bootstrap, type Interval } from "../statistics/interval.js";
import { type Claim, type Evidence, type Measure, type Runs, requireRule } from "./claim.js";
import { leastSeeds, type Rule, type Verdict, verdictOf } from "./rule.js";

/** A measure as it came out. */
export interface MeasureResult extends Interval {
  /** Its name in the claim. */
  name: string;
  title: string;
  unit: NonNullable<Measure<Runs>["unit"]>;
  /** By seed, in the order of the evidence. */
  values: number[];
  /** With the verdict that follows from it alone. */
  rule?: Rule;
  verdict?: Verdict;
}

/** A claim, tested. */
export interface Judgement {
  id: Claim["id"];
  verdict: Verdict;
  measures: MeasureResult[];
  /** Why it came out otherwise than claimed, where the claim says something of that. */
  remark?: string;
}

/**
 * Takes the claim's measures and applies its rules.
 *
 * @throws Error naming a measure that is no finite number, or the claim when it has no rule.
 */
export function judge(claim: Claim, evidence: Evidence<Runs>): Judgement {
  requireRule(claim);
  const measures = Object.entries(claim.measures).map(([name, measure]) =>
    taken(claim, name, measure as Measure<Runs>, evidence),
  );
  const verdicts = measures.flatMap(({ verdict }) => verdict ?? []);
  const verdict: Verdict = verdicts.includes("refuted")
    ? "refuted"
    : verdicts.every((each) => each === "confirmed")
      ? "confirmed"
      : "undecided";
  const remark = remarkOn(verdict, claim, evidence);
  return { id: claim.id, verdict, measures, ...(remark !== undefined && { remark }) };
}

/** Why a claim is not confirmed. What it says of itself is of the laptop's measurement. */
function remarkOn(verdict: Verdict, { remarks }: Claim, { size, seeds }: Evidence<Runs>): string | undefined {
  if (verdict === "confirmed") return undefined;
  if (verdict === "undecided" && seeds.length < leastSeeds) {
    return `${seeds.length === 1 ? "One seed" : `${seeds.length} seeds`}: fewer than five decide nothing but identities.`;
  }
  return size === "laptop" ? remarks?.[verdict] : undefined;
}

function taken(
  { id }: Claim,
  name: string,
  { title, of, rule, scale, unit = "number" }: Measure<Runs>,
  { seeds }: Evidence<Runs>,
): MeasureResult {
  const values = seeds.map(({ seed, results }) => {
    const value = of(results);
    if (Number.isFinite(value)) return value;
    throw new Error(`${id}: the measure "${name}" is ${value} for seed ${seed}; it must be a finite number.`);
  });
  const interval = bootstrap(values, scale);
  return {
    name,
    title,
    unit,
    values,
    ...interval,
    ...(rule && { rule, verdict: verdictOf(rule, interval, values) }),
  };
}
