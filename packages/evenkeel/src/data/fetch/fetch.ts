import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../../files/lock.js";
import { requireKnown } from "../../options/known.js";
import { firstFolder, partialOf, placeIn } from "../folders.js";
import {
  type DatasetName,
  type PublishedDataset,
  type PublishedFile,
  publishedDataset,
} from "../published.js";
import { discard, download, type FetchStep, md5Of, type Report } from "./download.js";
import { type Source, sourceOf } from "./source.js";
import { unpack } from "./unpack.js";

// In a bundle for browsers, fetch.browser.ts takes the place of this module.

/** How far a fetch is. */
export interface FetchProgress {
  /** The file that it is at. */
  readonly file: string;
  /** The address or path that the file comes from. */
  readonly source: string;
  readonly step: FetchStep;
  /** Bytes of the file that are through this step. More than 0 at first where an earlier download goes on. */
  readonly done: number;
  /** Bytes of the file. */
  readonly total: number;
}

/** Where to fetch a data set from and to. */
export interface FetchOptions {
  /**
   * Folder to put it into. Default: where it is looked for first, the folder that the data set's environment
   * variable names, or else the cache (`cacheFolder`).
   */
  folder?: string;
  /**
   * Another place to take the files from: address (http or https) or path of a folder that has them under their
   * official names; for CIFAR-10 also of the archive itself. Default: the official one.
   */
  from?: string | URL;
  /** Fetch what is complete already, too. Default false. */
  force?: boolean;
  /** Stops the fetch. What came is kept, and the next fetch goes on from there. */
  signal?: AbortSignal;
  /** Told at every piece that comes. */
  onProgress?: (progress: FetchProgress) => void;
}

/** What a fetch has done. */
export interface Fetched {
  /** The folder of the data set's files. */
  readonly folder: string;
  /** Whether something was fetched; false when the data set was complete already. */
  readonly fetched: boolean;
}

/**
 * Fetches a data set from its official source, checks it against the published size and MD5, and unpacks it where
 * `cifar10`, `mnist` and `fashionMnist` look for it. An interrupted download is gone on from. No file ever has its
 * final name before it is whole.
 *
 * @param name `"cifar10"`, `"mnist"` or `"fashion-mnist"`.
 * @throws Error when the source can't be reached, has another file, or the disk is full: what happened, what is
 * kept, and what to do. The signal's reason when it is aborted.
 */
export async function fetchDataset(name: DatasetName, options: FetchOptions = {}): Promise<Fetched> {
  const known = { folder: true, from: true, force: true, signal: true, onProgress: true } as const;
  return fetchPublished(publishedDataset(name), requireKnown("fetchDataset", options, known));
}

/** Fetches a data set that need not be one of the known. */
export async function fetchPublished(dataset: PublishedDataset, options: FetchOptions): Promise<Fetched> {
  const { from = dataset.url, force = false, signal } = options;
  const { folder, origin } = firstFolder(dataset, options.folder);
  const before = placeIn(folder, origin, dataset);
  if (before.missing.length === 0 && !force) return { folder: before.folder, fetched: false };
  // Whoever asks to replace a complete copy wants it replaced where it is.
  const target = before.missing.length === 0 ? before.folder : join(folder, dataset.archive?.folder ?? "");
  const downloads = dataset.downloads.filter(
    ({ file }) => force || dataset.archive || before.missing.includes(file.replace(/\.gz$/, "")),
  );
  const only = dataset.downloads.length === 1;
  const sources: Source[] = [];
  for (const published of downloads) {
    const source = await sourceOf(from, published.file, only);
    sources.push(withAdvice(source, published, folder, dataset));
  }
  signal?.throwIfAborted();
  try {
    await withLock(join(folder, ".fetching"), `Fetching ${dataset.title} into ${folder}`, async () => {
      for (const [index, published] of downloads.entries()) {
        await fetchFile(sources[index]!, published, { folder, target }, dataset, options);
      }
    });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause;
  }
  return { folder: placeIn(folder, origin, dataset).folder, fetched: true };
}

/** Downloads a file, and unpacks it where it is an archive. */
async function fetchFile(
  source: Source,
  published: PublishedFile,
  { folder, target }: { folder: string; target: string },
  { archive, files }: PublishedDataset,
  { force, signal, onProgress }: FetchOptions,
): Promise<void> {
  const { file, bytes } = published;
  const path = join(folder, file);
  const partial = partialOf(path);
  const report: Report = (step, done, total) =>
    onProgress?.({ file, source: source.name, step, done, total });
  // An archive that someone has put there is used, and stays.
  const byHand = archive && !force && existsSync(path);
  if (byHand) await requirePublished(path, published, report, signal);
  else await download(source, partial, published, report, signal);
  if (archive) {
    const unpacked = (read: number) => report("unpack", read, bytes);
    await unpack(byHand ? path : partial, { ...archive, files }, target, unpacked, signal);
  } else await rename(partial, path);
  await discard(partial);
}

/** Refuses a file that someone has put there, when it is not the published one. */
async function requirePublished(
  path: string,
  { bytes, md5 }: PublishedFile,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  report("check", bytes, bytes);
  const found = await md5Of(path, signal);
  if (found === md5) return;
  throw new Error(
    `${path} is there, but is not the published file: its MD5 is ${found}, expected ${md5}. Remove it and run the ` +
      "same again.",
  );
}

/** The same source, saying what else can be done where it has not got the file or can't be reached. */
function withAdvice(
  source: Source,
  { file }: PublishedFile,
  folder: string,
  { title, url }: PublishedDataset,
): Source {
  return {
    name: source.name,
    async open(kept, signal) {
      try {
        return await source.open(kept, signal);
      } catch (cause) {
        throw new Error(
          `${title}: ${(cause as Error).message}. Name another source (from; on the command line, --from), or get ${url}/${file} in another way, ` +
            `put it into ${folder}, and run the same again.`,
          { cause },
        );
      }
    },
  };
}
