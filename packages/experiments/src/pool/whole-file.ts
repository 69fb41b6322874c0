import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a file under a temporary name beside it, `<path>.<process>.part`, waits until it is on the disk, and renames
 * it: whoever reads the name finds the old content or the new one, never a part, also when the disk is full.
 *
 * @throws Error naming the file; what was there before is untouched.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  // Two processes that test the same claims may finish the same run.
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, content, { flush: true });
    renameSync(part, path);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new Error(`Cannot write "${path}": ${(cause as Error).message}.`, { cause });
  }
}

/** Makes a folder, unless it is there, and tries whether files can be made in it. @throws Error naming it. */
export function requireWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, "writable-")));
  } catch (cause) {
    throw new Error(`Cannot write to the folder "${folder}": ${(cause as Error).message}.`, { cause });
  }
}
