/** A number of batches of one size, one after another. */
export interface Segment {
  batchSize: number;
  steps: number;
}

/** What becomes of the examples that do not fill a batch at the end of an epoch. */
export type LastBatch = "keep" | "drop";

/**
 * The batches of an epoch.
 *
 * A lone example at the end joins the batch before it where a batch of one cannot be trained on: batch
 * normalization has nothing to average over there.
 *
 * @param oneIsTooFew whether the model cannot train on one example.
 */
export function planEpoch(
  examples: number,
  batchSize: number,
  lastBatch: LastBatch,
  oneIsTooFew: () => boolean,
): Segment[] {
  const size = Math.min(batchSize, examples);
  const full = Math.floor(examples / size);
  const left = examples % size;
  const segments: Segment[] = [{ batchSize: size, steps: full }];
  if (left > 1 && lastBatch === "keep") segments.push({ batchSize: left, steps: 1 });
  if (left === 1 && lastBatch === "keep") {
    if (oneIsTooFew()) {
      segments[0]!.steps -= 1;
      segments.push({ batchSize: size + 1, steps: 1 });
    } else {
      segments.push({ batchSize: 1, steps: 1 });
    }
  }
  return segments.filter(({ steps }) => steps > 0);
}

/** A stretch of an epoch's batches that are of one size and run together. */
export interface Stretch {
  batchSize: number;
  steps: number;
  /** Where its first example stands in the epoch's order. */
  firstExample: number;
}

/** The next stretch of at most `limit` batches after `batch` batches of the epoch; undefined at its end. */
export function nextStretch(segments: readonly Segment[], batch: number, limit: number): Stretch | undefined {
  let before = 0;
  let firstExample = 0;
  for (const { batchSize, steps } of segments) {
    if (batch < before + steps) {
      const done = batch - before;
      return {
        batchSize,
        steps: Math.min(limit, steps - done),
        firstExample: firstExample + done * batchSize,
      };
    }
    before += steps;
    firstExample += steps * batchSize;
  }
  return undefined;
}
