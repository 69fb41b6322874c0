import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect } from "vitest";
import { temporaryFolder } from "../../../testing/temporary-folder.js";
import { type PublishedDataset, published } from "../../published.js";
import { type Fetched, type FetchOptions, type FetchProgress, fetchPublished } from "../fetch.js";
import { archiveOf, cifarFiles, publishedAs } from "./datasets.js";
import { type FileServer, fileServer } from "./server.js";

/** The archive's name. */
export const archive = "cifar-10-binary.tar.gz";

/** The folder in it. */
export const inner = "cifar-10-batches-bin";

/** The files in it: about a third of a megabyte. */
export const files = cifarFiles();

/** CIFAR-10, but smaller, on a server of this machine, and a folder to fetch it into. */
export interface ServedCifar {
  readonly server: FileServer;
  /** A new one, not yet there, for each test. */
  folder: string;
  /** What is published; before each test, the archive of `files`. */
  dataset: PublishedDataset;
  /** The archive of `files`. */
  packed: Uint8Array;
  /** Serves and publishes another archive. */
  publish(packed: Uint8Array): void;
  fetch(options?: FetchOptions): Promise<Fetched>;
  /** The message of a fetch that fails. */
  failure(options?: FetchOptions): Promise<string>;
  /** The same of one whose connection breaks behind so many bytes. */
  brokenBehind(bytes: number): Promise<string>;
  /** What is in the folder, sorted. */
  names(...path: string[]): string[];
  /** What there is of the archive. */
  partial(): Buffer;
  /** Fails unless everything is in the folder as it should be, and nothing else. */
  expectWhole(): void;
}

export function servedCifar(): ServedCifar {
  const root = temporaryFolder();
  let folders = 0;
  const served: ServedCifar = {
    server: fileServer(),
    folder: "",
    dataset: published.cifar10,
    packed: new Uint8Array(),
    publish(packed) {
      served.server.files.set(archive, packed);
      served.dataset = publishedAs(published.cifar10, served.server.url, new Map([[archive, packed]]));
    },
    fetch: (options) => fetchPublished(served.dataset, { folder: served.folder, ...options }),
    failure: (options) =>
      served.fetch(options).then(
        () => expect.unreachable("the fetch should have failed"),
        (error: Error) => error.message,
      ),
    async brokenBehind(bytes) {
      const { server } = served;
      server.stallAfter = bytes;
      let first: number | undefined;
      const onProgress = ({ done }: FetchProgress) => {
        first ??= done;
        if (done === first + bytes) server.breakConnections();
      };
      const message = await served.failure({ onProgress });
      server.stallAfter = Number.POSITIVE_INFINITY;
      server.requests = [];
      return message;
    },
    names: (...path) => readdirSync(join(served.folder, ...path)).sort(),
    partial: () => readFileSync(join(served.folder, `${archive}.partial`)),
    expectWhole() {
      expect(served.names()).toEqual([inner]);
      expect(served.names(inner)).toEqual([...files.keys()].sort());
      for (const [file, bytes] of files) {
        expect(readFileSync(join(served.folder, inner, file)).equals(bytes)).toBe(true);
      }
    },
  };
  beforeAll(async () => {
    served.packed = await archiveOf(files);
  });
  beforeEach(() => {
    served.folder = join(root, `${folders++}`);
    served.publish(served.packed);
  });
  return served;
}
