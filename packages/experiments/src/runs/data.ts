import {
  cifar10,
  type Dataset,
  type DatasetName,
  fashionMnist,
  mnist,
  type TrainTest,
  take,
  tensor,
} from "evenkeel";

/** A data set, or the front of one. */
export interface DataSettings {
  name: DatasetName;
  /** Examples to learn from. Default all. */
  train?: number;
  /** Examples to test on. Default all. */
  test?: number;
  /** Pixels of 0 or 1, 1 from half brightness on: the input of Ioffe & Szegedy's MNIST experiment. Default false. */
  binary?: boolean;
}

/**
 * Gives a data set: at least as many of its first examples as the settings ask for, or all that there are. What the
 * settings say beside that is none of its business.
 *
 * @throws Error when the data set, or so much of it, cannot be had.
 */
export type DataSource = (settings: DataSettings) => Promise<TrainTest>;

export const datasetNames: readonly DatasetName[] = ["mnist", "fashion-mnist", "cifar10"];

/**
 * The data sets that an experiment's settings name, each once, whatever they are called there: a data set is an object
 * with the name of one.
 */
export function datasetsIn(settings: unknown): DatasetName[] {
  if (typeof settings !== "object" || settings === null) return [];
  const { name } = settings as { name?: unknown };
  const own = datasetNames.filter((known) => known === name);
  return [...new Set([...own, ...Object.values(settings).flatMap(datasetsIn)])];
}

const readers = { mnist, "fashion-mnist": fashionMnist, cifar10 };

/** Each is read once in a process. */
const read = new Map<string, Promise<TrainTest>>();

/**
 * Reads a data set: images of uint8 and labels.
 *
 * @param context its `source` gives the data set. Default: the files on this machine.
 * @throws what the source says; by default, how to fetch a data set that is not on this machine.
 */
export async function load(
  settings: DataSettings,
  { source = onThisMachine }: { source?: DataSource } = {},
): Promise<TrainTest> {
  const { train, test, binary = false } = settings;
  const data = await source(settings);
  const part = (dataset: Dataset, count: number | undefined) => {
    const taken = count === undefined ? dataset : take(dataset, Math.min(count, dataset.x.shape[0]!));
    return binary ? binarized(taken) : taken;
  };
  return { train: part(data.train, train), test: part(data.test, test) };
}

async function onThisMachine({ name }: DataSettings): Promise<TrainTest> {
  const whole = read.get(name) ?? readers[name]();
  read.set(name, whole);
  return whole;
}

function binarized(dataset: Dataset): Dataset {
  const pixels = (dataset.x.data as Uint8Array).map((value) => (value >= 128 ? 1 : 0));
  return { ...dataset, x: tensor(pixels, dataset.x.shape) };
}
