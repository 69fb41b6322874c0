import { cifar10, type Dataset, fashionMnist, mnist, type TrainTest, take, tensor } from "evenkeel";

/** A data set, or the front of one. */
export interface DataSettings {
  name: "mnist" | "fashion-mnist" | "cifar10";
  /** Examples to learn from. Default all. */
  train?: number;
  /** Examples to test on. Default all. */
  test?: number;
  /** Pixels of 0 or 1, 1 from half brightness on: the input of Ioffe & Szegedy's MNIST experiment. Default false. */
  binary?: boolean;
}

const readers = { mnist, "fashion-mnist": fashionMnist, cifar10 };

/** Each is read once in a process. */
const read = new Map<string, Promise<TrainTest>>();

/**
 * Reads a data set: images of uint8 and labels.
 *
 * @throws Error when it is not on this machine, saying how to fetch it.
 */
export async function load({ name, train, test, binary = false }: DataSettings): Promise<TrainTest> {
  const whole = read.get(name) ?? readers[name]();
  read.set(name, whole);
  const data = await whole;
  const part = (dataset: Dataset, count: number | undefined) => {
    const taken = count === undefined ? dataset : take(dataset, Math.min(count, dataset.x.shape[0]!));
    return binary ? binarized(taken) : taken;
  };
  return { train: part(data.train, train), test: part(data.test, test) };
}

function binarized(dataset: Dataset): Dataset {
  const pixels = (dataset.x.data as Uint8Array).map((value) => (value >= 128 ? 1 : 0));
  return { ...dataset, x: tensor(pixels, dataset.x.shape) };
}
