import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { paint } from "../terminal/colors.js";
import { dimBorder, wrapped } from "../terminal/table.js";

/** The least that a column of words is made narrow to. */
const leastWords = 16;

/**
 * A table that fits into a terminal: its columns of words, all but the first, share what the others leave them.
 *
 * @param words which columns hold words; the others hold numbers, and stand to the right.
 */
export function tableWithin(
  width: number,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[],
): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => widthOf(cells[column]!))),
  );
  // A frame around each cell, and a space on each of its sides.
  let over = widths.reduce((sum, each) => sum + each + 3, 1) - width;
  for (const column of [...words].sort((a, b) => widths[b]! - widths[a]!)) {
    const taken = Math.max(0, Math.min(over, widths[column]! - leastWords));
    widths[column]! -= taken;
    over -= taken;
  }
  const table = new Table({
    head: [...head],
    chars: dimBorder,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column === 0 || words.includes(column) ? "left" : "right")),
  });
  for (const cells of rows) {
    table.push(cells.map((cell, column) => (words.includes(column) ? lines(cell, widths[column]!) : cell)));
  }
  return table.toString();
}

/** A verdict in its colour. */
export function verdictInColor(verdict: string): string {
  const colors: Record<string, (text: string) => string> = {
    confirmed: paint.green,
    refuted: paint.red,
    undecided: paint.yellow,
  };
  return (colors[verdict] ?? paint.magenta)(verdict);
}

function lines(text: string, width: number): string {
  return text.length <= width ? text : wrapped(text, width).join("\n");
}

/** Columns that a text of one or several lines takes. */
function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split("\n")
      .map((line) => line.length),
  );
}
