import { CsvError, parse } from "csv-parse/browser/esm/sync";
import type { Limits } from "./limits.ts";
import { encodingOf, textOf } from "./text.ts";

/** What may stand between two values. Of two that fit equally well the first is taken: it is the rarer one in texts. */
const delimiters = ["\t", ";", "|", ","] as const;
export type Delimiter = (typeof delimiters)[number];

/** A row of texts, and the line of the file that it ends on, counted from 1. */
export interface Row {
  values: string[];
  line: number;
}

/** The rows of a file, those with names among them. */
export interface Rows {
  delimiter: Delimiter;
  rows: Row[];
  /** Whether the file goes on behind the last row that was taken. */
  isCut: boolean;
  notices: string[];
}

export interface ReadOptions {
  limits: Limits;
  /** Bytes that are read at once; it changes nothing but when progress is reported. */
  blockBytes?: number;
  /** Hears how much of the file has been read, from 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/**
 * Reads the rows of a CSV file, block by block. Values may be quoted, and hold delimiters and new lines then; empty lines
 * and white space around values are skipped.
 *
 * @throws Error saying what is wrong, and on which line.
 */
export async function readRows(file: Blob, options: ReadOptions): Promise<Rows> {
  const encoding = await encodingOf(file);
  try {
    return await rowsOf(file, encoding, options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const read = await rowsOf(file, "windows-1252", options);
    read.notices.push("The file is not UTF-8; it was read as Windows-1252 (Western European).");
    return read;
  }
}

async function rowsOf(file: Blob, encoding: string, options: ReadOptions): Promise<Rows> {
  const { limits, blockBytes = 1 << 20, onProgress, signal } = options;
  let delimiter: Delimiter | undefined;
  const rows: Row[] = [];
  let most = limits.rows + 1;
  /** What has been read and not been parsed, and the lines before it. */
  let pending = "";
  let line = 0;
  for await (const { text, end, isLast } of textOf(file, encoding, blockBytes)) {
    signal?.throwIfAborted();
    if (text.includes("\0"))
      throw new Error("This is no text file. Expected a table of comma-separated values.");
    pending += text;
    const whole = isLast ? pending : pending.slice(0, endOfLines(pending));
    if (whole === "" && !isLast) requireShort(pending, line, limits);
    if (whole === "") continue;
    delimiter ??= delimiterOf(whole);
    const parsed = parsedRows(whole, delimiter, line, limits);
    if (!parsed) {
      // The block ends within quotes: it is read on, up to where they are closed.
      if (isLast) throw unclosed(pending, delimiter, line);
      requireShort(pending, line, limits);
      continue;
    }
    for (const row of parsed) rows.push(row);
    if (rows[0]) {
      requireColumns(rows[0], limits);
      most = 1 + Math.min(limits.rows, Math.floor(limits.values / rows[0].values.length));
    }
    line += linesOf(whole);
    pending = pending.slice(whole.length);
    onProgress?.(end / file.size);
    if (rows.length > most || (rows.length === most && !isLast)) {
      return { delimiter, rows: rows.slice(0, most), isCut: true, notices: [] };
    }
  }
  return { delimiter: delimiter ?? ",", rows, isCut: false, notices: [] };
}

/** The delimiter by which most of the first lines have as many values as the very first one. */
function delimiterOf(text: string): Delimiter {
  const start = text.slice(0, 1 << 16);
  const lines = start.length < text.length ? start.slice(0, endOfLines(start) || start.length) : start;
  const ranked = delimiters.map((delimiter) => ({ delimiter, share: evenShare(lines, delimiter) }));
  const best = ranked.reduce((before, each) => (each.share > before.share ? each : before));
  return best.share > 0 ? best.delimiter : ",";
}

function evenShare(text: string, delimiter: Delimiter): number {
  const widths: number[] = [];
  const count = (record: string[]) => {
    widths.push(record.length);
    return null;
  };
  try {
    parse(text, { ...leniently, delimiter, to: 100, on_record: count });
  } catch (error) {
    // Of a quote that is not closed within the first lines, those before it tell.
    if (codeOf(error) !== "CSV_QUOTE_NOT_CLOSED") return 0;
  }
  const [width = 0] = widths;
  return width < 2 ? 0 : widths.filter((other) => other === width).length / widths.length;
}

const leniently = {
  // A stray quote within a value, as of inches, is a character like others.
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
} as const;

/** @returns undefined when the text ends within quotes. */
function parsedRows(
  text: string,
  delimiter: Delimiter,
  linesBefore: number,
  limits: Limits,
): Row[] | undefined {
  try {
    // csv-parse counts \r\n inside quotes as two lines.
    const records = parse(text.replace(/\r\n?/g, "\n"), {
      ...leniently,
      delimiter,
      record_delimiter: "\n",
      max_record_size: limits.rowLength,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ values: record, line: linesBefore + info.lines }));
  } catch (error) {
    switch (codeOf(error)) {
      case "CSV_QUOTE_NOT_CLOSED":
        return undefined;
      case "CSV_MAX_RECORD_SIZE":
        throw tooLong(limits);
      case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
        throw new Error(
          `On line ${linesBefore + Number((error as CsvError).lines)} something follows a closing quote. Quotes stand around whole values; one within a value is doubled.`,
        );
      default:
        throw error;
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof CsvError ? error.code : undefined;
}

/** Where the last whole line ends; 0 where there is none. A \r at the end may be half of \r\n. */
function endOfLines(text: string): number {
  return Math.max(text.lastIndexOf("\n"), text.slice(0, -1).lastIndexOf("\r")) + 1;
}

function linesOf(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0;
}

function requireShort(text: string, linesBefore: number, limits: Limits): void {
  // Behind the first row of quotes that stay open there may be many whole ones.
  if (text.length > 4 * limits.rowLength) throw tooLong(limits, ` after line ${linesBefore}`);
}

function tooLong({ rowLength }: Limits, where = ""): Error {
  const most = rowLength.toLocaleString("en");
  return new Error(
    `A row${where} is longer than ${most} characters. Is a quote opened and not closed, or is this no CSV file?`,
  );
}

function requireColumns({ values, line }: Row, { columns }: Limits): void {
  if (values.length <= columns) return;
  throw new Error(
    `Line ${line} has ${values.length.toLocaleString("en")} values; at most ${columns} columns are taken here.`,
  );
}

/** Names the line on which the quote that is not closed was opened. */
function unclosed(text: string, delimiter: Delimiter, linesBefore: number): Error {
  let closed = linesBefore;
  try {
    const follow = (_: unknown, { lines }: { lines: number }) => {
      closed = linesBefore + lines;
      return null;
    };
    parse(text.replace(/\r\n?/g, "\n"), {
      ...leniently,
      delimiter,
      record_delimiter: "\n",
      on_record: follow,
    });
  } catch {
    // That it is not closed is known.
  }
  return new Error(`A quote is opened behind line ${closed} and not closed before the end of the file.`);
}
