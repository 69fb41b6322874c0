import { leastSeeds, type Rule } from "../claim/rule.js";
import { missing, significant, withMinus } from "../figures/numbers.js";
import type { MeasureRecord } from "./measure.js";

/** How a measure is written. */
export type Unit = MeasureRecord["unit"];

/**
 * A measure with its unit: `97.31 %`, `+0.8 points`, `2.31×`, `0.0124`, `1.2×10⁻⁷`. Three significant digits, but of
 * shares and points two digits after the point. What is not finite is `–`.
 */
export function amount(value: number, unit: Unit = "number"): string {
  if (!Number.isFinite(value)) return missing;
  switch (unit) {
    case "share":
      return `${percents(value, unit)} %`;
    case "points":
      return `${bare(value, unit)} points`;
    default:
      return bare(value, unit);
  }
}

/** The 95 % interval with its unit: `[+0.5, +1.1] points`; `–` where there are too few seeds for one. */
export function intervalText({ low = Number.NaN, high = Number.NaN, n, unit, rule }: MeasureRecord): string {
  if (n < leastSeeds || rule?.type === "exact" || ![low, high].every(Number.isFinite)) return missing;
  const ends = `[${bare(low, unit)}, ${bare(high, unit)}]`;
  return unit === "share" ? `${ends} %` : unit === "points" ? `${ends} points` : ends;
}

/** What came out: the mean over the seeds, of an identity the seed that is furthest off. */
export function effectText({ effect, values, unit, rule }: MeasureRecord): string {
  return amount(rule?.type === "exact" ? Math.max(...values.map(Math.abs)) : effect, unit);
}

/** Effect and interval, the unit said once: `+0.82 [+0.51, +1.13] points`; the effect alone where there is no interval. */
export function effectWithInterval(measure: MeasureRecord): string {
  const interval = intervalText(measure);
  if (interval === missing) return effectText(measure);
  const { effect, unit } = measure;
  const worded = unit === "share" || unit === "points";
  return `${worded ? bare(effect, unit) : effectText(measure)} ${interval}`;
}

/** The values by seed, the unit said once: `+0.82, −0.10, +1.13 points`. */
export function valuesText({ values, unit }: Pick<MeasureRecord, "values" | "unit">): string {
  const each = values.map((value) => bare(value, unit)).join(", ");
  return unit === "share" ? `${each} %` : unit === "points" ? `${each} points` : each;
}

/** The rule in words, its bounds in the measure's unit. */
export function ruleInWords(rule: Rule, unit: Unit): string {
  switch (rule.type) {
    case "above":
      return `the whole interval above ${bound(rule.bound, unit)}`;
    case "below":
      return `the whole interval below ${bound(rule.bound, unit)}`;
    case "between":
      return `the whole interval between ${bound(rule.low, unit)} and ${bound(rule.high, unit)}`;
    case "exact":
      return `every seed within ${bound(rule.tolerance, unit)} of 0`;
  }
}

/** The numbers that a rule compares with, and their text. */
export function ruleBounds(rule: Rule, unit: Unit): { at: number; text: string }[] {
  const ends = rule.type === "between" ? [rule.low, rule.high] : rule.type === "exact" ? [] : [rule.bound];
  return ends.map((at) => ({ at, text: bound(at, unit) }));
}

/** A time: `0.4 s`, `38 s`, `12 min`, `3 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count with its noun: `1 claim`, `56 claims`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Without the words of its unit. */
function bare(value: number, unit: Unit): string {
  switch (unit) {
    case "share":
      return percents(value, unit);
    case "points":
      return withSign(percents(value, unit));
    case "ratio":
      return `${significant(value, 3, 3)}×`;
    case "number":
      return significant(value);
  }
}

/** As people write a limit, to six digits and with none too many: `0 points`, `97 %`, `1×`. */
function bound(value: number, unit: Unit): string {
  const short = withMinus(String(Number((value * 100).toPrecision(6))));
  switch (unit) {
    case "share":
      return `${short} %`;
    case "points":
      return `${short} ${Math.abs(value) === 0.01 ? "point" : "points"}`;
    case "ratio":
      return `${significant(value, 6)}×`;
    case "number":
      return significant(value, 6);
  }
}

/** Hundred times the value: two digits after the point, of large differences one; more where those would say 0, if it is no rounding. */
function percents(share: number, unit: "share" | "points"): string {
  const value = share * 100;
  const size = Math.abs(value);
  if (size < 0.005 && size >= 1e-5) return significant(value);
  const text = value.toFixed(unit === "points" && size >= 10 ? 1 : 2);
  return withMinus(Number(text) === 0 ? text.replace("-", "") : text);
}

function withSign(text: string): string {
  return text.startsWith("−") || Number(text) === 0 ? text : `+${text}`;
}
