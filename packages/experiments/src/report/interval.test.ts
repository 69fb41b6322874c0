import { describe, expect, it } from "vitest";
import { type Rule, rules } from "../claim/rule.js";
import type { MeasureRecord } from "../record/measure.js";
import { intervalPlot } from "./interval.js";

const measure = (rule: Rule | undefined, details: Partial<MeasureRecord> = {}): MeasureRecord => ({
  ...{ name: "m", title: "a measure", unit: "number", values: [2, 2.5, 3, 3.5, 4] },
  ...{ effect: 3, low: 2.2, high: 3.8, n: 5 },
  ...(rule && { rule, verdict: "confirmed" }),
  ...details,
});

/** Numbers of attributes with this name. */
const all = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map(([, value]) => Number(value));

describe("the small picture of an interval", () => {
  it("has the effect within the interval, within the picture", () => {
    const svg = intervalPlot(measure(rules.above(0)));
    const [effect] = all(svg, /cx="([\d.]+)"/g);
    const [, low, high] = svg.match(/x1="([\d.]+)" x2="([\d.]+)"[^>]*stroke-width="2.5"/)!.map(Number);
    expect(low).toBeLessThan(effect!);
    expect(high).toBeGreaterThan(effect!);
    for (const x of all(svg, /x[12]="([-\d.]+)"/g)) expect(x >= 0 && x <= 190).toBe(true);
  });

  it.each([
    [rules.above(0), "8", "182"],
    [rules.below(5), "0", "182"],
    [rules.between(1, 5), "8", "174"],
  ])("shades where %o holds", (rule, x, width) => {
    expect(intervalPlot(measure(rule))).toContain(`<rect x="${x}" width="${width}"`);
  });

  it("puts equal factors at equal distances for ratios", () => {
    const svg = intervalPlot(measure(undefined, { values: [1, 10, 100], effect: 10, n: 3, scale: "log" }));
    expect(all(svg, /cx="([\d.]+)"/g)).toEqual([95]);
  });

  it("shows seeds alone where they are few, and nothing of identities", () => {
    const infinite = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    const svg = intervalPlot(measure(rules.above(0), { values: [3], n: 1, ...infinite }));
    expect(svg).not.toMatch(/NaN|Infinity|stroke-width="2.5"/);
    expect(intervalPlot(measure(undefined, { values: [3], n: 1, ...infinite }))).not.toMatch(/NaN|Infinity/);
    expect(intervalPlot(measure(rules.exact(1)))).toBe("");
  });
});
