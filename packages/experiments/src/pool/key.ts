import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { stableJson } from "../runs/json.js";
import type { Run } from "../runs/run.js";

/** The version of the library that runs are done with. */
export const evenkeelVersion = (
  createRequire(import.meta.url)("evenkeel/package.json") as { version: string }
).version;

/** All that decides what a run gives. */
export interface RunIdentity extends Pick<Run<unknown>, "experiment" | "settings"> {
  /** Of the experiment. */
  revision: number;
  seed: number;
  /** What executes it, an execution provider of ONNX Runtime. Default `cpu`. */
  device?: string;
  /** The version of the library. Default: the one that is here. */
  evenkeel?: string;
}

/** The key of a run: 20 hex digits of the SHA-256 of what decides its result. Equal runs of two claims have one. */
export function keyOf({
  experiment,
  revision,
  settings,
  seed,
  device = "cpu",
  evenkeel = evenkeelVersion,
}: RunIdentity): string {
  const elsewhere = device === "cpu" ? [] : [device];
  return digest(stableJson([experiment, revision, settings, seed, evenkeel, ...elsewhere])).slice(0, 20);
}

/** The SHA-256 of a text as hex digits. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
