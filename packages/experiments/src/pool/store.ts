import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stableJson } from "../runs/json.js";
import { digest, evenkeelVersion, keyOf, type RunIdentity } from "./key.js";
import type { PlannedRun } from "./plan.js";
import { requireWritable, writeWhole } from "./whole-file.js";

/** A run that has been done. */
export interface FinishedRun {
  /** How long it took. */
  seconds: number;
  /** Plain data. */
  result: unknown;
}

/** Keeps finished runs. */
export interface Store {
  /**
   * Sees that runs can be kept, and removes what processes that were killed have left half written.
   *
   * @throws Error when nothing can be written there.
   */
  prepare(): void;
  /** @returns undefined when the run has not been done, or its file is damaged. */
  read(run: Pick<PlannedRun, "key">): FinishedRun | undefined;
  /**
   * Keeps a run. @param result as JSON.
   *
   * @throws Error when the file cannot be written; there is no part of it then.
   */
  write(run: PlannedRun, seconds: number, result: string): void;
  /** The file that keeps how far a long run is, which is no longer needed when it is finished. */
  checkpointOf(run: Pick<PlannedRun, "key">): string;
}

/** The file of a finished run. */
interface RunFile extends RunIdentity, FinishedRun {
  key: string;
  /** The SHA-256 of the result's JSON. */
  sha256: string;
}

/** Writing a file takes seconds: one that has been half written for so long is nobody's, milliseconds. */
const abandonedAfter = 10 * 60_000;

/**
 * A store of one JSON file for each run, `<key>.json`, and a folder `unfinished` for those under way. Nothing is
 * written before it is prepared or the first run is kept.
 *
 * @param warn is told of damaged files, once for each.
 */
export function openStore(folder: string, warn: (message: string) => void = console.warn): Store {
  const warned = new Set<string>();
  const damaged = (path: string, why: string) => {
    if (!warned.has(path)) warn(`${path} is damaged (${why}); its run is done again.`);
    warned.add(path);
    return undefined;
  };
  const unfinished = join(folder, "unfinished");
  const checkpointOf = ({ key }: Pick<PlannedRun, "key">) => join(unfinished, `${key}.checkpoint`);
  const removeAbandoned = (startingWith = "") => {
    for (const inside of [folder, unfinished]) {
      for (const name of namesIn(inside)) {
        const path = join(inside, name);
        if (name.startsWith(startingWith) && halfWritten.test(name) && isAbandoned(path))
          rmSync(path, { force: true });
      }
    }
  };
  return {
    checkpointOf,
    prepare() {
      requireWritable(folder);
      removeAbandoned();
    },
    read({ key }) {
      const path = join(folder, `${key}.json`);
      const text = textOf(path);
      if (text === undefined) return undefined;
      let file: RunFile;
      try {
        file = JSON.parse(text);
      } catch {
        return damaged(path, "it is no JSON, or a part of it");
      }
      if (!isWhole(file, key)) return damaged(path, "its content does not match its key and checksum");
      return { seconds: file.seconds, result: file.result };
    },
    write({ key, experiment, revision, settings, seed, device }, seconds, result) {
      const identity = { experiment, revision, settings, seed, device, evenkeel: evenkeelVersion };
      const head = stableJson({ key, ...identity, seconds, sha256: digest(normal(JSON.parse(result))) });
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${key}.json`);
      writeWhole(path, `${head.slice(0, -1)},"result":${result}}\n`);
      warned.delete(path);
      rmSync(checkpointOf({ key }), { force: true });
      removeAbandoned(key);
    },
  };
}

/** The temporary names of a run's file and of a checkpoint. */
const halfWritten = /^[0-9a-f]{20}\.(json\.\d+\.part|checkpoint\..+\.tmp)$/;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

function isAbandoned(path: string): boolean {
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && Date.now() - changed > abandonedAfter;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** One text for all JSON that differs in spaces only. */
const normal = (value: unknown) => JSON.stringify(value);

/** Whether the file is what was written: its key belongs to what it says of the run, and the result is unchanged. */
function isWhole(file: RunFile | null, key: string): boolean {
  if (typeof file !== "object" || file === null || file.result === undefined) return false;
  return keyOf(file) === key && Number.isFinite(file.seconds) && digest(normal(file.result)) === file.sha256;
}
