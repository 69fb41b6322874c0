import type { Settings } from "./settings.ts";
import { type ColumnSummary, canBeFeature, count, type TableSummary } from "./table/summary.ts";

/** What is predicted from what. */
export interface Plan {
  target: string;
  /** Whether the target's values are classes, or numbers. */
  task: "class" | "number";
  /** Columns, in the table's order. */
  features: readonly string[];
}

export interface Planned {
  /** Undefined when nothing can be predicted; the notices say why. */
  plan: Plan | undefined;
  /** What of the choice does not fit the table, in sentences. */
  notices: readonly string[];
}

type Choice = Pick<Settings, "target" | "task" | "without">;

/** What a choice means for a table: columns that it does not have are told and not taken. */
export function planned(choice: Choice, table: TableSummary): Planned {
  const { columns } = table;
  const proposed = proposedTarget(columns);
  if (!proposed) {
    const notice = "No column can be predicted: there is none of numbers, and none of few different texts.";
    return { plan: undefined, notices: [notice] };
  }
  const chosen = columns.find(({ name }) => name === choice.target);
  const target = chosen && canBeTarget(chosen) ? chosen : proposed;
  const notices: string[] = [];
  if (choice.target !== "" && target !== chosen) {
    const why = chosen ? `“${chosen.name}” cannot be predicted` : `There is no column “${choice.target}”`;
    notices.push(`${why}; “${target.name}” is taken as the target.`);
  }
  const { without } = choice;
  if (without !== "proposed") {
    const unknown = without.filter((name) => !columns.some((column) => column.name === name));
    if (unknown.length > 0) {
      const names = unknown.slice(0, 3).map((name) => `“${name}”`);
      const others = unknown.length > 3 ? ` and ${count(unknown.length - 3, "other")}` : "";
      notices.push(`There is no column ${names.join(", ")}${others} to be left out.`);
    }
  }
  const left = without === "proposed" ? proposedWithout(columns) : without;
  const isLeft = new Set([...left, target.name]);
  const features = columns.filter((column) => canBeFeature(column) && !isLeft.has(column.name));
  if (features.length === 0) {
    notices.push("No features are left: choose a column to predict from.");
    return { plan: undefined, notices };
  }
  const possible = tasksOf(target);
  const task = choice.task !== "auto" && possible.includes(choice.task) ? choice.task : possible[0]!;
  if (choice.task !== "auto" && task !== choice.task) {
    const what = choice.task === "class" ? "too many different numbers to be classes" : "no numbers";
    notices.push(`“${target.name}” has ${what}; it is predicted as a ${task}.`);
  }
  return { plan: { target: target.name, task, features: features.map(({ name }) => name) }, notices };
}

/** The columns that are left out unless one insists. */
export function proposedWithout(columns: readonly ColumnSummary[]): string[] {
  return columns.filter((column) => canBeFeature(column) && column.advice).map(({ name }) => name);
}

/** What a column can be predicted as, the likelier one first; nothing where it cannot. */
export function tasksOf({ kind, classes }: ColumnSummary): Plan["task"][] {
  if (kind === "category") return ["class"];
  if (kind !== "number") return [];
  if (!classes) return ["number"];
  return classes.length <= 10 ? ["class", "number"] : ["number", "class"];
}

export function canBeTarget(column: ColumnSummary): boolean {
  return tasksOf(column).length > 0;
}

/** The last column that can be predicted, as most tables have it; rather one that nothing speaks against. */
function proposedTarget(columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  return columns.findLast((column) => canBeTarget(column) && !column.advice) ?? columns.findLast(canBeTarget);
}
