import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "evenkeel-experiments/pool";
import type { Observer } from "../compare/records.js";
import { armName, type Settings } from "../compare/settings.js";
import { UsageError } from "../usage-error.js";

/** What a run folder may hold; `--force` removes these and nothing else. */
const contents = ["config.json", "metrics.jsonl", "results.json", "report.html", "models"];

/** Ends the name of a file that is not yet whole; a crash may leave one behind. */
const unfinished = /(\.\d+)?\.part$/;

/** Where to keep a comparison. */
export interface FolderOptions {
  /** The folder of all runs. */
  out: string;
  /** Default: date and time, and the data set. */
  name?: string;
  /** Replace a run of this name. Default false. */
  force?: boolean;
}

/**
 * Settles where a comparison is kept, without writing anything.
 *
 * @throws UsageError for a name that is no folder's, or one that is taken.
 */
export function runFolder({ out, name, force }: FolderOptions, settings: Settings, now = new Date()): string {
  if (name !== undefined && (!/^[\w .+,=@-]+$/u.test(name) || /^[. ]+$/.test(name))) {
    throw new UsageError(
      `--name must be a folder's name of letters, digits, spaces and . _ - + , = @, got "${name}". Use --out for the folder around it.`,
    );
  }
  const path = join(out, name ?? `${timestamp(now)}-${settings.dataset}`);
  if (requireFolder(path, "--out or --name") !== path) return path;
  const present = readdirSync(path);
  if (present.length === 0) return path;
  if (!force) {
    throw new UsageError(`${path} exists already. Give another --name, or --force to replace it.`);
  }
  const foreign = present.filter((file) => !isOwn(file));
  if (foreign.length > 0) {
    throw new UsageError(`${path} holds ${foreign[0]}, which is not a run's: --force does not touch it.`);
  }
  return path;
}

/**
 * The folder itself, or else the innermost around it that exists.
 *
 * @param options those that would name another.
 * @throws UsageError when that is a file.
 */
export function requireFolder(path: string, options: string): string {
  const ground = nearestExisting(path);
  if (statSync(ground).isDirectory()) return ground;
  throw new UsageError(`${ground} is a file, not a folder. Give another ${options}.`);
}

/** A run folder that is being filled. */
export interface OpenFolder {
  readonly path: string;
  /** Writes steps, epochs, probes and models as they come. */
  readonly observer: Observer;
  /** Writes a file whole or not at all. @returns its path. */
  write(file: string, content: string | Uint8Array): string;
  close(): void;
  /** Closes after a failure, and removes the folder when no training came to its end: its name is free again. */
  abandon(): void;
}

/** Makes the folder, empties it of an earlier run, and begins its journal, `metrics.jsonl`. */
export function openFolder(path: string, settings: Settings): OpenFolder {
  const created = mkdirSync(path, { recursive: true }) !== undefined;
  const clear = () => {
    for (const file of readdirSync(path).filter(isOwn)) rmSync(join(path, file), { recursive: true });
  };
  clear();
  mkdirSync(join(path, "models"));
  const journal = openSync(join(path, "metrics.jsonl"), "w");
  let worthKeeping = false;
  const note = (lines: readonly object[]) => {
    // One write for whole lines: the file ends with a line even if the process is killed.
    if (lines.length > 0) writeSync(journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  const write = (file: string, content: string | Uint8Array) => {
    const target = join(path, file);
    writeWhole(target, content);
    return target;
  };
  return {
    path,
    write,
    close: () => closeSync(journal),
    abandon() {
      closeSync(journal);
      if (worthKeeping) return;
      clear();
      if (created && readdirSync(path).length === 0) rmdirSync(path);
    },
    observer: {
      steps: ({ variant, learningRate, seed }, steps) =>
        note(
          steps.map(({ step, epoch, logs }) => ({
            kind: "step",
            variant,
            learningRate,
            seed,
            step,
            epoch,
            ...logs,
          })),
        ),
      epoch: ({ variant, learningRate, seed }, epoch) =>
        note([{ kind: "epoch", variant, learningRate, seed, ...epoch }]),
      probe: ({ variant, learningRate, seed }, probe) =>
        note([{ kind: "probe", variant, learningRate, seed, ...probe }]),
      runEnds: ({ variant, learningRate, seed, outcome, reason }) => {
        worthKeeping = true;
        note([{ kind: "end", variant, learningRate, seed, outcome, ...(reason && { reason }) }]);
      },
      model: (run, bytes) => {
        write(join("models", `${armName(run, settings)}.onnx`), bytes);
      },
    },
  };
}

/** Whether a file in a run's folder is the run's, whole or not. */
function isOwn(file: string): boolean {
  return contents.includes(file.replace(unfinished, ""));
}

/** The path itself, or else the innermost folder (or file) around it that exists. */
function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

/** Local date and time as a folder's name: `2026-03-01_14-05-09`. */
function timestamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${date}_${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("-")}`;
}
