import type { Spread } from "./statistics.js";

/** A share as a percentage: `97.88 %`. */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** A target as short as it is exact: `97 %`, `97.5 %`. */
export function roundPercent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** A difference of shares, with its sign: `+0.97 ± 0.08 points`. */
export function points({ mean, deviation, n }: Spread): string {
  const sign = mean < 0 ? "−" : "+";
  const spread = n > 1 ? ` ± ${(deviation * 100).toFixed(2)}` : "";
  return `${sign}${Math.abs(mean * 100).toFixed(2)}${spread} points`;
}

/** A loss: `0.0321`, and where it explodes `1.3e+8`. */
export function lossText(value: number): string {
  return value < 1e4 ? value.toFixed(4) : value.toExponential(1);
}

/** Seconds: `2.4 s`, `0.42 s`. */
export function seconds(value: number): string {
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} s`;
}

/** A mean that is a whole number for each seed: `3`, `2.3`. */
export function average(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** A count with its noun: `1 epoch`, `2.3 epochs`. */
export function counted(value: number, noun: string): string {
  return `${average(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A number with thousands separated: `266,610`. */
export function thousands(value: number): string {
  return value.toLocaleString("en");
}

/** Items as they stand in a sentence: `a`, `a and b`, `a, b and c`. */
export function enumerated(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The text with its first letter large. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
