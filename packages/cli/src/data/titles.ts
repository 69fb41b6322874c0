import type { DatasetName } from "evenkeel";

/** The data sets that can be fetched, by the names they have on the command line, with those people read. */
export const titles: Readonly<Record<DatasetName, string>> = {
  cifar10: "CIFAR-10",
  mnist: "MNIST",
  "fashion-mnist": "Fashion-MNIST",
};
