import { shown } from "../options/known.js";
import { readUnpacked } from "./bytes.js";
import type { DatasetCopy, DatasetFile } from "./copy.js";
import type { DatasetPlace } from "./folders.js";
import type { DatasetName, PublishedDataset } from "./published.js";

/** @throws Error always: a page has no folders. */
export function cacheFolder(_name: DatasetName): string {
  throw new Error("cacheFolder: a page has no folders. Data sets are fetched from { folder }, an address.");
}

/** @throws Error always: a page has no folders. */
export function datasetPlaces(_name: DatasetName, _folder?: string): DatasetPlace[] {
  throw new Error("datasetPlaces: a page has no folders. Data sets are fetched from { folder }, an address.");
}

/**
 * The files of a data set, fetched from a server.
 *
 * @param folder address of the folder that has them, under their official names.
 * @throws Error when it is not given, or a file cannot be fetched.
 */
export async function copyOf(dataset: PublishedDataset, folder?: string): Promise<DatasetCopy> {
  const { title, name, files } = dataset;
  if (typeof folder !== "string" || folder === "") {
    throw new Error(
      `${title}: in a page, say where its files are served: { folder: "https://…/${name}" }, got ${shown(folder)}.`,
    );
  }
  const base = folder.replace(/\/+$/, "");
  return {
    files: await Promise.all(files.map((file) => fetched(`${base}/${file}`, dataset))),
    // To ask for what need not be there would put an error in the console.
    optional: () => undefined,
  };
}

/** A file that is on the server as it is, or packed as `.gz`, as data sets of single files are offered. */
async function fetched(address: string, { archive }: PublishedDataset): Promise<DatasetFile> {
  const file = (path: string, content: Uint8Array): DatasetFile => ({
    path,
    bytes: content.length,
    read: async () => content,
  });
  if (archive) return file(address, await readUnpacked(address));
  const packed = `${address}.gz`;
  try {
    return file(packed, await readUnpacked(packed));
  } catch (first) {
    try {
      return file(address, await readUnpacked(address));
    } catch (second) {
      const reasons = [first, second].map((cause) => (cause as Error).message).join("; ");
      throw new Error(`${reasons}.`, { cause: second });
    }
  }
}
