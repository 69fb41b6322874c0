import type { DigitDataset } from "../data/names.ts";

export const activations = ["relu", "sigmoid", "tanh", "gelu", "elu"] as const;
export type ActivationName = (typeof activations)[number];

/**
 * Where batch normalization stands: nowhere, before each hidden activation, after it, or only on the input, which then
 * is raw pixels of 0 to 255.
 */
export const placements = ["none", "before", "after", "input"] as const;
export type Placement = (typeof placements)[number];

export const optimizerNames = ["sgd", "momentum", "adam", "rmsProp"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** One of the networks that are compared. */
export interface NetworkSettings {
  /** Hidden layers. */
  depth: number;
  /** Units of each. */
  width: number;
  activation: ActivationName;
  placement: Placement;
  /** Whether hidden dense layers have a bias. */
  bias: boolean;
  optimizer: OptimizerName;
  learningRate: number;
  /** Factor on the initial kernels. */
  initialScale: number;
  /** Share of hidden units that dropout sets to 0. */
  dropout: number;
  batchSize: number;
  /** Weight of the old in batch normalization's running statistics. */
  momentum: number;
  /** Whether batch normalization's layers are frozen: inference mode in training, nothing of theirs is learned. */
  frozen: boolean;
}

/** Networks that learn the same from the same seed, side by side. */
export interface Experiment {
  dataset: DigitDataset;
  /** How many of the training images are learned from. */
  examples: number;
  seed: number;
  networks: readonly NetworkSettings[];
}

/** The names that `networks.mlp` gives the layers of hidden layer 1, 2, …, in which pages look for values. */
export const layerNames = {
  dense: (hidden: number) => `dense_${hidden}`,
  normalization: (hidden: number) => `dense_${hidden}_normalization`,
  activation: (hidden: number) => `dense_${hidden}_activation`,
  inputNormalization: "input_normalization",
  output: "output",
};
