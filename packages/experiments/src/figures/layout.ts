import { type Needs, needsOf } from "./draw.js";
import type { Figure, Panel, Table } from "./figure.js";
import { missing, significant, withMinus } from "./numbers.js";
import { seriesOf } from "./series.js";

/** How a figure stands on a page: what was published beside what was measured. */
export interface FigureLayout {
  /** Panels beside each other where the page is wide. */
  columns: number;
  /** Of a plot as it is drawn, in pixels: narrow ones are drawn smaller, so that their text is as large as in wide ones. */
  width: number;
  height: number;
  /** The series that a legend is to name; none where there is nothing to tell apart. */
  legend: string[];
  panels: PanelLayout[];
}

/** A panel in its place. */
export interface PanelLayout {
  panel: Panel;
  /** What stands above it, beside whose numbers these are: perhaps nothing. */
  heading: string;
  /** Whose numbers these are, where the figure shows both. */
  origin?: "measured" | "published";
  /** Whether it stands alone above the others. */
  isLead: boolean;
  /** What a plot's axes must show. */
  needs?: Needs;
}

/** Arranges a figure's panels. */
export function layoutOf(figure: Figure): FigureLayout {
  const { panels } = figure;
  const needs = needsOf(figure);
  const columns = columnsFor(panels);
  const names = seriesOf(figure);
  // Where only one side is shown, there is nothing to tell apart.
  const named = panels.some(isPublished);
  return {
    columns,
    ...(columns < 3 ? { width: 430, height: 280 } : { width: 320, height: 240 }),
    legend: names.every((series) => series === "measured") ? [] : names,
    panels: panels.map((panel, index) => ({
      panel,
      heading: headingOf(panel, named),
      ...(named && { origin: panel.origin ?? "measured" }),
      isLead: index === 0 && isLed(panels),
      ...(panel.type === "plot" && { needs: needs.get(panel)! }),
    })),
  };
}

/** A table's cell: numbers with at most four significant digits; texts as they are, but for the computer's `1.8e-7` and `-1`. */
export function cellText(cell: string | number): string {
  if (typeof cell === "string") {
    if (/^-?\d(\.\d+)?e[+-]?\d+$/.test(cell)) return significant(Number(cell));
    return /^-\d/.test(cell) ? withMinus(cell) : cell;
  }
  return Number.isFinite(cell) ? significant(cell, 4) : missing;
}

/** How many panels stand beside each other. */
function columnsFor(panels: readonly Panel[]): number {
  if (panels.some((panel) => panel.type === "table" && isWide(panel))) return 1;
  if (panels.length <= 3) return Math.max(1, panels.length);
  const inPairs =
    panels.length % 2 === 0 && panels.every((panel, index) => isPublished(panel) === (index % 2 === 0));
  const measured = isLed(panels) ? panels.length - 1 : panels.length;
  return inPairs || measured === 4 ? 2 : 3;
}

/** Whether a table needs more than half the page's width: by its characters, though words of its head may wrap. */
function isWide({ head, rows }: Table): boolean {
  const widths = head.map((name, column) => {
    const cells = rows.map((row) => String(row[column] ?? ""));
    return Math.max(...[...name.split(" "), ...cells].map(({ length }) => length));
  });
  return widths.reduce((sum, width) => sum + 7.3 * width + 12, 0) > 480;
}

/** Whether one panel that was published stands above several that were measured. */
function isLed([first, ...others]: readonly Panel[]): boolean {
  return first !== undefined && isPublished(first) && others.length > 2 && !others.some(isPublished);
}

function isPublished({ origin }: Panel): boolean {
  return origin === "published";
}

/** Whose numbers these are is not said twice. */
function headingOf({ title }: Panel, named: boolean): string {
  const rest = title.replace(/^(measured|published)\b[:,]? */i, "");
  return named || !rest ? rest : title;
}
