import { type ActivationName, type Layer, layers } from "evenkeel";

/** What a variant of the network does. */
interface VariantDefinition {
  /** In a few words, for tables and legends. */
  title: string;
  /** As it is called inside a sentence. */
  phrase: string;
  /** Where batch norm stands, as the end of a phrase. */
  place?: string;
  /** What happens to the pixels first. */
  input: "scaled" | "normalized" | "raw";
  /** Where batch normalization stands in a hidden layer. */
  normalization?: "before" | "after";
  /** Whether hidden dense layers have a bias. */
  useBias: boolean;
}

/** The lecture's variants, in the order of every table and legend. */
export const variants = {
  none: {
    title: "no batch norm",
    phrase: "the network without batch norm",
    input: "scaled",
    useBias: true,
  },
  after: {
    title: "after activation",
    phrase: "batch norm after the activation",
    place: "after the activation",
    input: "scaled",
    normalization: "after",
    useBias: true,
  },
  before: {
    title: "before activation",
    phrase: "batch norm before the activation",
    place: "before the activation",
    input: "scaled",
    normalization: "before",
    useBias: true,
  },
  "before-no-bias": {
    title: "before, no bias",
    phrase: "batch norm before the activation without bias",
    place: "before the activation without bias",
    input: "scaled",
    normalization: "before",
    useBias: false,
  },
  input: {
    title: "as input layer",
    phrase: "batch norm as the input layer on raw pixels",
    input: "normalized",
    useBias: true,
  },
  raw: {
    title: "raw pixels",
    phrase: "raw pixels and no batch norm",
    input: "raw",
    useBias: true,
  },
} as const satisfies Record<string, VariantDefinition>;

/** The name of a variant, as it is given to `--variants`. */
export type VariantName = keyof typeof variants;

/** All variants' names. */
export const variantNames = Object.keys(variants) as VariantName[];

/** What a network has inside that is worth measuring, by layer names. */
export interface HiddenLayer {
  /** The dense layer; measurements of the hidden layer go by its name. */
  name: string;
  /** The layer whose output is what the activation function gets. */
  preActivation: string;
}

/** A variant of the network, ready for `sequential`. */
export interface VariantNetwork {
  layers: Layer[];
  hidden: HiddenLayer[];
  /** Layers with a kernel, from the input on. */
  kernels: string[];
  /** Batch normalization layers, from the input on. */
  normalizations: string[];
}

/** What the variants share. */
export interface NetworkShape {
  /** Units of the hidden layers. */
  hidden: readonly number[];
  activation: ActivationName;
  classes: number;
}

/**
 * Builds a variant. Its dense layers have the same names, and thus the same initial weights for a seed, in all.
 */
export function variantNetwork(variant: VariantName, shape: NetworkShape): VariantNetwork {
  const { input, useBias, normalization }: VariantDefinition = variants[variant];
  const network: VariantNetwork = {
    layers: [layers.inputLayer({ inputShape: [28, 28] }), layers.flatten({ name: "flatten" })],
    hidden: [],
    kernels: [],
    normalizations: [],
  };
  const normalize = (name: string) => {
    network.layers.push(layers.batchNormalization({ name }));
    network.normalizations.push(name);
  };

  if (input === "scaled") network.layers.push(layers.rescaling({ name: "scaling", scale: 1 / 255 }));
  if (input === "normalized") normalize("input_norm");
  for (const [index, units] of shape.hidden.entries()) {
    const name = `hidden${index + 1}`;
    network.layers.push(layers.dense({ name, units, useBias }));
    network.kernels.push(name);
    if (normalization === "before") normalize(`${name}_norm`);
    network.hidden.push({ name, preActivation: network.layers.at(-1)!.name });
    network.layers.push(layers.activation({ name: `${name}_activation`, activation: shape.activation }));
    if (normalization === "after") normalize(`${name}_norm`);
  }
  network.layers.push(layers.dense({ name: "output", units: shape.classes }));
  network.kernels.push("output");
  return network;
}

/** Where a variant has batch normalization in its hidden layers, in words; undefined where it has none. */
export function placeInHidden(variant: VariantName): string | undefined {
  const { place }: VariantDefinition = variants[variant];
  return place;
}
