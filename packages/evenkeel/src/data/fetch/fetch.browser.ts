import type { DatasetName } from "../published.js";
import type { Fetched, FetchOptions } from "./fetch.js";

/** @throws Error always: a page has no folder to fetch into. */
export async function fetchDataset(name: DatasetName, _options: FetchOptions = {}): Promise<Fetched> {
  throw new Error(
    `fetchDataset("${name}"): a page has no folder to fetch into. Serve the files, and read them with { folder: "https://…" }.`,
  );
}
