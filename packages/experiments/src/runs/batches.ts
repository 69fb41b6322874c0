import { type Dataset, shuffle, type Tensor, tensor } from "evenkeel";
import { batchAt } from "../probes/batch.js";
import type { Batch } from "../probes/weight-space.js";

/**
 * So many batches of the examples in random order, at most as many as there are without repeating an example.
 *
 * @throws RangeError when the examples do not fill a batch.
 */
export function randomBatches(
  data: Dataset,
  { size, count, seed }: { size: number; count: number; seed: number },
): Batch[] {
  const examples = data.x.shape[0]!;
  if (examples < size) {
    throw new RangeError(`${data.name} has ${examples} examples, which do not fill a batch of ${size}.`);
  }
  const shuffled = shuffle(data, seed);
  const batches = Math.min(count, Math.floor(examples / size));
  return Array.from({ length: batches }, (_, batch) => batchAt(shuffled, batch * size, size));
}

/** Steps of an epoch that leaves out what fills no batch. Fewer examples than a batch are one smaller batch. */
export function stepsPerEpoch(examples: number, batchSize: number): number {
  return Math.max(1, Math.floor(examples / batchSize));
}

/** Epochs for a training that is ended after so many steps: more than they take. */
export function epochsFor(steps: number, examples: number, batchSize: number): number {
  return Math.ceil(steps / stepsPerEpoch(examples, batchSize)) + 1;
}

/** The same examples over and over. Where all of them are one batch, they make an epoch of many steps. */
export function repeated({ shape: [count = 0, ...rest], data }: Tensor, times: number): Tensor<"float32"> {
  const values = new Float32Array(data.length * times);
  for (let time = 0; time < times; time++) values.set(data as Float32Array, time * data.length);
  return tensor(values, [count * times, ...rest]);
}
