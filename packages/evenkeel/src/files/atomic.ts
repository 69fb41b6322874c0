import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { shown } from "../options/known.js";

// In a bundle for browsers, atomic.browser.ts takes the place of this module.

/**
 * Writes a file under a temporary name beside it, waits until it is on the disk, and renames it: whoever reads
 * the name finds the old content or the new one, never a part, also when the disk is full. Folders are made.
 *
 * @throws Error naming the file; what was there before is untouched.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  requirePath(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    // Behind a link, the file that it points to is replaced.
    const target = await realpath(path).catch(() => path);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (cause) {
      await rm(temporary, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw new Error(`Cannot write "${path}": ${reason(cause)}.`, { cause });
  }
}

/** Reads a file. @throws Error naming it and what it was wanted for. */
export async function readWhole(path: string, purpose: string): Promise<Uint8Array> {
  requirePath(path);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`Cannot read ${purpose} "${path}": ${reason(cause)}.`, { cause });
  }
}

/** Reads a file; undefined when there is none. @throws Error naming it when it cannot be read. */
export async function readIfThere(path: string, purpose: string): Promise<Uint8Array | undefined> {
  return existsSync(path) ? readWhole(path, purpose) : undefined;
}

/** TensorFlow.js names places by URL; as a path, `file://x` would be a folder called `file:`. */
function requirePath(path: string): void {
  if (typeof path !== "string" || path === "")
    throw new TypeError(`Expected a file's path, got ${shown(path)}.`);
  if (/^\w+:\/\//.test(path)) throw new TypeError(`Expected a file's path, got the URL "${path}".`);
}

/** Why a file could not be read or written, as a part of a sentence. */
export function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOSPC") return "the disk is full";
  return message;
}
