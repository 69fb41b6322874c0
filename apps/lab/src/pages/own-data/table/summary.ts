// What the page tells of a table. The page has this much of it; what reads tables is in the worker.

import type { Delimiter } from "./rows.ts";

/** Whether the first line holds the columns' names; `auto` says no when there is nothing but numbers in it. */
export const headers = ["auto", "names", "values"] as const;
export type Header = (typeof headers)[number];

/** A table, as it is told on the page. */
export interface TableSummary {
  /** The file's name. */
  name: string;
  delimiter: Delimiter;
  rows: number;
  columns: readonly ColumnSummary[];
  /** What of the file was not taken as it is, in sentences. */
  notices: readonly string[];
}

/**
 * What a column holds: numbers; few different texts; many; the same everywhere; nothing.
 */
export type ColumnKind = "number" | "category" | "text" | "constant" | "empty";

/** A column, as it is told on the page. */
export interface ColumnSummary {
  name: string;
  kind: ColumnKind;
  /** Rows without a value, those with an unreadable one among them. */
  missing: number;
  /** In a column of numbers, texts that are none. */
  unreadable: { count: number; line: number; text: string } | undefined;
  /** Of numbers; the standard deviation is the biased one. */
  numbers:
    | { minimum: number; maximum: number; mean: number; deviation: number; decimalComma: boolean }
    | undefined;
  /** The different values in their order, where there are few: of categories, and of numbers that could be classes. */
  classes: readonly string[] | undefined;
  /** How many rows have each class; of many numbers, how many lie in each of twelve equal parts of the range. */
  histogram: readonly number[];
  /** Why it is left out of the features unless one insists, or cannot be taken at all. */
  advice: string | undefined;
}

/** Whether a network can learn from the column. */
export function canBeFeature({ kind }: Pick<ColumnSummary, "kind">): boolean {
  return kind === "number" || kind === "category";
}

/** `1 row`, `2,000 rows`. */
export function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
