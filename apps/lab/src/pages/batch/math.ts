import { significant } from "evenkeel-experiments";

/** A piece of a formula: text is an operator. */
export type Part =
  | string
  | { name: string; index?: string }
  | { number: number }
  | { over: readonly Part[]; under: readonly Part[] }
  | { root: readonly Part[] }
  | { squared: readonly Part[] }
  | { words: string };

/** A letter, with the number of an example where it has one. */
export function letter(name: string, index?: number | string): Part {
  return index === undefined ? { name } : { name, index: String(index) };
}

/** A number, in brackets where a sign before it would be read with another. */
export function term(value: number): Part[] {
  return value < 0 ? ["(", { number: value }, ")"] : [{ number: value }];
}

/** The loss' gradient with respect to something. */
export function gradient(name: string, index?: number | string): Part {
  return { over: ["∂", letter("L")], under: ["∂", letter(name, index)] };
}

/** A sum: all items where they are few, else the first ones and the last. */
export function summed(items: readonly (readonly Part[])[]): Part[] {
  const isShort = items.length <= 4;
  const first = isShort ? items : items.slice(0, 2);
  const parts = first.flatMap((item, index) => (index === 0 ? [...item] : ["+", ...item]));
  return isShort ? parts : [...parts, "+", "…", "+", ...items.at(-1)!];
}

/** A number of so many digits; there is but one 0. @param least noughts at the end are kept up to so many digits. */
export function written(value: number, digits = 3, least = digits): string {
  return value === 0 ? "0" : significant(value, digits, least);
}
