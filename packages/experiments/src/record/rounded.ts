import type { Figure } from "../figures/figure.js";
import type { ClaimRecord } from "./record.js";

/** What is drawn keeps so many significant digits: a hundredth of a pixel is not seen. */
const drawnDigits = 6;

/** What is written as a number: more than any text shows, so that rounding it again gives the same text. */
const writtenDigits = 9;

/** The record with numbers short enough for a file that a page loads. */
export function rounded(record: ClaimRecord): ClaimRecord {
  return {
    ...to(record, writtenDigits, ["figures"]),
    figures: record.figures.map((figure) => ({
      ...figure,
      panels: figure.panels.map((panel) => to(panel, panel.type === "plot" ? drawnDigits : writtenDigits)),
    })) satisfies Figure[],
  };
}

/** Plain data with its fractions rounded; whole numbers, and what stands under the names to `leave`, stay. */
function to<T>(value: T, digits: number, leave: readonly string[] = []): T {
  if (typeof value === "number") {
    return (Number.isInteger(value) ? value : Number(value.toPrecision(digits))) as T;
  }
  if (Array.isArray(value)) return value.map((each) => to(each, digits)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    leave.includes(name) ? each : to(each, digits),
  ]);
  return Object.fromEntries(entries) as T;
}
