import { describe, expect, it } from "vitest";
import type { Run } from "../runs/run.js";
import { claim, type Evidence, type Measure } from "./claim.js";
import { judge } from "./judgement.js";
import { type Rule, rules } from "./rule.js";

type Number = { value: Run<number> };

const measured = (rule: Rule | undefined, scale?: "log"): Measure<Number> => ({
  title: "the value",
  of: ({ value }) => value,
  rule,
  scale,
});

const tested = (measures: Record<string, Measure<Number>>) =>
  claim<Number>({
    id: "IS15-99",
    title: "A number",
    statement: "The number is what it is.",
    source: "nowhere",
    published: "nothing",
    setting: { smoke: "", laptop: "", paper: "" },
    runs: () => ({ value: { experiment: "number", settings: {} } }),
    measures,
    remarks: { refuted: "It is another.", undecided: "It is not clear." },
  });

const evidence = (...values: number[]): Evidence<Number> => ({
  size: "laptop",
  seeds: values.map((value, index) => ({ seed: index + 1, results: { value } })),
});

const verdict = (rule: Rule, ...values: number[]) =>
  judge(tested({ value: measured(rule) }), evidence(...values)).verdict;

describe("verdicts", () => {
  it.each([
    [rules.above(0), [1, 2, 3, 2, 1], "confirmed"],
    [rules.above(0), [-1, -2, -3, -2, -1], "refuted"],
    [rules.above(0), [-1, 2, 3, 2, 1], "undecided"],
    [rules.below(0), [-1, -2, -3, -2, -1], "confirmed"],
    [rules.below(0), [1, 2, 3, 2, 1], "refuted"],
    [rules.between(-1, 1), [0.1, -0.1, 0.2, -0.2, 0], "confirmed"],
    [rules.between(-1, 1), [2, 3, 2, 3, 2], "refuted"],
    [rules.between(-1, 1), [0.5, 1.5, 0.5, 1.5, 1], "undecided"],
    [rules.exact(1e-6), [1e-7, -1e-7], "confirmed"],
    [rules.exact(1e-6), [1e-7, 1e-5], "refuted"],
  ] as const)("%j of %j is %s", (rule, values, expected) => {
    expect(verdict(rule, ...values)).toBe(expected);
  });

  it("decides nothing but identities by fewer than five seeds", () => {
    expect(verdict(rules.above(0), 1, 2, 3, 2)).toBe("undecided");
    expect(verdict(rules.exact(0), 0)).toBe("confirmed");
  });

  it("needs all rules to confirm and one to refute", () => {
    const all = (...bounds: number[]) =>
      judge(
        tested(Object.fromEntries(bounds.map((bound, index) => [`m${index}`, measured(rules.above(bound))]))),
        evidence(1, 2, 3, 2, 1),
      ).verdict;
    expect(all(0, 0.5)).toBe("confirmed");
    expect(all(0, 1.5)).toBe("undecided");
    expect(all(0, 1.5, 9)).toBe("refuted");
  });

  it("gives the remark of the verdict, and the values by seed", () => {
    const judged = judge(
      tested({ value: measured(rules.above(9)), shown: measured(undefined) }),
      evidence(1, 2, 3, 2, 1),
    );
    expect(judged).toMatchObject({ verdict: "refuted", remark: "It is another." });
    expect(judged.measures.map(({ name, values, verdict }) => [name, values, verdict])).toEqual([
      ["value", [1, 2, 3, 2, 1], "refuted"],
      ["shown", [1, 2, 3, 2, 1], undefined],
    ]);
    expect(judge(tested({ value: measured(rules.above(0)) }), evidence(1, 2, 3, 2, 1))).not.toHaveProperty(
      "remark",
    );
  });

  it("says that seeds are too few in place of the remark, which is of the laptop's measurement", () => {
    const small = judge(tested({ value: measured(rules.above(0)) }), evidence(1, 2));
    expect(small.remark).toBe("2 seeds: fewer than five decide nothing but identities.");
    const elsewhere = { ...evidence(1, 2, 3, 2, 1), size: "paper" as const };
    expect(judge(tested({ value: measured(rules.above(9)) }), elsewhere)).not.toHaveProperty("remark");
  });

  it("names a measure that is no number, and its seed", () => {
    expect(() => judge(tested({ value: measured(rules.above(0)) }), evidence(1, Number.NaN))).toThrow(
      'IS15-99: the measure "value" is NaN for seed 2; it must be a finite number.',
    );
  });

  it("is none of a claim without a rule, which is refused when it is defined", () => {
    const message = "IS15-99: no measure has a rule, so nothing decides the claim.";
    expect(() => tested({ shown: measured(undefined) })).toThrow(message);
    const claim = {
      ...tested({ value: measured(rules.above(0)) }),
      measures: { shown: measured(undefined) },
    };
    expect(() => judge(claim, evidence(1, 2, 3, 2, 1))).toThrow(message);
  });
});
