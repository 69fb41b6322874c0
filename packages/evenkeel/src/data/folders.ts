import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { shown } from "../options/known.js";
import { readUnpacked } from "./bytes.js";
import type { DatasetCopy } from "./copy.js";
import { type DatasetName, type PublishedDataset, publishedDataset } from "./published.js";

// In a bundle for browsers, folders.browser.ts takes the place of this module.

/** A folder that a data set is looked for in, and what of it is there. */
export interface DatasetPlace {
  /** Where the files are, or where they would be. */
  readonly folder: string;
  /** Why it is looked at: the option `folder`, an environment variable, the cache, a package. */
  readonly origin: string;
  /** The files that are not there; none when the data set is complete. */
  readonly missing: readonly string[];
  /** The files' size together. */
  readonly bytes: number;
  /** Bytes that an interrupted download has left, to be gone on from. */
  readonly unfinished: number;
}

/**
 * The folder into which `fetchDataset` puts a data set, and where it is looked for:
 * `$XDG_CACHE_HOME/evenkeel/<name>` or `~/.cache/evenkeel/<name>`, on macOS `~/Library/Caches/evenkeel/<name>`,
 * on Windows `%LOCALAPPDATA%\evenkeel\<name>`. The environment variable `EVENKEEL_CACHE` replaces what is before
 * the name.
 */
export function cacheFolder(name: DatasetName): string {
  return cacheOf(publishedDataset(name));
}

/**
 * Where a data set is looked for, in that order, and what is there. The first complete place is read.
 *
 * @param folder what the option of this name was given; nothing else is looked at then. Default: none.
 * @throws RangeError for a name that is no published data set's.
 */
export function datasetPlaces(name: DatasetName, folder?: string): DatasetPlace[] {
  return placesOf(publishedDataset(name), folder);
}

/**
 * The files of a data set, from the first folder that is complete; see `folderOf`.
 *
 * @throws Error when there is none.
 */
export async function copyOf(dataset: PublishedDataset, given?: string): Promise<DatasetCopy> {
  const folder = folderOf(dataset, given);
  const file = (path: string) => ({ path, bytes: sizeAt(path)!, read: () => readUnpacked(path) });
  return {
    files: dataset.files.map((name) => file(fileIn(folder, name, dataset)!)),
    optional(name) {
      const path = fileIn(folder, name, dataset);
      return path === undefined ? undefined : file(path);
    },
  };
}

/**
 * The folder of a data set's files: the first that is complete of the one given, or else the one that the data
 * set's environment variable names, or else the cache and the package that ships it.
 *
 * @throws Error when there is none, saying what is missing, where it was looked for, and how to get it.
 */
export function folderOf(dataset: PublishedDataset, given?: string): string {
  const places = placesOf(dataset, given);
  const complete = places.find(({ missing }) => missing.length === 0);
  if (complete) return complete.folder;
  const { name, title, variable } = dataset;
  const [option, argument] =
    given === undefined ? ["", ""] : [` --folder ${given}`, `, { folder: "${given}" }`];
  throw new Error(
    `${title}: no complete copy was found. Looked in ${places.map((place) => described(place, dataset)).join("; ")}. ` +
      `Run "evenkeel data fetch ${name}${option}" or call fetchDataset("${name}"${argument}), or say where the files ` +
      `are: { folder } or ${variable}.`,
  );
}

/** The path of one of a data set's files in a folder, packed or not; undefined when it is not there. */
function fileIn(folder: string, file: string, { archive }: PublishedDataset): string | undefined {
  const path = join(folder, file);
  const candidates = archive ? [path] : [`${path}.gz`, path];
  return candidates.find((candidate) => sizeAt(candidate) !== undefined);
}

/** The folder that a data set is fetched into and looked for in first, and why it is that. */
export function firstFolder(dataset: PublishedDataset, given?: string): { folder: string; origin: string } {
  if (given !== undefined) {
    if (typeof given === "string" && given !== "") return { folder: resolve(given), origin: "{ folder }" };
    throw new TypeError(`${dataset.title}: expected the path of a folder, got ${shown(given)}.`);
  }
  // An empty variable counts as unset, as in shells.
  const named = process.env[dataset.variable];
  if (named) return { folder: resolve(named), origin: dataset.variable };
  return { folder: cacheOf(dataset), origin: "cache" };
}

/** What of a data set a folder holds, itself or in the folder that the archive unpacks to. */
export function placeIn(folder: string, origin: string, dataset: PublishedDataset): DatasetPlace {
  const { archive, downloads, files } = dataset;
  const unfinished = downloads.reduce(
    (sum, { file }) => sum + (sizeAt(partialOf(join(folder, file))) ?? 0),
    0,
  );
  const [best] = [folder, ...(archive ? [join(folder, archive.folder)] : [])]
    .map((inner) => {
      const paths = files.map((file) => fileIn(inner, file, dataset));
      return {
        folder: inner,
        origin,
        missing: files.filter((_, index) => paths[index] === undefined),
        bytes: paths.reduce((sum, path) => sum + (path ? sizeAt(path)! : 0), 0),
        unfinished,
      };
    })
    .sort((a, b) => a.missing.length - b.missing.length);
  return best!;
}

/** The name of a file while it is being downloaded. */
export function partialOf(path: string): string {
  return `${path}.partial`;
}

/** The folder of all caches of a user, by the conventions of the system. */
export function userCache(
  platform: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return environment.LOCALAPPDATA || join(home, "AppData", "Local");
  const named = environment.XDG_CACHE_HOME;
  // The specification of these folders asks for a relative path to be ignored.
  return named && isAbsolute(named) ? named : join(home, ".cache");
}

function cacheOf({ name }: PublishedDataset): string {
  const named = process.env.EVENKEEL_CACHE;
  return join(
    named ? resolve(named) : join(userCache(process.platform, process.env, homedir()), "evenkeel"),
    name,
  );
}

function placesOf(dataset: PublishedDataset, given?: string): DatasetPlace[] {
  const first = firstFolder(dataset, given);
  const places = [placeIn(first.folder, first.origin, dataset)];
  // Whoever names a folder wants that one: nothing else may silently take its place.
  if (first.origin !== "cache") return places;
  const shipped = shippedFolder(dataset);
  return shipped ? [...places, placeIn(shipped, dataset.shipped!.by, dataset)] : places;
}

/** Undefined when no package ships the data set, or it is not installed. */
function shippedFolder({ shipped }: PublishedDataset): string | undefined {
  if (!shipped?.npm) return shipped?.folder;
  try {
    const description = createRequire(import.meta.url).resolve(`${shipped.npm}/package.json`);
    return join(dirname(description), shipped.folder);
  } catch {
    return undefined;
  }
}

function described(
  { folder, origin, missing, unfinished }: DatasetPlace,
  { files }: PublishedDataset,
): string {
  const where = `${folder} (${origin})`;
  if (missing.length < files.length) return `${where}: missing ${missing.join(", ")}`;
  if (unfinished > 0) return `${where}: a download that was interrupted`;
  return existsSync(folder) ? `${where}: none of ${files.join(", ")}` : `${where}: there is no such folder`;
}

/** The bytes of a file; undefined when there is none. */
function sizeAt(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const found = statSync(path);
  return found.isFile() ? found.size : undefined;
}
