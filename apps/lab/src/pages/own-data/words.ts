import type { Delimiter } from "./table/rows.ts";

/** What the networks are called, in figures and tables; figures have a colour for each. */
export const networkNames = ["without batch norm", "with batch norm"] as const;

export const delimiterNames: Readonly<Record<Delimiter, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "vertical bars",
};

/** A number of any size, in four digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : "infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return signed(value.toExponential(2));
  return signed(
    value.toLocaleString("en", { maximumSignificantDigits: size >= 1000 ? Math.ceil(Math.log10(size)) : 4 }),
  );
}

/** A share as a percentage. */
export function percent(share: number): string {
  return Number.isFinite(share)
    ? `${(100 * share).toLocaleString("en", { maximumFractionDigits: 1 })} %`
    : "no number";
}

/** With a minus sign as long as a plus sign. */
function signed(text: string): string {
  return text.replace("-", "−");
}
