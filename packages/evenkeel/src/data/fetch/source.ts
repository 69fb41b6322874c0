import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shown } from "../../options/known.js";
import { get } from "./http.js";

/** Where the bytes of a file come from. */
export interface Source {
  /** Its address or path. */
  readonly name: string;
  /**
   * @param kept what is there already, from an earlier download.
   * @throws Error when there is no such file, or no connection; the signal's reason when it is aborted.
   */
  open(kept: Kept | undefined, signal?: AbortSignal): Promise<Content>;
}

/** The beginning of a file, from an earlier download. */
export interface Kept {
  /** How much of it there is. */
  readonly bytes: number;
  /** Which version of the file it is of, as the server named it. */
  readonly version: string | undefined;
}

/** Bytes as they arrive; Node's streams are such. (Its own type would ask for Node's types of whoever uses this library.) */
export interface Arriving extends AsyncIterable<Uint8Array> {
  /** Ends it before its end. */
  destroy(): unknown;
}

/** A file's bytes on their way. */
export interface Content {
  readonly body: Arriving;
  /** Where in the file they begin: behind what is kept, or at 0 where only the whole file is to be had. */
  readonly start: number;
  /** The size of the whole file; undefined where the server does not say. */
  readonly bytes: number | undefined;
  /** What the server calls this version of the file, to be asked for the rest of it. */
  readonly version: string | undefined;
}

/**
 * Where a file is taken from.
 *
 * @param from address (http or https) or path of the folder that has it, or its own.
 * @param only whether it is the only file that is taken from there; else `from` can't be its own.
 * @throws TypeError when it is none of that, Error when there is no such file or folder.
 */
export async function sourceOf(from: string | URL, file: string, only: boolean): Promise<Source> {
  const text = String(from);
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return addressSource(addressOf(text, file, only));
  if (/^\w+:\/\//.test(text) && !/^file:/i.test(text)) {
    throw new TypeError(
      `Expected an http or https address, a folder or a file to fetch from, got "${text}".`,
    );
  }
  if (text === "") throw new TypeError(`Expected where to fetch from, got ${shown(text)}.`);
  const path = /^file:/i.test(text) ? fileURLToPath(text) : resolve(text);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new Error(`${path}: there is no such file or folder to fetch from.`);
  if (found.isDirectory()) return fileSource(join(path, file));
  if (only) return fileSource(path);
  throw new Error(`${path}: expected a folder that holds ${file} and the others, found a file.`);
}

function addressOf(text: string, file: string, only: boolean): URL {
  const address = new URL(text);
  if (only && basename(address.pathname) === file) return address;
  address.pathname = `${address.pathname.replace(/\/+$/, "")}/${file}`;
  return address;
}

function fileSource(path: string): Source {
  return {
    name: path,
    async open() {
      const found = await stat(path).catch(() => undefined);
      if (!found?.isFile()) throw new Error(`${path}: there is no such file`);
      return { body: createReadStream(path), start: 0, bytes: found.size, version: undefined };
    },
  };
}

function addressSource(address: URL): Source {
  return {
    name: String(address),
    async open(kept, signal) {
      const response = await get(address, rangeHeaders(kept), signal);
      const { statusCode: status, statusMessage, headers } = response;
      const version = strongVersion(headers.etag) ?? headers["last-modified"];
      if (status === 200) {
        const length = headers["content-length"];
        return {
          body: response,
          start: 0,
          bytes: length === undefined ? undefined : Number(length),
          version,
        };
      }
      const range = status === 206 ? /^bytes (\d+)-\d+\/(\d+)?/.exec(headers["content-range"] ?? "") : null;
      if (kept && Number(range?.[1]) === kept.bytes) {
        const bytes = range![2] === undefined ? undefined : Number(range![2]);
        return { body: response, start: kept.bytes, bytes, version };
      }
      response.destroy();
      // The range that was asked for is not to be had, or another one came: the whole file, then.
      if (kept && (status === 416 || status === 206)) return this.open(undefined, signal);
      throw new Error(`${address} answered ${status} ${statusMessage}`.trimEnd());
    },
  };
}

/** Asks for the rest of a file, as long as it is the version that its beginning is of. */
function rangeHeaders(kept: Kept | undefined): Record<string, string> {
  if (!kept) return {};
  return { range: `bytes=${kept.bytes}-`, ...(kept.version !== undefined && { "if-range": kept.version }) };
}

/** Parts of a file may be put together by a strong tag alone; a weak one allows for bytes that differ. */
function strongVersion(tag: string | undefined): string | undefined {
  return tag?.startsWith('"') ? tag : undefined;
}
