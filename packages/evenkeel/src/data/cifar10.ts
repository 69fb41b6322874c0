import { requireKnown } from "../options/known.js";
import { copyRecords, countRecords, type LabelledImages, roomFor } from "./cifar10-records.js";
import type { DatasetCopy, DatasetFile } from "./copy.js";
import type { TrainTest } from "./dataset.js";
import { copyOf } from "./folders.js";
import { published } from "./published.js";

/** Where to read CIFAR-10 from. */
export interface Cifar10Options {
  /**
   * Folder of the binary version's files, `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or of the
   * folder `cifar-10-batches-bin` that holds them. Default: the environment variable `EVENKEEL_CIFAR10`, else the
   * cache, into which `fetchDataset("cifar10")` puts them. In a browser the address of the folder with the files, which
   * has no default.
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
  const copy = await copyOf(published.cifar10, options.folder);
  const classes = await classesOf(copy);
  const train = await readRecords(copy.files.slice(0, -1));
  const test = await readRecords(copy.files.slice(-1));
  return {
    train: { name: "CIFAR-10 train", ...train, classes },
    test: { name: "CIFAR-10 test", ...test, classes },
  };
}

/** The examples of several files, one file after another: only one is in memory beside the result. */
async function readRecords(files: readonly DatasetFile[]): Promise<LabelledImages> {
  const sizes = files.map(({ bytes, path }) => countRecords(bytes, path));
  const examples = roomFor(sizes.reduce((sum, count) => sum + count, 0));
  let start = 0;
  for (const [index, { path, read }] of files.entries()) {
    copyRecords(await read(), examples, start, path);
    start += sizes[index]!;
  }
  return examples;
}

/** The names in `batches.meta.txt`, one a line; the official ones where there is no such file. */
async function classesOf(copy: DatasetCopy): Promise<readonly string[]> {
  const file = copy.optional("batches.meta.txt");
  if (!file) return objects;
  const lines = new TextDecoder().decode(await file.read()).split("\n");
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (names.length === objects.length) return names;
  throw new Error(
    `${file.path}: expected the names of ${objects.length} classes, one a line, found ${names.length}. ` +
      "Mend or remove the file: without it the classes have CIFAR-10's names.",
  );
}
