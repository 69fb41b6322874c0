import type { Fields } from "./fields.ts";

/** What the address of a visit says: `#/train?depth=3&device=wasm`. */
export interface Address {
  path: string;
  query: URLSearchParams;
}

/** Reads what stands behind the `#`; nothing there is the first page, which has the path "". */
export function parseAddress(hash: string): Address {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash)!;
  return { path: path.replace(/\/$/, ""), query: new URLSearchParams(query) };
}

/** The settings that a query names, defaults for the others, and a sentence on each that could not be taken. */
export function readSettings<S extends object>(
  fields: Fields<S>,
  query: URLSearchParams,
): { settings: S; notices: string[] } {
  const settings: Partial<S> = {};
  const notices: string[] = [];
  for (const name of namesOf(fields)) {
    const field = fields[name];
    const text = query.get(name);
    const value = text === null ? field.default : field.read(text);
    settings[name] = value === undefined ? field.default : value;
    if (value !== undefined) continue;
    notices.push(
      `${name} is to be ${field.takes}; the address has “${shortened(text!)}”. ${field.write(field.default)} was taken.`,
    );
  }
  for (const name of new Set(query.keys())) {
    if (!Object.hasOwn(fields, name)) notices.push(`This page has no setting “${shortened(name)}”.`);
  }
  return { settings: settings as S, notices };
}

/** The address of a page with the settings that have a field; those at their default are left out. */
export function writeAddress<S extends object>(
  path: string,
  fields: Fields<S>,
  settings: NoInfer<S>,
): string {
  const query = namesOf(fields).flatMap((name) => {
    const field = fields[name];
    const text = field.write(settings[name]);
    return text === field.write(field.default) ? [] : [`${name}=${legible(text)}`];
  });
  return `#/${path}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

function namesOf<S extends object>(fields: Fields<S>): (keyof S & string)[] {
  return Object.keys(fields) as (keyof S & string)[];
}

/** Commas may stand in an address as they are. */
function legible(text: string): string {
  return encodeURIComponent(text).replaceAll("%2C", ",");
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
