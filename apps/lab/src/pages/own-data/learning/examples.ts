import {
  type Dataset,
  dataset,
  type Scaling,
  type StandardizerParameters,
  split,
  standardizer,
  tensor,
} from "evenkeel";
import type { Plan } from "../plan.ts";
import type { TrainingSettings } from "../settings.ts";
import type { Column } from "../table/columns.ts";
import { count } from "../table/summary.ts";
import type { Table } from "../table/table.ts";

/** One of the numbers that go into a network: a column's value, or 1 where it has this category and else 0. */
export interface Input {
  column: string;
  category: string | undefined;
}

/** What is to be predicted, and what the outputs of a network mean. */
export type Target =
  | { column: string; task: "class"; classes: readonly string[] }
  | { column: string; task: "number"; scaling: Scaling<StandardizerParameters> };

/** Examples made from a table. */
export interface Examples {
  inputs: readonly Input[];
  target: Target;
  /** Raw numbers `[N, inputs]`; labels `[N]`, or numbers in the target's units `[N, 1]`. */
  train: Dataset;
  validation: Dataset;
  /** The lines of the file that the validation examples stand on. */
  validationLines: readonly number[];
  /** Mean and variance of each input that standardises it over the training examples; categories stay 0 and 1. */
  scaling: { mean: number[]; variance: number[] };
  /** Rows that were left out since a value is missing. */
  dropped: number;
}

/** Fewer could not be divided into a part to learn from and one to test on. */
const fewestRows = 5;

/** More would take long, and hardly be seen through. */
const mostInputs = 1000;

/**
 * Makes examples of the rows that have a value in all columns of the plan.
 *
 * @throws Error in plain words when there are too few.
 */
export function examplesOf(
  table: Table,
  plan: Plan,
  { validation: percent, seed }: Pick<TrainingSettings, "validation" | "seed">,
): Examples {
  const target = columnNamed(table, plan.target);
  const features = plan.features.map((name) => columnNamed(table, name));
  const used = [...features, target];
  const rows = [...table.lines.keys()].filter((row) =>
    used.every(({ values }) => !Number.isNaN(values[row]!)),
  );
  const dropped = table.lines.length - rows.length;
  if (rows.length < fewestRows) throw new Error(tooFew(rows.length, dropped));
  const inputs = features.flatMap(inputsOf);
  if (inputs.length > mostInputs) {
    throw new Error(`The chosen columns make ${inputs.length} inputs; at most ${mostInputs} are taken.`);
  }
  const x = tensor(inputValues(features, rows, inputs.length), [rows.length, inputs.length]);
  const { answers, classes } = answersOf(target, plan, rows);
  const all = dataset({ name: table.summary.name, x, y: answers, ...(classes && { classes }) });
  const trained = rows.length - Math.max(1, Math.round((rows.length * percent) / 100));
  const division = { count: trained, seed, stratify: plan.task === "class" };
  const [train, validation] = split(all, division);
  // The same division of the lines, which belong to no tensor of the data set.
  const lines = tensor(
    Int32Array.from(rows, (row) => table.lines[row]!),
    [rows.length, 1],
  );
  const [, { x: validationLines }] = split({ ...all, x: lines }, division);
  return {
    inputs,
    target: classes
      ? { column: plan.target, task: "class", classes }
      : { column: plan.target, task: "number", scaling: standardizer(train.y) },
    train,
    validation,
    validationLines: Array.from(validationLines.data, Number),
    scaling: scalingOf(train, inputs),
    dropped,
  };
}

function tooFew(rows: number, dropped: number): string {
  if (dropped === 0) return `The table has ${count(rows, "row")}; at least ${fewestRows} are needed.`;
  return `Of ${rows + dropped} rows ${rows} have a value in each of the chosen columns; at least ${fewestRows} are needed. Leave out the columns in which most are missing.`;
}

function columnNamed({ columns }: Table, name: string): Column {
  const found = columns.find(({ summary }) => summary.name === name);
  if (found) return found;
  throw new Error(`There is no column “${name}” in the table.`);
}

function inputsOf({ summary: { name, kind, classes } }: Column): Input[] {
  if (kind === "number") return [{ column: name, category: undefined }];
  if (kind === "category") return classes!.map((category) => ({ column: name, category }));
  throw new Error(`A network cannot learn from “${name}”.`);
}

function inputValues(features: readonly Column[], rows: readonly number[], inputs: number): Float32Array {
  const all = new Float32Array(rows.length * inputs);
  let first = 0;
  for (const { summary, values } of features) {
    const isCategory = summary.kind === "category";
    for (const [place, row] of rows.entries()) {
      const value = values[row]!;
      if (isCategory) all[place * inputs + first + value] = 1;
      else all[place * inputs + first] = value;
    }
    first += isCategory ? summary.classes!.length : 1;
  }
  return all;
}

/** Labels of the classes that are left, or numbers. */
function answersOf({ summary, values }: Column, { task, target }: Plan, rows: readonly number[]) {
  if (task === "number")
    return { answers: Float32Array.from(rows, (row) => values[row]!), classes: undefined };
  const nameOf = (value: number) => (summary.kind === "category" ? summary.classes![value]! : String(value));
  const present = [...new Set(rows.map((row) => values[row]!))].sort((a, b) => a - b);
  if (present.length < 2) {
    throw new Error(`All rows that can be used have the same ${target}, so there is nothing to tell apart.`);
  }
  const labels = new Map(present.map((value, label) => [value, label]));
  return {
    answers: Int32Array.from(rows, (row) => labels.get(values[row]!)!),
    classes: present.map(nameOf),
  };
}

function scalingOf({ x }: Dataset, inputs: readonly Input[]): { mean: number[]; variance: number[] } {
  const { mean, variance } = standardizer(x).parameters;
  const isNumber = inputs.map(({ category }) => category === undefined);
  return {
    mean: mean.map((value, input) => (isNumber[input] ? value : 0)),
    // What never changes in the training examples is divided by 1.
    variance: variance.map((value, input) => (isNumber[input] && value > 0 ? value : 1)),
  };
}
