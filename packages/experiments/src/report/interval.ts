import type { MeasureResult } from "../claim/judgement.js";
import { leastSeeds, type Rule } from "../claim/rule.js";
import { ruleBounds } from "./amounts.js";

const width = 190;

/** The height at which effect and interval lie. */
const middle = 10;

/**
 * A measure as a small picture: the effect with its interval, a tick for every seed, the rule's bound with its number,
 * and the side where the claim holds, shaded. None for identities, whose values lie at 0 or do not.
 *
 * @param scale of the measure: `log` for ratios.
 */
export function intervalPlot(measure: MeasureResult, scale: "linear" | "log" = "linear"): string {
  const { effect, low, high, n, values, rule, verdict } = measure;
  if (rule?.type === "exact") return "";
  const height = rule ? 30 : 20;
  const bounds = rule ? ruleBounds(rule, measure.unit) : [];
  const hasInterval = n >= leastSeeds && Number.isFinite(low) && Number.isFinite(high);
  const shown = [effect, ...values, ...bounds.map(({ at }) => at), ...(hasInterval ? [low, high] : [])];
  const isLog = scale === "log" && shown.every((value) => value > 0);
  const to = isLog ? Math.log : (value: number) => value;
  const [least, most] = [Math.min(...shown.map(to)), Math.max(...shown.map(to))];
  const x = (value: number) =>
    most > least ? Number((8 + ((to(value) - least) / (most - least)) * (width - 16)).toFixed(1)) : width / 2;
  const side = rule ? confirmingSide(rule) : undefined;
  const [from, until] = [
    side?.from === undefined ? 0 : x(side.from),
    side?.to === undefined ? width : x(side.to),
  ];
  const parts = [
    side &&
      `<rect x="${from}" width="${Math.max(0, until - from)}" height="20" rx="3" fill="var(--confirmed)" fill-opacity="0.13"/>`,
    `<line x2="${width}" y1="${middle}" y2="${middle}" stroke="var(--line)"/>`,
    ...bounds.map(
      ({ at, text }) =>
        `<line x1="${x(at)}" x2="${x(at)}" y2="20" stroke="var(--soft)" stroke-dasharray="2 2"/><text x="${x(at)}" y="30" text-anchor="${anchorAt(x(at))}" font-size="10" fill="var(--soft)">${text}</text>`,
    ),
    ...values.map(
      (value) =>
        `<line x1="${x(value)}" x2="${x(value)}" y1="${middle - 4}" y2="${middle + 4}" stroke="currentColor" stroke-opacity="0.5"/>`,
    ),
    hasInterval &&
      `<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="currentColor" stroke-width="2.5"/>`,
    `<circle cx="${x(effect)}" cy="${middle}" r="4" fill="currentColor"/>`,
  ];
  return `<svg class="interval${verdict ? ` ${verdict}` : ""}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${parts.filter(Boolean).join("")}</svg>`;
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
