/** What a page keeps in the address: how a value is written there, and which values it takes. */
export interface Field<T> {
  readonly default: T;
  /** What a text of the address says. @returns undefined when it is not one of this field's values. */
  read(text: string): T | undefined;
  write(value: T): string;
  /** What it takes, for notices: `a number from 0.001 to 10`. */
  readonly takes: string;
}

/** A field for each of a page's settings. */
export type Fields<S extends object> = { readonly [K in keyof S]: Field<S[K]> };

/** Bounds of a number, both included. */
export interface NumberBounds {
  minimum: number;
  maximum: number;
  /** Only whole numbers. Default false. */
  whole?: boolean;
}

/** A number within bounds. */
export function numberField(
  initial: number,
  { minimum, maximum, whole = false }: NumberBounds,
): Field<number> {
  return {
    default: initial,
    read(text) {
      // Number("") is 0, and Number("0x10") is 16: neither was meant.
      if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text)) return undefined;
      const value = Number(text);
      const fits = value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
      return fits ? value : undefined;
    },
    write: String,
    takes: `a ${whole ? "whole " : ""}number from ${minimum} to ${maximum}`,
  };
}

/** One of several names. */
export function choiceField<const C extends string>(initial: NoInfer<C>, choices: readonly C[]): Field<C> {
  return {
    default: initial,
    read: (text) => choices.find((choice) => choice === text),
    write: (value) => value,
    takes: `one of ${choices.join(", ")}`,
  };
}

/** Yes or no, `1` or `0` in the address. */
export function flagField(initial: boolean): Field<boolean> {
  return {
    default: initial,
    read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
    write: (value) => (value ? "1" : "0"),
    takes: "1 or 0",
  };
}

/**
 * A list, with commas between its items.
 *
 * @param item what each is.
 * @param length how many there may be.
 */
export function listField<T>(
  initial: readonly T[],
  item: Field<T>,
  { least, most }: { least: number; most: number },
): Field<readonly T[]> {
  return {
    default: initial,
    read(text) {
      const parts = text === "" ? [] : text.split(",", most + 1);
      if (parts.length < least || parts.length > most) return undefined;
      const items = parts.map(item.read);
      return items.some((value) => value === undefined) ? undefined : (items as T[]);
    },
    write: (values) => values.map(item.write).join(","),
    takes: `${least === most ? least : `${least} to ${most}`} values with commas between them, each ${item.takes}`,
  };
}
