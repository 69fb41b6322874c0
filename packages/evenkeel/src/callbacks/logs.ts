import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import type { Callback } from "../training/callback.js";

/** Options of the log writers. */
export interface LogOptions {
  path: string;
  /** Add to a file that is there. Default false: it is replaced. */
  append?: boolean;
}

/** One line of CSV for each epoch: epoch, step, seconds, then loss, metrics and validation results. */
export function csvLogger({ path, append = false }: LogOptions): Callback<unknown> {
  let file: WriteStream | undefined;
  let columns: string[] | undefined;
  return {
    onTrainBegin() {
      columns = append && existsSync(path) ? [] : undefined;
      file = open(path, append);
    },
    async onEpochEnd({ epoch, step, seconds, logs }) {
      const values = { epoch, step, seconds, ...logs };
      if (columns === undefined) await write(file!, `${Object.keys(values).join(",")}\n`);
      columns ??= Object.keys(values);
      await write(file!, `${Object.values(values).join(",")}\n`);
    },
    onTrainEnd: () => close(file),
  };
}

/** One line of JSON for each step (`{"step": …}`, optional) and for each epoch (`{"epoch": …, "valLoss": …}`). */
export function jsonlLogger({
  path,
  append = false,
  steps = true,
}: LogOptions & { steps?: boolean }): Callback<unknown> {
  let file: WriteStream | undefined;
  return {
    onTrainBegin() {
      file = open(path, append);
    },
    async onStepsEnd(taken) {
      if (!steps) return;
      const lines = taken.map(
        ({ logs, ...step }) => `${JSON.stringify({ kind: "step", ...step, ...logs })}\n`,
      );
      await write(file!, lines.join(""));
    },
    async onEpochEnd({ logs, ...epoch }) {
      await write(file!, `${JSON.stringify({ kind: "epoch", ...epoch, ...logs })}\n`);
    },
    onTrainEnd: () => close(file),
  };
}

function open(path: string, append: boolean): WriteStream {
  mkdirSync(dirname(path), { recursive: true });
  return createWriteStream(path, { flags: append ? "a" : "w" });
}

async function write(file: WriteStream, text: string): Promise<void> {
  if (!file.write(text)) await once(file, "drain");
}

async function close(file: WriteStream | undefined): Promise<void> {
  if (!file) return;
  file.end();
  await once(file, "finish");
}
