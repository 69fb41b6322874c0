import { type ActivationName, type DenseOptions, Layer, layers } from "../layers/index.js";
import type { ModelOptions } from "../model/index.js";
import { requireBoolean, requireOption, requireShare } from "../options/require.js";
import type { Initializer, Regularizer } from "../weights/index.js";

/** The layers that normalise what passes through them, channels on axis 1. */
export type NormalizationName = Extract<
  keyof typeof layers,
  `${string}Normalization` | `${string}Renormalization`
>;

const isNormalization = (type: string): type is NormalizationName => /(N|Ren)ormalization$/.test(type);

/** The normalizations by name. */
export const normalizationNames = Object.keys(layers).filter(isNormalization);

/** One of them by its name, with options of its own. */
export type NormalizationSettings = {
  [Name in NormalizationName]: { type: Name } & Omit<
    NonNullable<Parameters<(typeof layers)[Name]>[0]>,
    "name" | "inputShape"
  >;
}[NormalizationName];

/**
 * Makes the layer for one place of a network, given the name that it will bear there: a new layer at each call, or
 * none where nothing shall stand.
 */
export type LayerMaker = (name: string) => Layer | undefined;

/**
 * What normalises a network: nothing, a layer by its name, by its name with options, or what a function makes for
 * each place (a layer of one's own, or some places only).
 */
export type NormalizationChoice = "none" | NormalizationName | NormalizationSettings | LayerMaker;

/**
 * An activation: by its name, `prelu` (a slope for each channel, 0.25 at first, as He et al. 2015), or what a
 * function makes for each place. With `linear` nothing stands there.
 */
export type ActivationChoice = ActivationName | "prelu" | LayerMaker;

/** Options that the networks share. */
export interface NetworkOptions extends ModelOptions {
  /** Shape of one example as it is fed, without the batch. */
  inputShape?: readonly number[];
  /** The number of outputs, which are logits. Default 10. */
  classes?: number;
  /** Layers in front, for example `[layers.rescaling({ scale: 1 / 255 })]` for pixels. Default none. */
  preprocessing?: readonly Layer[];
  /** What normalises the hidden layers. Default `batchNormalization`. */
  normalization?: NormalizationChoice;
  /** Whether it stands `before` the activation (default; Ioffe & Szegedy 2015) or `after` it. */
  placement?: "before" | "after";
  /** What normalises the input, behind `preprocessing`. Default `none`. */
  inputNormalization?: NormalizationChoice;
  /** What normalises the features that the output layer takes. Default `none`. */
  outputNormalization?: NormalizationChoice;
  /**
   * Whether the hidden layers have a bias. Default: those have none whose values pass a normalization with a learned
   * shift before the next activation. The output layer always has one.
   */
  useBias?: boolean;
  /** The hidden layers' activation. Default `relu`. */
  activation?: ActivationChoice;
  /** How all kernels begin, the output layer's too. */
  kernelInitializer?: Initializer;
  /** Penalty on all kernels, the output layer's too, for example `l2(2.5e-4)`. Default none. */
  kernelRegularizer?: Regularizer;
  /** Whether the hidden layers' kernels are standardized, or with which options (Qiao et al. 2019). Default false. */
  weightStandardization?: DenseOptions["weightStandardization"];
  /** The share of values that dropout sets to 0, in [0, 1). The network says where; default 0, no dropout. */
  dropoutRate?: number;
}

/** The names of `NetworkOptions`. */
export const networkOptionNames: Readonly<Record<keyof NetworkOptions, true>> = {
  inputShape: true,
  classes: true,
  preprocessing: true,
  normalization: true,
  placement: true,
  inputNormalization: true,
  outputNormalization: true,
  useBias: true,
  activation: true,
  kernelInitializer: true,
  kernelRegularizer: true,
  weightStandardization: true,
  dropoutRate: true,
  seed: true,
  runtime: true,
};

/** What a network gives for options that are left open. */
export type NetworkDefaults = Required<Pick<NetworkOptions, "inputShape" | "kernelInitializer">> &
  Pick<NetworkOptions, "normalization" | "useBias" | "dropoutRate">;

/**
 * The options with defaults filled in.
 *
 * @param who whose options they are, for example `networks.vgg`.
 * @throws TypeError or RangeError naming the option that is wrong.
 */
export function completed(who: string, options: NetworkOptions, defaults: NetworkDefaults) {
  const {
    inputShape = defaults.inputShape,
    classes = 10,
    preprocessing = [],
    normalization = defaults.normalization ?? "batchNormalization",
    placement = "before",
    inputNormalization = "none",
    outputNormalization = "none",
    useBias = defaults.useBias,
    activation = "relu",
    kernelInitializer = defaults.kernelInitializer,
    kernelRegularizer,
    weightStandardization = false,
    dropoutRate = defaults.dropoutRate ?? 0,
    seed = 0,
    runtime,
  } = options;
  requireCount(who, "classes", classes);
  requireOption(
    placement === "before" || placement === "after",
    `${who}: placement`,
    '"before" or "after"',
    placement,
  );
  requireShare(`${who}: dropoutRate`, dropoutRate);
  if (useBias !== undefined) requireBoolean(`${who}: useBias`, useBias);
  const isList = Array.isArray(preprocessing) && preprocessing.every((layer) => layer instanceof Layer);
  requireOption(isList, `${who}: preprocessing`, "an array of layers", preprocessing);
  return {
    inputShape,
    classes,
    preprocessing,
    normalization,
    placement,
    inputNormalization,
    outputNormalization,
    useBias,
    activation,
    kernelInitializer,
    kernelRegularizer,
    weightStandardization,
    dropoutRate,
    seed,
    runtime,
  };
}

/** @throws RangeError unless the value is a whole number of at least 1. */
export function requireCount(who: string, option: string, value: unknown): void {
  const isCount = Number.isInteger(value) && (value as number) >= 1;
  requireOption(isCount, `${who}: ${option}`, "a whole number of at least 1", value);
}

/** @throws RangeError, naming the nearest that fit, unless the depth is `6n + rest` with n of at least 1. */
export function requireDepth(who: string, depth: number, rest: number): void {
  const blocks = (depth - rest) / 6;
  if (Number.isInteger(blocks) && blocks >= 1) return;
  const least = 6 + rest;
  const below = 6 * Math.floor(blocks) + rest;
  const nearest = below >= least ? `; the nearest are ${below} and ${below + 6}` : `; the least is ${least}`;
  const hint = Number.isFinite(depth) ? nearest : "";
  requireOption(false, `${who}: depth`, `6n + ${rest} with a whole n of at least 1${hint}`, depth);
}

/** So many channels times a factor. @throws RangeError where that is no whole number. */
export function widened(who: string, channels: number, widthFactor: number): number {
  const count = channels * widthFactor;
  const expected = `a number that makes the ${channels} channels a whole number of at least 1`;
  requireOption(Number.isInteger(count) && count >= 1, `${who}: widthFactor`, expected, widthFactor);
  return count;
}
