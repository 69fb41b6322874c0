import { leastSeeds, type Rule } from "../claim/rule.js";
import { ruleBounds } from "./amounts.js";
import type { MeasureRecord } from "./measure.js";

/** Where the parts of a measure's small picture lie, in pixels. */
export interface IntervalPicture {
  width: number;
  /** Of the band in which effect, interval and seeds lie, at half its height. */
  band: number;
  /** With the rule's numbers below the band. */
  height: number;
  /** The side on which the claim holds. */
  side?: { x: number; width: number };
  /** The rule's bounds. */
  bounds: { x: number; text: string; anchor: "start" | "middle" | "end" }[];
  /** A tick for every seed. */
  seeds: number[];
  interval?: { from: number; to: number };
  effect: number;
}

const width = 190;
const band = 20;

/**
 * A measure as a small picture: the effect with its interval, a tick for every seed, the rule's bound with its number,
 * and the side where the claim holds. None for identities, whose values lie at 0 or do not.
 */
export function intervalPicture(measure: MeasureRecord): IntervalPicture | undefined {
  const { effect, low = Number.NaN, high = Number.NaN, n, values, rule, unit, scale } = measure;
  if (rule?.type === "exact") return undefined;
  const bounds = rule ? ruleBounds(rule, unit) : [];
  const hasInterval = n >= leastSeeds && Number.isFinite(low) && Number.isFinite(high);
  const shown = [effect, ...values, ...bounds.map(({ at }) => at), ...(hasInterval ? [low, high] : [])];
  const to = scale === "log" && shown.every((value) => value > 0) ? Math.log : (value: number) => value;
  const [least, most] = [Math.min(...shown.map(to)), Math.max(...shown.map(to))];
  const x = (value: number) =>
    most > least ? Number((8 + ((to(value) - least) / (most - least)) * (width - 16)).toFixed(1)) : width / 2;
  const side = rule && confirmingSide(rule);
  const [from, until] = [
    side?.from === undefined ? 0 : x(side.from),
    side?.to === undefined ? width : x(side.to),
  ];
  return {
    ...{ width, band, height: rule ? band + 10 : band },
    ...(side && { side: { x: from, width: Math.max(0, until - from) } }),
    bounds: bounds.map(({ at, text }) => ({ x: x(at), text, anchor: anchorAt(x(at)) })),
    seeds: values.map(x),
    ...(hasInterval && { interval: { from: x(low), to: x(high) } }),
    effect: x(effect),
  };
}

/** Where the rule confirms. */
function confirmingSide(rule: Rule): { from?: number; to?: number } | undefined {
  switch (rule.type) {
    case "above":
      return { from: rule.bound };
    case "below":
      return { to: rule.bound };
    case "between":
      return { from: rule.low, to: rule.high };
    case "exact":
      return undefined;
  }
}

/** Keeps a number inside the picture. */
function anchorAt(x: number): "start" | "middle" | "end" {
  return x < 24 ? "start" : x > width - 24 ? "end" : "middle";
}
