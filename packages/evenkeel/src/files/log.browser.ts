import type { LogFile } from "./log.js";

/** @throws Error always: a page has no files of its own. */
export async function openLog(path: string, _append: boolean): Promise<LogFile> {
  throw new Error(
    `Cannot write the log "${path}": a page has no files. Give fit a callback with an onStepsEnd or onEpochEnd of your own.`,
  );
}
