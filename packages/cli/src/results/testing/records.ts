import type { RunRecord } from "../../compare/records.js";
import type { Settings } from "../../compare/settings.js";
import type { VariantName } from "../../compare/variants.js";

/** Settings of a comparison that nobody ran. */
export const settings: Settings = {
  dataset: "mnist",
  variants: ["none", "before"],
  optimizer: "sgd",
  learningRates: [0.1],
  seeds: [1, 2, 3],
  epochs: 3,
  batchSize: 128,
  hidden: [300, 100],
  activation: "relu",
  target: 0.97,
  device: "cpu",
};

/** A training that went as told. @param accuracies on the test set, after each epoch. */
export function run(
  variant: VariantName,
  seed: number,
  accuracies: readonly number[],
  { epochSeconds = 1, learningRate = 0.1, ...rest }: Partial<RunRecord> & { epochSeconds?: number } = {},
): RunRecord {
  return {
    variant,
    learningRate,
    seed,
    outcome: "finished",
    parameters: { trainable: 10, nonTrainable: 0 },
    epochs: accuracies.map((accuracy, index) => ({
      epoch: index + 1,
      step: (index + 1) * 469,
      seconds: (index + 1) * epochSeconds,
      epochSeconds,
      train: { loss: 1 - accuracy, accuracy },
      test: { loss: 1 - accuracy, accuracy },
    })),
    trace: [],
    probes: [],
    ...rest,
  };
}

/** One training for each seed from 1; an offset for each keeps them from being equal. */
export function runs(
  variant: VariantName,
  accuracies: readonly number[],
  options: Parameters<typeof run>[3] & { offsets?: readonly number[] } = {},
): RunRecord[] {
  const { offsets = [0, 0.0004, -0.0003], ...rest } = options;
  return offsets.map((offset, index) =>
    run(
      variant,
      index + 1,
      accuracies.map((accuracy) => accuracy + offset),
      rest,
    ),
  );
}
