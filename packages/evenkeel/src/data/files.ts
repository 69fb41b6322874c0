import type { Tensor } from "../tensor/tensor.js";
import { readUnpacked } from "./bytes.js";
import { type CsvDataset, type CsvOptions, parseCsv } from "./csv.js";
import { parseIdx } from "./idx.js";

/**
 * Reads an IDX file, the format of MNIST. A file packed by gzip is unpacked, whatever its name.
 *
 * @param path in a browser, the file's address.
 * @returns uint8 and float32 as they are; int8, int16 and int32 as int32; float64 rounded to float32.
 * @throws Error when the file is missing, is not an IDX file, or is shorter or longer than its header announces.
 */
export async function readIdx(path: string): Promise<Tensor> {
  return parseIdx(await readUnpacked(path), path);
}

/**
 * Reads a CSV file of UTF-8 text; see `parseCsv` for the options, the shapes and the errors. A file packed by
 * gzip is unpacked. The data set is called after the file unless `name` is given.
 *
 * @param path in a browser, the file's address.
 * @throws Error when the file is missing or is not UTF-8 text, and where `parseCsv` does.
 */
export async function readCsv(path: string, options: CsvOptions): Promise<CsvDataset> {
  const bytes = await readUnpacked(path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`${path}: expected UTF-8 text, found other bytes. Save the file as UTF-8.`, { cause });
  }
  return { ...parseCsv(text, { ...options, name: path }), name: options.name ?? nameOf(path) };
}

/** The last part of a path or an address. */
function nameOf(path: string): string {
  return path.split(/[?#]/)[0]!.split(/[/\\]/).at(-1)!;
}
