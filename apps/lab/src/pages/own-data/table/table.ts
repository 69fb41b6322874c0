import { type Column, columnOf } from "./columns.ts";
import { limits as usual } from "./limits.ts";
import { type ReadOptions, type Row, readRows } from "./rows.ts";
import { type ColumnSummary, count, type Header, type TableSummary } from "./summary.ts";
import { columnNames } from "./text.ts";

/** A table with its values. */
export interface Table {
  summary: TableSummary;
  columns: readonly Column[];
  /** The line of the file that each row ends on. */
  lines: readonly number[];
}

export type TableOptions = Partial<ReadOptions> & { header?: Header };

/**
 * Reads a table from a CSV file.
 *
 * @throws Error in plain words when there is no table in it.
 */
export async function readTable(file: Blob, name: string, options: TableOptions = {}): Promise<Table> {
  const { header = "auto", limits = usual, ...others } = options;
  if (file.size === 0) throw new Error("The file is empty.");
  const { delimiter, rows, isCut, notices } = await readRows(file, { limits, ...others });
  if (rows.length === 0) throw new Error("There is nothing but empty lines in the file.");
  const hasNames = header === "names" || (header === "auto" && !rows[0]!.values.every(isNumberOrNothing));
  const width = rows[0]!.values.length;
  if (width === 1) {
    throw new Error(
      "The file has one column only. Expected several, with commas, semicolons, tabs or | between the values.",
    );
  }
  const names = columnNames(hasNames ? rows[0]!.values : new Array<string>(width).fill(""));
  const { fitting, notice } = fittingRows(hasNames ? rows.slice(1) : rows, width);
  const lines = fitting.map(({ line }) => line);
  const columns = names.map((column, place) =>
    columnOf(
      column,
      fitting.map(({ values }) => values[place]!),
      lines,
      delimiter !== ",",
    ),
  );
  return {
    columns,
    lines,
    summary: {
      name,
      delimiter,
      rows: fitting.length,
      columns: columns.map(({ summary }) => summary),
      notices: [
        ...notices,
        ...(hasNames || header === "values"
          ? []
          : ["The first line holds numbers only, so it is taken as values; the columns are numbered."]),
        ...(isCut ? [`The file is long: its first ${count(fitting.length, "row")} are taken.`] : []),
        ...notice,
        ...columns.flatMap(({ summary }) => unreadableNotice(summary)),
      ],
    },
  };
}

function isNumberOrNothing(text: string): boolean {
  return text === "" || /^[+-]?[\d.,]+(e[+-]?\d+)?$/i.test(text);
}

/** The rows with a value for each column. @throws Error when these are none, or fewer than the others. */
function fittingRows(rows: readonly Row[], width: number): { fitting: Row[]; notice: string[] } {
  const fitting = rows.filter(({ values }) => values.length === width);
  const other = rows.find(({ values }) => values.length !== width);
  if (fitting.length === 0 && !other) throw new Error("There are no rows of values after the line of names.");
  if (!other) return { fitting, notice: [] };
  const example = `line ${other.line} has ${other.values.length}`;
  if (fitting.length <= rows.length / 2) {
    throw new Error(
      `The first line has ${width} values, and most others do not: ${example}. Each line must have a value, perhaps an empty one, for each column.`,
    );
  }
  const left = count(rows.length - fitting.length, "row");
  return {
    fitting,
    notice: [`Left out: ${left} without a value for each of the ${width} columns (${example}).`],
  };
}

function unreadableNotice({ name, unreadable }: ColumnSummary): string[] {
  if (!unreadable) return [];
  const { count: found, line, text } = unreadable;
  const what =
    found === 1 ? "One value that is no number counts" : `${found} values that are no numbers count`;
  return [
    `${name}: ${what} as missing: “${text.slice(0, 40)}” on line ${line}${found === 1 ? "" : ", for example"}.`,
  ];
}
