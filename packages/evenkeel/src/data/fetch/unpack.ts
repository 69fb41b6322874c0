import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { reason } from "../../files/atomic.js";

/** What to take out of an archive. */
export interface Wanted {
  /** The files' folder in the archive. */
  readonly folder: string;
  /** Names that the archive must have there. */
  readonly files: readonly string[];
  /** Names that it may have there. */
  readonly optional: readonly string[];
}

/**
 * Takes files out of a `.tar.gz` into a folder. They get their final names when all of them are whole and on the
 * disk; until then they are in a temporary folder.
 *
 * @param onProgress told how many of the archive's bytes are read.
 * @throws Error when a file is missing in the archive, or can't be written; the signal's reason when it is aborted.
 */
export async function unpack(
  archive: string,
  wanted: Wanted,
  into: string,
  onProgress: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const names = new Set([...wanted.files, ...wanted.optional].map((file) => `${wanted.folder}/${file}`));
  const temporary = await mkdtemp(join(dirname(archive), ".unpacking-"));
  try {
    await extract(archive, names, temporary, onProgress, signal);
    const found = await readdir(temporary);
    const missing = wanted.files.filter((file) => !found.includes(file));
    if (missing.length > 0) {
      throw new Error(
        `${archive}: expected ${missing.join(", ")} in its folder ${wanted.folder}, found none.`,
      );
    }
    for (const file of found) await flush(join(temporary, file));
    await mkdir(into, { recursive: true });
    for (const file of found) await rename(join(temporary, file), join(into, file));
  } catch (cause) {
    if (signal?.aborted || (cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new Error(
      `Cannot unpack ${archive} into ${into}: ${reason(cause)}. The archive is kept: run the same again.`,
      { cause },
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Writes the named files of the archive into a folder, without the folders that they are in. */
async function extract(
  archive: string,
  names: ReadonlySet<string>,
  into: string,
  onProgress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let read = 0;
  await pipeline(
    createReadStream(archive, { highWaterMark: 1 << 18 }),
    new Transform({
      transform(chunk: Uint8Array, _, pass) {
        read += chunk.length;
        // Thrown here, what the caller's function throws would end the process.
        try {
          onProgress(read);
        } catch (cause) {
          pass(cause as Error);
          return;
        }
        pass(null, chunk);
      },
    }),
    createGunzip(),
    unpackTar(into, {
      filter: ({ name, type }) => type === "file" && names.has(name.replace(/^\.\//, "")),
      map: (header) => ({ ...header, name: basename(header.name) }),
      fmode: 0o644,
    }),
    { signal },
  );
}

/** Waits until a file is on the disk. */
async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
