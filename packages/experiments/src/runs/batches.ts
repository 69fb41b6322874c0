import { type Dataset, shuffle } from "evenkeel";
import { batchAt } from "../probes/batch.js";
import type { Batch } from "../probes/weight-space.js";

/** So many batches of the examples in random order, at most as many as there are without repeating an example. */
export function randomBatches(
  data: Dataset,
  { size, count, seed }: { size: number; count: number; seed: number },
): Batch[] {
  const shuffled = shuffle(data, seed);
  const batches = Math.min(count, Math.floor(data.x.shape[0]! / size));
  return Array.from({ length: batches }, (_, batch) => batchAt(shuffled, batch * size, size));
}
