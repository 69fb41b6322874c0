import { type LogFile, openLog } from "../files/log.js";
import { requireKnown } from "../options/known.js";
import type { Callback } from "../training/callback.js";

/** Options of the log writers, which need Node. */
export interface LogOptions {
  /** The file; folders are made. */
  path: string;
  /** Add to a file that is there. Default false: it is replaced. */
  append?: boolean;
}

/** One line of CSV for each epoch: epoch, step, seconds, then loss, metrics and validation results. */
export function csvLogger(options: LogOptions): Callback<unknown> {
  const { path, append = false } = requireKnown("callbacks.csvLogger", options, { path: true, append: true });
  let file: LogFile | undefined;
  let hasHeader = false;
  return {
    async onTrainBegin() {
      file = await openLog(path, append);
      hasHeader = file.wentOn;
    },
    async onEpochEnd({ epoch, step, seconds, logs }) {
      const values = { epoch, step, seconds, ...logs };
      if (!hasHeader) await file!.appendFile(`${Object.keys(values).join(",")}\n`);
      hasHeader = true;
      await file!.appendFile(`${Object.values(values).join(",")}\n`);
    },
    async onTrainEnd() {
      await file?.close();
      file = undefined;
    },
  };
}

/** One line of JSON for each step (`{"kind": "step", …}`, optional) and for each epoch (`{"kind": "epoch", …}`). */
export function jsonlLogger(options: LogOptions & { steps?: boolean }): Callback<unknown> {
  const known = { path: true, append: true, steps: true } as const;
  const { path, append = false, steps = true } = requireKnown("callbacks.jsonlLogger", options, known);
  let file: LogFile | undefined;
  return {
    async onTrainBegin() {
      file = await openLog(path, append);
    },
    async onStepsEnd(taken) {
      if (!steps) return;
      const lines = taken.map(
        ({ logs, ...step }) => `${JSON.stringify({ kind: "step", ...step, ...logs })}\n`,
      );
      await file!.appendFile(lines.join(""));
    },
    async onEpochEnd({ logs, ...epoch }) {
      await file!.appendFile(`${JSON.stringify({ kind: "epoch", ...epoch, ...logs })}\n`);
    },
    async onTrainEnd() {
      await file?.close();
      file = undefined;
    },
  };
}
