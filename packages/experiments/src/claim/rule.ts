import type { Interval } from "../statistics/interval.js";

/** What a measurement says of a claim. Undecided: at this size and with these seeds the interval reaches both sides. */
export type Verdict = "confirmed" | "refuted" | "undecided";

/** How a verdict follows from a measurement: written down with the claim, before any run. */
export type Rule =
  | { type: "above"; bound: number }
  | { type: "below"; bound: number }
  | { type: "between"; low: number; high: number }
  | { type: "exact"; tolerance: number };

/** Makers of rules. */
export const rules = {
  /** Confirmed where the whole 95 % interval lies above the bound, refuted where it lies below. */
  above: (bound: number): Rule => ({ type: "above", bound }),
  /** Confirmed where the whole 95 % interval lies below the bound, refuted where it lies above. */
  below: (bound: number): Rule => ({ type: "below", bound }),
  /** For "no difference" and "about so large": confirmed where the whole 95 % interval lies inside, refuted where it lies outside. */
  between: (low: number, high: number): Rule => ({ type: "between", low, high }),
  /** For identities: confirmed where every seed's value is at most the tolerance away from 0, else refuted. */
  exact: (tolerance: number): Rule => ({ type: "exact", tolerance }),
} as const;

/** The bootstrap makes no 95 % interval of fewer values: of four, it misses the mean in one of eight cases. */
export const leastSeeds = 5;

/** Applies a rule to what the seeds gave. Fewer than five decide nothing but identities. */
export function verdictOf(rule: Rule, { low, high, n }: Interval, values: readonly number[]): Verdict {
  if (rule.type !== "exact" && n < leastSeeds) return "undecided";
  switch (rule.type) {
    case "above":
      return low > rule.bound ? "confirmed" : high < rule.bound ? "refuted" : "undecided";
    case "below":
      return high < rule.bound ? "confirmed" : low > rule.bound ? "refuted" : "undecided";
    case "between":
      if (low > rule.low && high < rule.high) return "confirmed";
      return high < rule.low || low > rule.high ? "refuted" : "undecided";
    case "exact":
      return values.every((value) => Math.abs(value) <= rule.tolerance) ? "confirmed" : "refuted";
  }
}
