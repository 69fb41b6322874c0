import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { variants } from "../compare/variants.js";
import type { ArmResult } from "../results/arms.js";
import type { Results } from "../results/results.js";
import type { Spread } from "../results/statistics.js";
import { average, capitalized, roundPercent, thousands } from "../results/wording.js";
import { inColor, paint } from "./colors.js";

/** The least that an epoch's column takes, in characters. */
const epochWidth = 8;

/** Lines of the table, dimmed here: the table's own colours do not notice a pipe. */
export const dimBorder = Object.fromEntries(
  Object.entries({
    top: "─",
    "top-mid": "┬",
    "top-left": "┌",
    "top-right": "┐",
    bottom: "─",
    "bottom-mid": "┴",
    "bottom-left": "└",
    "bottom-right": "┘",
    left: "│",
    "left-mid": "├",
    mid: "─",
    "mid-mid": "┼",
    right: "│",
    "right-mid": "┤",
    middle: "│",
  }).map(([place, character]) => [place, paint.dim(character)]),
);

/**
 * The results as a table, with the spread over seeds under each mean. A narrow terminal gets fewer of the epochs,
 * and no counts of parameters where there would be hardly any epochs.
 *
 * @param width of the terminal.
 */
export function resultsTable(results: Results, width: number): string {
  const most = Math.min(results.settings.epochs, Math.max(2, Math.floor(width / epochWidth)));
  const least = Math.min(results.settings.epochs, 2);
  let table = "";
  for (const parameters of [true, false]) {
    for (let count = most; count >= least; count--) {
      table = tableOf(results, shownEpochs(results.settings.epochs, count), parameters);
      if (stripVTControlCharacters(table.split("\n", 1)[0]!).length <= width) return table;
    }
  }
  return table;
}

function tableOf({ arms, settings }: Results, epochs: readonly number[], parameters: boolean): string {
  const severalRates = settings.learningRates.length > 1;
  const goal = roundPercent(settings.target);
  const table = new Table({
    head: [
      "",
      ...(severalRates ? ["rate"] : []),
      ...epochs.map((epoch, index) => (index === 0 ? `test %\nepoch ${epoch}` : `\n${epoch}`)),
      `epochs\nto ${goal}`,
      `seconds\nto ${goal}`,
      "seconds\nan epoch",
      ...(parameters ? ["parameters\nnot trainable"] : []),
    ],
    chars: dimBorder,
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...Array.from({ length: epochs.length + 5 }, () => "right" as const)],
  });
  for (const arm of arms) {
    table.push([
      inColor(arm.variant, variants[arm.variant].title) + failureNote(arm),
      ...(severalRates ? [String(arm.learningRate)] : []),
      ...epochs.map((epoch) =>
        spread(arm.testAccuracy[epoch - 1], (value, digits = 2) => (value * 100).toFixed(digits)),
      ),
      ...raceCells(arm),
      spread(arm.secondsPerEpoch, (value) => value.toFixed(2)),
      ...(parameters
        ? [`${thousands(arm.parameters.trainable)}\n${paint.dim(thousands(arm.parameters.nonTrainable))}`]
        : []),
    ]);
  }
  return table.toString();
}

/** The findings, each under a word that says what it is about. */
export function findingLines({ findings }: Results, width: number): string {
  const indent = Math.max(...findings.map(({ topic }) => topic.length)) + 2;
  const paragraphs = findings.map(({ topic, text }) => {
    const lines = wrapped(text, Math.max(40, Math.min(width, 110) - indent));
    const head = paint.bold(capitalized(topic).padEnd(indent));
    return [head + lines[0], ...lines.slice(1).map((line) => " ".repeat(indent) + line)].join("\n");
  });
  return paragraphs.join("\n");
}

/** Lines that end between words, but not between a number and what it counts. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?![%±]|s\b|points\b)/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function raceCells({ target, finished, diverged }: ArmResult): string[] {
  const seeds = finished + diverged.length;
  if (target.reached === 0) return ["never", "–"];
  const some = target.reached < seeds ? paint.dim(`\n${target.reached} of ${seeds}`) : undefined;
  return [
    some ? average(target.epochs!.mean) + some : spread(target.epochs, average),
    some ? target.seconds!.mean.toFixed(2) + some : spread(target.seconds, (value) => value.toFixed(2)),
  ];
}

function failureNote({ diverged, finished, learnedNothing }: ArmResult): string {
  const seeds = diverged.length + finished;
  const note = (what: string, count: number) =>
    count > 0 ? paint.red(`\n${what} ${count} of ${seeds}`) : "";
  return note("diverged", diverged.length) + note("at chance", learnedNothing);
}

function spread(value: Spread | undefined, format: (value: number) => string): string {
  if (!value) return "–";
  if (value.n < 2) return format(value.mean);
  return `${format(value.mean)}\n${paint.dim(`±${value.deviation === 0 ? "0" : format(value.deviation)}`)}`;
}

/** So many epochs, evenly spread from the first to the last. */
function shownEpochs(epochs: number, count: number): number[] {
  if (count === 1) return [epochs];
  return Array.from({ length: count }, (_, index) => 1 + Math.round((index * (epochs - 1)) / (count - 1)));
}
