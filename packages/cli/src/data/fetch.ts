import { type DatasetName, type FetchProgress, fetchDataset } from "evenkeel";
import { onInterrupt } from "../terminal/interrupt.js";
import { amountOf } from "./amounts.js";
import { fetchBars, fetchLines } from "./progress.js";
import { titles } from "./titles.js";

/** The options of `data fetch`, as they were typed. */
export interface FetchCommandOptions {
  folder?: string;
  from?: string;
  force?: boolean;
}

/** Runs `evenkeel data fetch`. @returns the exit code: 0, or 130 after Ctrl-C. */
export async function fetchCommand(name: DatasetName, options: FetchCommandOptions): Promise<number> {
  const title = titles[name];
  const bars = process.stderr.isTTY && process.stdout.isTTY;
  const display = bars ? fetchBars(title) : fetchLines(title, console.log);
  let last: FetchProgress | undefined;
  const onProgress = (progress: FetchProgress) => {
    last = progress;
    display.show(progress);
  };
  const { signal, release } = onInterrupt(() => {});
  try {
    const { folder, fetched } = await fetchDataset(name, { ...options, signal, onProgress });
    display.stop();
    console.log(
      fetched
        ? `${title} is in ${folder}`
        : `${title} is complete in ${folder}: nothing to do. --force fetches it again.`,
    );
    return 0;
  } catch (error) {
    display.stop();
    if (!signal.aborted) throw error;
    console.log(`Stopped${stoppedAt(last)}`);
    return 130;
  } finally {
    release();
  }
}

/** Where a fetch was stopped, and what the next one finds. */
function stoppedAt(last: FetchProgress | undefined): string {
  if (!last || last.done === 0) return ".";
  const next = "the same command goes on from there.";
  if (last.step === "download") {
    return ` after ${amountOf(last.done, last.total)} of ${last.file}. What came is kept: ${next}`;
  }
  return `. ${last.file} is kept: ${next}`;
}
