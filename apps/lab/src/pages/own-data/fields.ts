import type { Field } from "../../address/fields.ts";
import { nameLength } from "./table/limits.ts";

/** A name that was made different from another is a little longer. */
const longest = nameLength + 10;

/** A column's name, or "" for the one that is proposed. Whether there is such a column, the table says. */
export const columnField: Field<string> = {
  default: "",
  read: (text) => (isName(text) ? text : undefined),
  write: (name) => name,
  takes: `the name of a column, of at most ${longest} characters`,
};

/** Columns by their names, or `proposed`. */
export type ColumnChoice = readonly string[] | "proposed";

/** More columns than a table may have need not be named. */
const mostColumns = 500;

/** Columns with commas between them; a comma within a name has a backslash before it. `*` are the proposed ones. */
export const columnsField: Field<ColumnChoice> = {
  default: "proposed",
  read(text) {
    if (text === "*") return "proposed";
    if (text === "") return [];
    const names = [...text.matchAll(/(?:^|,)((?:[^,\\]|\\.)*)/gsu)].map(([, name]) => plain(name!));
    const fits = names.length <= mostColumns && names.every((name) => name !== "" && isName(name));
    return fits && this.write(names) === text ? names : undefined;
  },
  write: (names) => (names === "proposed" ? "*" : names.map(escaped).join(",")),
  takes: `names of columns with commas between them, at most ${mostColumns}`,
};

function isName(text: string): boolean {
  return text.length <= 2 * longest && [...text].length <= longest;
}

function escaped(name: string): string {
  return name.replace(/[\\,*]/g, "\\$&");
}

function plain(text: string): string {
  return text.replace(/\\(.)/gsu, "$1");
}
