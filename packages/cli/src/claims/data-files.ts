import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireWritable, writeWhole } from "evenkeel-experiments/pool";
import { isDataFile } from "evenkeel-experiments/report";

/**
 * Writes the ledger and the claims as data, and removes those of an earlier test: the folder then holds the claims of
 * this one.
 *
 * @param files JSON by name.
 * @throws Error naming a file that cannot be written.
 */
export function writeDataFiles(folder: string, files: ReadonlyMap<string, string>): void {
  requireWritable(folder);
  for (const [name, content] of files) writeWhole(join(folder, name), content);
  for (const name of readdirSync(folder)) {
    if (isDataFile(name) && !files.has(name)) rmSync(join(folder, name));
  }
}
