import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { requireKnown } from "../options/known.js";
import { copyRecords, countRecords, type LabelledImages, roomFor } from "./cifar10-records.js";
import type { TrainTest } from "./dataset.js";
import { readBytes } from "./files.js";
import { folderOf } from "./folders.js";
import { published } from "./published.js";

/** Where to read CIFAR-10 from. */
export interface Cifar10Options {
  /**
   * Folder of the binary version's files, `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or of the
   * folder `cifar-10-batches-bin` that holds them. Default: the environment variable `EVENKEEL_CIFAR10`, else the
   * cache, into which `fetchDataset("cifar10")` puts them.
   */
  folder?: string;
}

const objects = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/**
 * Small photographs of ten kinds of things (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
 * 2009): 50000 training and 10000 test images. Files with any other whole number of records are read too, so that
 * a part of the data set or data in its format can be used. Where a file `batches.meta.txt` is beside them, the
 * classes have the names in it.
 *
 * @param options.folder default: `EVENKEEL_CIFAR10`, else the cache.
 * @returns images uint8 [N, 3, 32, 32], channels first: red, green, blue; labels uint8 [N], 0 to 9.
 * @throws Error when a file is missing, cut off or damaged, saying where it was looked for and how to get it.
 */
export async function cifar10(options: Cifar10Options = {}): Promise<TrainTest> {
  requireKnown("cifar10", options, { folder: true });
  const folder = folderOf(published.cifar10, options.folder);
  const paths = published.cifar10.files.map((file) => join(folder, file));
  const classes = await classesIn(folder);
  const train = await readRecords(paths.slice(0, -1));
  const test = await readRecords(paths.slice(-1));
  return {
    train: { name: "CIFAR-10 train", ...train, classes },
    test: { name: "CIFAR-10 test", ...test, classes },
  };
}

/** The examples of several files, one file after another: only one is in memory beside the result. */
async function readRecords(paths: readonly string[]): Promise<LabelledImages> {
  const sizes = await Promise.all(paths.map(async (path) => countRecords((await stat(path)).size, path)));
  const examples = roomFor(sizes.reduce((sum, count) => sum + count, 0));
  let start = 0;
  for (const [index, path] of paths.entries()) {
    copyRecords(await readBytes(path), examples, start, path);
    start += sizes[index]!;
  }
  return examples;
}

/** The names in `batches.meta.txt`, one a line; the official ones where there is no such file. */
async function classesIn(folder: string): Promise<readonly string[]> {
  const path = join(folder, "batches.meta.txt");
  if (!existsSync(path)) return objects;
  const lines = new TextDecoder().decode(await readBytes(path)).split("\n");
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (names.length === objects.length) return names;
  throw new Error(
    `${path}: expected the names of ${objects.length} classes, one a line, found ${names.length}. ` +
      "Mend or remove the file: without it the classes have CIFAR-10's names.",
  );
}
