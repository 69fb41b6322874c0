import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

// In a bundle for browsers, bytes.browser.ts takes the place of this module.

/** The bytes of a file, unpacked where it is packed by gzip. @throws Error naming the file. */
export async function readUnpacked(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  if (!isPacked(bytes)) return bytes;
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

function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
