import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

// In a bundle for browsers, log.browser.ts takes the place of this module.

/** A file that grows line by line. */
export interface LogFile {
  /** Whether it holds what was written before it was opened. */
  readonly wentOn: boolean;
  appendFile(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a log; folders are made. @param append go on with a file that is there; else it is replaced. */
export async function openLog(path: string, append: boolean): Promise<LogFile> {
  const wentOn = append && existsSync(path);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, append ? "a" : "w");
  return { wentOn, appendFile: (text) => file.appendFile(text), close: () => file.close() };
}
