import { standardizer, tensor } from "evenkeel";
import { mostCategories } from "./limits.ts";
import type { ColumnSummary } from "./summary.ts";
import { cleaned } from "./text.ts";

/** A column with its values: a number for each row, of a category its place in `classes`; NaN where it is missing. */
export interface Column {
  summary: ColumnSummary;
  values: Float64Array;
}

const bins = 12;

/** The share of a column's texts that must be numbers for it to count as one of numbers. */
const numericShare = 0.95;

/** What stands for a missing value, in small letters. */
const missingTexts: ReadonlySet<string> = new Set(["", "na", "n/a", "#n/a", "nan", "null", "?"]);

/**
 * Finds out what a column holds.
 *
 * @param lines the file's line of each row, for messages.
 * @param allowComma whether a number may have a decimal comma: where commas do not separate values.
 */
export function columnOf(
  name: string,
  texts: readonly string[],
  lines: readonly number[],
  allowComma: boolean,
): Column {
  const isMissing = texts.map((text) => missingTexts.has(text.toLowerCase()));
  const present = texts.length - isMissing.filter(Boolean).length;
  const numbers = numbersOf(texts, isMissing, allowComma);
  const isNumeric = present > 0 && numbers.count >= numericShare * present;
  const [values, found] = isNumeric
    ? numberColumn(numbers, texts, isMissing, lines)
    : textColumn(texts, isMissing, present);
  const missing = texts.length - values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const shared = { name, missing: found.kind === "text" ? texts.length - present : missing };
  return {
    values,
    summary: { ...shared, ...found, advice: found.advice ?? adviceOnMissing(missing, texts) },
  };
}

type Findings = Omit<ColumnSummary, "name" | "missing">;

interface Numbers {
  values: Float64Array;
  count: number;
  decimalComma: boolean;
}

function numbersOf(texts: readonly string[], isMissing: readonly boolean[], allowComma: boolean): Numbers {
  const read = (decimalComma: boolean): Numbers => {
    const values = Float64Array.from(texts, (text, row) =>
      isMissing[row] ? Number.NaN : numberIn(decimalComma ? text.replace(",", ".") : text),
    );
    return { values, count: values.filter((value) => !Number.isNaN(value)).length, decimalComma };
  };
  const plain = read(false);
  if (!allowComma) return plain;
  const withComma = read(true);
  return withComma.count > plain.count ? withComma : plain;
}

/** @returns NaN for what is no number of float32's range: networks compute in it. */
function numberIn(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(Math.fround(value)) ? value : Number.NaN;
}

function numberColumn(
  { values, count, decimalComma }: Numbers,
  texts: readonly string[],
  isMissing: readonly boolean[],
  lines: readonly number[],
): [Float64Array, Findings] {
  const known = values.filter((value) => !Number.isNaN(value));
  const bad = values.findIndex((value, row) => Number.isNaN(value) && !isMissing[row]);
  const unreadable =
    bad < 0
      ? undefined
      : {
          count: isMissing.filter((is) => !is).length - count,
          line: lines[bad]!,
          text: cleaned(texts[bad]!),
        };
  const { mean, variance } = standardizer(tensor(Float32Array.from(known), [count, 1])).parameters;
  const sorted = known.toSorted();
  const [minimum, maximum] = [sorted[0]!, sorted.at(-1)!];
  const numbers = { minimum, maximum, mean: mean[0]!, deviation: Math.sqrt(variance[0]!), decimalComma };
  const isWhole = known.every(Number.isInteger);
  const distinct = [...new Set(sorted)];
  const classes = isWhole && distinct.length <= mostCategories ? distinct.map(String) : undefined;
  const findings = { kind: "number", unreadable, numbers, classes, advice: undefined } as const;
  if (distinct.length === 1) {
    return [values, { ...findings, kind: "constant", histogram: [count], advice: constantAdvice }];
  }
  const few = classes && distinct.length <= bins;
  const histogram = few ? countsOf(known, distinct) : binned(known, minimum, maximum);
  const isCounter = isWhole && count === values.length && count > 4 && countsUp(values);
  const advice = isCounter ? "It counts the rows, so it says nothing of a new one." : undefined;
  return [values, { ...findings, histogram, advice }];
}

const constantAdvice = "It is the same in all rows, so there is nothing to learn from.";

function textColumn(
  texts: readonly string[],
  isMissing: readonly boolean[],
  present: number,
): [Float64Array, Findings] {
  const counts = new Map<string, number>();
  const names = texts.map((text, row) => (isMissing[row] ? "" : cleaned(text)));
  for (const [row, name] of names.entries())
    if (!isMissing[row]) counts.set(name, (counts.get(name) ?? 0) + 1);
  const nothing = { unreadable: undefined, numbers: undefined, classes: undefined, histogram: [] };
  const none = new Float64Array(texts.length).fill(Number.NaN);
  if (present === 0) return [none, { ...nothing, kind: "empty", advice: "It has no values." }];
  if (counts.size === 1) return [none, { ...nothing, kind: "constant", advice: constantAdvice }];
  if (counts.size > Math.min(mostCategories, Math.max(2, present / 2))) {
    const reason =
      counts.size > mostCategories
        ? `at most ${mostCategories} are taken as categories`
        : `that is too many for ${present} rows`;
    return [none, { ...nothing, kind: "text", advice: `It has ${counts.size} different texts; ${reason}.` }];
  }
  const classes = [...counts.keys()].sort();
  const places = new Map(classes.map((name, place) => [name, place]));
  const values = Float64Array.from(names, (name, row) => (isMissing[row] ? Number.NaN : places.get(name)!));
  const histogram = classes.map((name) => counts.get(name)!);
  return [values, { ...nothing, kind: "category", classes, histogram, advice: undefined }];
}

function adviceOnMissing(missing: number, { length }: readonly string[]): string | undefined {
  if (missing <= length / 2) return undefined;
  return `It is missing in ${Math.round((100 * missing) / length)} % of the rows, which would all be left out.`;
}

function countsUp(values: Float64Array): boolean {
  return values.every((value, row) => row === 0 || value === values[row - 1]! + 1);
}

function countsOf(values: Float64Array, distinct: readonly number[]): number[] {
  const counts = new Map(distinct.map((value) => [value, 0]));
  for (const value of values) counts.set(value, counts.get(value)! + 1);
  return [...counts.values()];
}

function binned(values: Float64Array, minimum: number, maximum: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  // Halves, since the range of two large numbers may itself be infinite.
  const width = (maximum / 2 - minimum / 2) / bins;
  for (const value of values) {
    const bin = Math.floor((value / 2 - minimum / 2) / width);
    counts[Math.min(bins - 1, Math.max(0, bin))]! += 1;
  }
  return counts;
}
