import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Tensor } from "../tensor/tensor.js";
import { type CsvDataset, type CsvOptions, parseCsv } from "./csv.js";
import { parseIdx } from "./idx.js";

/**
 * Reads an IDX file, the format of MNIST. A file packed by gzip is unpacked, whatever its name.
 *
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
  return { ...parseCsv(text, { ...options, name: path }), name: options.name ?? basename(path) };
}

async function readUnpacked(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!packed) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    throw new Error(`${path}: the gzip file is damaged (${(cause as Error).message}). Fetch it again.`, {
      cause,
    });
  }
}

/** @throws Error naming the file when it can't be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Error(`${path}: there is no such file.`, { cause });
    if (code === "EISDIR") throw new Error(`${path}: expected a file, found a folder.`, { cause });
    throw new Error(`${path}: the file can't be read (${message}).`, { cause });
  }
}
