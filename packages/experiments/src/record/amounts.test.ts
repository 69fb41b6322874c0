import { describe, expect, it } from "vitest";
import type { MeasureResult } from "../claim/judgement.js";
import { rules } from "../claim/rule.js";
import {
  amount,
  duration,
  effectText,
  effectWithInterval,
  intervalText,
  ruleInWords,
  valuesText,
} from "./amounts.js";

const measure = (details: Partial<MeasureResult>): MeasureResult => ({
  ...{ name: "m", title: "a measure", unit: "number", values: [1, 2, 3, 4, 5] },
  ...{ effect: 3, low: 2, high: 4, n: 5 },
  ...details,
});

describe("amounts", () => {
  it.each([
    [0.97314, "share", "97.31 %"],
    [1, "share", "100.00 %"],
    [0.0082, "points", "+0.82 points"],
    [-0.1234, "points", "−12.3 points"],
    [0, "points", "0.00 points"],
    [-9.3e-10, "points", "0.00 points"],
    [0.00002, "points", "+0.002 points"],
    [2.3149, "ratio", "2.31×"],
    [0.0001234, "ratio", "0.000123×"],
    [1_234_567, "number", "1,230,000"],
    [1.234e-7, "number", "1.23×10⁻⁷"],
    [-4e9, "number", "−4×10⁹"],
    [0, "number", "0"],
    [Number.POSITIVE_INFINITY, "number", "–"],
    [Number.NaN, "share", "–"],
  ] as const)("%d as %s is %s", (value, unit, text) => {
    expect(amount(value, unit)).toBe(text);
  });

  it("have an interval from five seeds on", () => {
    expect(intervalText(measure({}))).toBe("[2, 4]");
    expect(intervalText(measure({ n: 4 }))).toBe("–");
    expect(intervalText(measure({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }))).toBe(
      "–",
    );
  });

  it("say their unit once", () => {
    const points = measure({ unit: "points", effect: 0.015, low: -0.002, high: 0.02 });
    expect(effectWithInterval(points)).toBe("+1.50 [−0.20, +2.00] points");
    expect(effectWithInterval(measure({ unit: "ratio" }))).toBe("3.00× [2.00×, 4.00×]");
    expect(effectWithInterval({ ...points, n: 2 })).toBe("+1.50 points");
    expect(valuesText({ unit: "points", values: [0.01, -0.002] })).toBe("+1.00, −0.20 points");
    expect(valuesText({ unit: "share", values: [0.5, 1] })).toBe("50.00, 100.00 %");
    expect(valuesText({ unit: "ratio", values: [1, 2.345] })).toBe("1.00×, 2.35×");
  });

  it("of an identity are the furthest from 0", () => {
    expect(effectText(measure({ rule: rules.exact(1), values: [0.1, -0.5], effect: -0.2 }))).toBe("0.5");
  });
});

describe("rules in words", () => {
  it.each([
    [rules.above(0), "points", "the whole interval above 0 points"],
    [rules.below(0.01), "points", "the whole interval below 1 point"],
    [rules.above(-0.005), "points", "the whole interval above −0.5 points"],
    [rules.above(0.9), "share", "the whole interval above 90 %"],
    [rules.between(0.5, 2), "ratio", "the whole interval between 0.5× and 2×"],
    [rules.above(1.0625), "ratio", "the whole interval above 1.0625×"],
    [rules.below(1234.5), "number", "the whole interval below 1,234.5"],
    [rules.exact(1.25e-5), "number", "every seed within 1.25×10⁻⁵ of 0"],
    [rules.exact(1e-5), "number", "every seed within 10⁻⁵ of 0"],
  ] as const)("%o in %s", (rule, unit, text) => {
    expect(ruleInWords(rule, unit)).toBe(text);
  });
});

describe("times", () => {
  it.each([
    [0.42, "0.4 s"],
    [38.2, "38 s"],
    [99.7, "2 min"],
    [125, "2 min"],
    [3599, "1 h 0 min"],
    [11_100, "3 h 5 min"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
