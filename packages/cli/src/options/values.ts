import { UsageError } from "../usage-error.js";
import { nearest } from "./nearest.js";

/** The name that is meant. @throws UsageError naming those there are, and the one that may have been meant. */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  // The library's adamW and leakyRelu are also people's adamw and leaky-relu.
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, "");
  const found = known.find((name) => plain(name) === plain(text));
  if (found !== undefined) return found;
  const meant = nearest(plain(text), known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`${option} knows no "${text}". There are: ${known.join(", ")}.${hint}`);
}

/** @throws UsageError unless the text is a whole number from `least` to `most`. */
export function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(option, `a whole number from ${least} to ${most}`, text);
}

/** The seeds that are meant: a single number is how many, several are the seeds themselves. @throws UsageError for anything else. */
export function seedsFrom(text: string): number[] {
  if (text.includes(",")) {
    return distinct(list("--seeds", text, (seed) => whole("--seeds", seed, 0, 2 ** 31 - 1)));
  }
  const count = whole("--seeds", text, 1, 1000);
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The items between commas, in their order. @throws UsageError where there are none. */
export function list<T>(option: string, text: string, parse: (item: string) => T): T[] {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw wrong(option, "a list with commas, with at least one item", text);
  return items.map(parse);
}

/** Each item once. */
export function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** What is said of an option that cannot be read. */
export function wrong(option: string, expected: string, got: string): UsageError {
  return new UsageError(`${option} must be ${expected}, got "${got}".`);
}
