import type { ActivationName, OptimizerName, optimizers } from "evenkeel";
import type { VariantName } from "./variants.js";

/** Data sets that can be compared on, with the names people read. */
export const datasetTitles = { mnist: "MNIST", "fashion-mnist": "Fashion-MNIST" } as const;

/** The test accuracy to race to when none is given: one that this network gets to in a few epochs. */
export const datasetTargets: Record<DatasetName, number> = { mnist: 0.97, "fashion-mnist": 0.85 };

/** The name of a data set, as it is given to `--dataset`. */
export type DatasetName = keyof typeof datasetTitles;

/** What an optimiser's name on the command line stands for. */
export interface OptimizerChoice {
  /** The library's optimiser. */
  type: OptimizerName;
  /** What it is given beside the learning rate. */
  options: Parameters<typeof optimizers.sgd>[0];
  /** Taken when no learning rate is given: one that suits this network without batch normalization too. */
  learningRate: number;
}

/** Optimisers, by the name that is given to `--optimizer`. */
export const optimizerChoices = {
  sgd: { type: "sgd", options: {}, learningRate: 0.1 },
  momentum: { type: "sgd", options: { momentum: 0.9 }, learningRate: 0.02 },
  nesterov: { type: "sgd", options: { momentum: 0.9, nesterov: true }, learningRate: 0.02 },
  adam: { type: "adam", options: {}, learningRate: 0.001 },
  adamw: { type: "adamW", options: {}, learningRate: 0.001 },
  rmsprop: { type: "rmsProp", options: {}, learningRate: 0.001 },
} satisfies Record<string, OptimizerChoice>;

/** The name of an optimiser, as it is given to `--optimizer`. */
export type OptimizerChoiceName = keyof typeof optimizerChoices;

/** Everything that decides what a comparison computes; two with the same settings compute the same. */
export interface Settings {
  dataset: DatasetName;
  variants: VariantName[];
  optimizer: OptimizerChoiceName;
  /** Every variant is trained at each of them. */
  learningRates: number[];
  /** Every variant is trained once with each; a seed decides initial weights and the order of the data. */
  seeds: number[];
  epochs: number;
  batchSize: number;
  /** Units of the hidden layers, from the input on. */
  hidden: number[];
  activation: ActivationName;
  /** The test accuracy, a share in (0, 1), that the variants race to. */
  target: number;
  /** Examples to train on, from the front of the training set. Default: all. */
  examples?: number;
  /** ONNX Runtime's execution provider. */
  device: string;
  /** Threads inside one operation. Default: ONNX Runtime's choice. */
  threads?: number;
}

/** What is trained in a comparison: one variant at one learning rate, once for each seed. */
export interface Arm {
  variant: VariantName;
  learningRate: number;
}

/** One training. */
export interface RunKey extends Arm {
  seed: number;
}

/** The arms of a comparison, rate by rate. */
export function armsOf({ variants, learningRates }: Settings): Arm[] {
  return learningRates.flatMap((learningRate) => variants.map((variant) => ({ variant, learningRate })));
}

/** A short name that is different for each arm and fits into a file name. */
export function armName({ variant, learningRate }: Arm, { learningRates }: Settings): string {
  return learningRates.length > 1 ? `${variant}-lr${learningRate}` : variant;
}
