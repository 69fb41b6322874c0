import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { reason } from "../../files/atomic.js";
import type { PublishedFile } from "../published.js";
import type { Arriving, Source } from "./source.js";

/** What happens to a file until it can be read. */
export type FetchStep = "download" | "check" | "unpack";

/** Told how far a step is, in bytes. */
export type Report = (step: FetchStep, done: number, total: number) => void;

/**
 * Downloads a file under a name that is not its final one, and checks its size and its MD5. Goes on from what an
 * earlier download left there, where the source can do so.
 *
 * @throws Error saying what went wrong and what is kept; the signal's reason when it is aborted.
 */
export async function download(
  source: Source,
  partial: string,
  published: PublishedFile,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  if ((await sizeOf(partial)) !== published.bytes) await receive(source, partial, published, report, signal);
  report("check", published.bytes, published.bytes);
  const md5 = await md5Of(partial, signal);
  if (md5 === published.md5) return;
  await discard(partial);
  throw new Error(
    `${source.name}: its MD5 is ${md5}, that of the published file is ${published.md5}. It was damaged on its way ` +
      "or is another file; what came is removed. Run the same again, or name another source (from; on the command line, --from).",
  );
}

/** Removes a partial file, where it is still there, and what belongs to it. */
export async function discard(partial: string): Promise<void> {
  await rm(partial, { force: true });
  await rm(versionFile(partial), { force: true });
}

/** The MD5 of a file, in hexadecimal. */
export async function md5Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk);
  return hash.digest("hex");
}

/** Makes the partial file whole: adds what is missing, or begins it anew. */
async function receive(
  source: Source,
  partial: string,
  published: PublishedFile,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const size = await sizeOf(partial);
  const some = size > 0 && size < published.bytes;
  const kept = some ? { bytes: size, version: await readVersion(partial) } : undefined;
  const { body, start, bytes, version } = await source.open(kept, signal);
  if (bytes !== undefined && bytes !== published.bytes) {
    body.destroy();
    // The source says of what is kept that it is part of another file.
    if (start > 0) await discard(partial);
    throw anotherFile(source, `has ${grouped(bytes)} bytes`, published);
  }
  if (start === 0) {
    await discard(partial);
    if (version !== undefined) await writeFile(versionFile(partial), version);
  }

  report("download", start, published.bytes);
  const { end, broken } = await append(body, partial, start, published.bytes, report, signal);
  if (end > published.bytes) {
    await discard(partial);
    throw anotherFile(source, "is longer", published);
  }
  if (end < published.bytes) {
    throw new Error(
      `${source.name}: the connection ended after ${grouped(end)} of ${grouped(published.bytes)} bytes. What came is ` +
        "kept: run the same again to go on from there.",
      { cause: broken },
    );
  }
}

/**
 * Writes what comes into the file, from `start` on and to `most` bytes at most.
 *
 * @returns where it ended, and what broke the connection, if anything did: what came before that is in the file.
 */
async function append(
  body: Arriving,
  path: string,
  start: number,
  most: number,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<{ end: number; broken: unknown }> {
  let end = start;
  let broken: unknown;
  async function* arriving(): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (cause) {
      broken = cause;
    }
  }
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      end += chunk.length;
      if (end > most) return;
      yield chunk;
      report("download", end, most);
    }
  }
  const file = createWriteStream(path, { flags: start === 0 ? "w" : "r+", start, flush: true });
  try {
    await pipeline(arriving, counted, file, { signal });
  } catch (cause) {
    if (signal?.aborted || (cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new Error(
      `Cannot write "${path}": ${reason(cause)}. What came is kept: run the same again to go on from there.`,
      { cause },
    );
  }
  return { end, broken };
}

function anotherFile(source: Source, difference: string, { bytes }: PublishedFile): Error {
  return new Error(
    `${source.name}: it ${difference}, the published file has ${grouped(bytes)} bytes. It is another file, or a page in ` +
      "its place, such as a network's login. Name another source (from; on the command line, --from).",
  );
}

/** Beside a partial file: what the server calls the version of the file that it is a part of. */
function versionFile(partial: string): string {
  return `${partial}.version`;
}

function readVersion(partial: string): Promise<string | undefined> {
  return readFile(versionFile(partial), "utf8").catch(() => undefined);
}

/** 0 when there is no such file. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

function grouped(bytes: number): string {
  return bytes.toLocaleString("en");
}
