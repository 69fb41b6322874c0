import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";

/**
 * Writes a file under a temporary name beside it, waits until it is on the disk, and renames it: whoever reads
 * the name finds the old content or the new one, never a part. Folders are made.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(
    path,
    typeof content === "string"
      ? content
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  );
}

/** Reads a file. @throws Error naming it and what it was wanted for. */
export async function readWhole(path: string, purpose: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(cause);
    throw new Error(`Cannot read ${purpose} "${path}": ${reason}.`, { cause });
  }
}
