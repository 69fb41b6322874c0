import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digest, evenkeelVersion, keyOf, type RunIdentity, stableJson } from "./key.js";
import type { PlannedRun } from "./plan.js";

/** A run that has been done. */
export interface FinishedRun {
  /** How long it took. */
  seconds: number;
  /** Plain data. */
  result: unknown;
}

/** Keeps finished runs. */
export interface Store {
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

/**
 * A store of one JSON file for each run, `<key>.json`, and a folder `unfinished` for those under way. Nothing is
 * written before the first run is kept.
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
  return {
    checkpointOf,
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
      // Two processes that test the same claims may finish the same run.
      const part = `${path}.${process.pid}.part`;
      try {
        writeFileSync(part, `${head.slice(0, -1)},"result":${result}}\n`);
        renameSync(part, path);
      } catch (cause) {
        rmSync(part, { force: true });
        throw cause;
      }
      warned.delete(path);
      rmSync(checkpointOf({ key }), { force: true });
    },
  };
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
