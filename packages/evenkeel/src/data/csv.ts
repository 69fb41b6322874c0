import { CsvError, parse } from "csv-parse/sync";
import { tensor } from "../tensor/tensor.js";
import { type Dataset, dataset } from "./dataset.js";

/** How to read a table of comma-separated values. */
export interface CsvOptions {
  /** Name of the column that a model should predict. */
  target: string;
  /** Names of the input columns, in the order wanted. Default: all but the target, in the file's order. */
  features?: readonly string[];
  /**
   * Whether the target names a class. `false`: it is a number. `true`: the classes are the values found, in
   * sorted order (by value where all are numbers, else by code unit). A list: these, in this order, and
   * other values are errors; give a test file the classes of its training file. Default: `false`.
   */
  classes?: boolean | readonly string[];
  /** What stands between two values. Default: `","`. */
  delimiter?: string;
  /** Names of all columns, for a file without a header line. Default: the first line holds the names. */
  columns?: readonly string[];
  /** What messages call the data. Default: `"CSV text"`; the path when a file is read. */
  name?: string;
}

/** A data set from a table. */
export interface CsvDataset extends Dataset {
  /** The input columns' names; `featureNames[i]` is column i of `x`. */
  readonly featureNames: readonly string[];
  /** The predicted column's name. */
  readonly targetName: string;
}

/** The text as rows of one length, under the name that messages use. */
interface Table {
  name: string;
  columns: readonly string[];
  rows: Row[];
}

/** A row of values and the line of the file that it ends on, counted from 1. */
interface Row {
  values: string[];
  line: number;
}

/**
 * Reads CSV text. Empty lines and white space around values are skipped; values may be quoted.
 *
 * @returns `x` float32 [N, features]; `y` float32 [N, 1], or int32 labels [N] and `classes`.
 * @throws Error when a column is unknown, a value is missing or not a number, a row has too few or too many
 * values, or there are no rows; the message tells the line and the column.
 */
export function parseCsv(text: string, options: CsvOptions): CsvDataset {
  const table = parseTable(text, options);
  const { name, columns, rows } = table;
  const targetName = options.target;
  const featureNames = [...(options.features ?? columns.filter((column) => column !== targetName))];
  const target = indexOfColumn(table, targetName);
  const features = featureNames.map((feature) => indexOfColumn(table, feature));
  if (features.length === 0) {
    throw new Error(`${name}: no input columns beside the target "${targetName}". Is the delimiter right?`);
  }
  if (features.includes(target)) {
    throw new Error(`${name}: the target "${targetName}" is among the features: a model would just copy it.`);
  }
  const values = rows.flatMap((row) => features.map((feature) => numberAt(table, row, feature)));
  const x = tensor(Float32Array.from(values), [rows.length, features.length]);
  const answers = options.classes
    ? parseLabels(table, target, options.classes)
    : { y: parseTargets(table, target) };
  return { ...dataset({ name, x, ...answers }), featureNames, targetName };
}

function parseTable(text: string, options: CsvOptions): Table {
  const name = options.name ?? "CSV text";
  const rows = parseRows(text, name, options.delimiter ?? ",");
  const columns = options.columns ?? rows.shift()?.values ?? [];
  if (rows.length === 0) {
    throw new Error(
      `${name}: there are no rows of values${options.columns ? "" : " after the header line"}.`,
    );
  }
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw new Error(`${name}: two columns are called "${twice}"; names must differ.`);
  for (const { values, line } of rows) {
    if (values.length === columns.length) continue;
    throw new Error(
      `${name}, line ${line}: expected ${columns.length} values, one for each column, found ${values.length}.`,
    );
  }
  return { name, columns, rows };
}

function parseRows(text: string, name: string, delimiter: string): Row[] {
  try {
    // csv-parse counts \r\n inside quotes as two lines.
    const records = parse(text.replaceAll("\r\n", "\n"), {
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ values: record, line: info.lines }));
  } catch (error) {
    if (error instanceof CsvError) throw new Error(`${name}: ${error.message}.`, { cause: error });
    throw error;
  }
}

function indexOfColumn({ name, columns }: Table, column: string): number {
  const index = columns.indexOf(column);
  if (index >= 0) return index;
  throw new Error(`${name}: there is no column "${column}"; the columns are ${listed(columns)}.`);
}

function parseTargets(table: Table, column: number): Float32Array {
  const hint = " If the target names a class, set classes: true.";
  return Float32Array.from(table.rows, (row) => numberAt(table, row, column, hint));
}

function parseLabels(
  table: Table,
  column: number,
  known: true | readonly string[],
): { y: Int32Array; classes: readonly string[] } {
  const values = table.rows.map((row) => valueAt(table, row, column));
  const classes = known === true ? sortedClasses(values) : known;
  const labels = new Map(classes.map((value, label) => [value, label]));
  const y = Int32Array.from(values, (value, i) => {
    const label = labels.get(value);
    if (label !== undefined) return label;
    const place = placeOf(table, table.rows[i]!, column);
    throw new Error(`${place}: "${value}" is not one of the classes ${listed(classes)}.`);
  });
  return { y, classes };
}

/** The values without repetition, sorted by value where all are numbers, else by code unit. */
function sortedClasses(values: readonly string[]): string[] {
  const classes = [...new Set(values)].sort();
  const numeric = classes.every((value) => Number.isFinite(Number(value)));
  return numeric ? classes.sort((a, b) => Number(a) - Number(b)) : classes;
}

function numberAt(table: Table, row: Row, column: number, hint = ""): number {
  const value = valueAt(table, row, column);
  const number = Number(value);
  if (Number.isFinite(Math.fround(number))) return number;
  throw new Error(
    `${placeOf(table, row, column)}: expected a number of float32's range, found "${value}".${hint}`,
  );
}

function valueAt(table: Table, row: Row, column: number): string {
  const value = row.values[column]!;
  if (value !== "") return value;
  throw new Error(`${placeOf(table, row, column)}: the value is missing. Fill it in or remove the row.`);
}

function placeOf({ name, columns }: Table, { line }: Row, column: number): string {
  return `${name}, line ${line}, column "${columns[column]}"`;
}

/** Names for a message: the first twenty, since a table may have thousands. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  return names.length > 20 ? `${shown.join(", ")}, … (${names.length} in all)` : shown.join(", ");
}
