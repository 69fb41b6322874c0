import { claim, judge, rules } from "evenkeel-experiments";
import type { ClaimReport } from "evenkeel-experiments/report";
import { describe, expect, it } from "vitest";
import { resultsOf } from "./results.js";

const definition = claim({
  ...{ id: "IS15-99", title: "A number", statement: "", source: "", published: "" },
  setting: { smoke: "", laptop: "", paper: "" },
  runs: () => ({}),
  measures: { ratio: { title: "a ratio", scale: "log", of: Number, rule: rules.above(1) } },
});

function judged(...values: number[]): ClaimReport {
  const seeds = values.map((value, index) => ({ seed: index + 1, results: value as never }));
  const judgement = judge(definition, { size: "smoke", seeds });
  const about = { size: "smoke", seeds: seeds.map(({ seed }) => seed), seconds: 1 } as const;
  return { claim: definition, ...about, judgement, figures: [], figuresError: "there is no such series" };
}

const resultsWith = (report: ClaimReport, interrupted = false) =>
  JSON.parse(JSON.stringify(resultsOf({ claims: [report] }, {} as never, interrupted)));

describe("the results of claims as data", () => {
  it("have the interval of a measure, and none where there is one seed", () => {
    const [several] = resultsWith(judged(2, 3)).claims[0].measures;
    expect(several.low).toBeGreaterThan(1.9);
    expect(several.high).toBeLessThan(3.1);
    const [one] = resultsWith(judged(2)).claims[0].measures;
    expect(one).toMatchObject({ name: "ratio", effect: 2, values: [2], n: 1 });
    expect(one).not.toHaveProperty("low");
    expect(one).not.toHaveProperty("high");
  });

  it("say why there are no figures", () => {
    expect(resultsWith(judged(2)).claims[0]).toMatchObject({
      ...{ verdict: "undecided", figuresError: "there is no such series" },
    });
  });

  it("say that they are of an interrupted test", () => {
    expect(resultsWith(judged(2), true).interrupted).toBe(true);
    expect(resultsWith(judged(2))).not.toHaveProperty("interrupted");
  });
});
