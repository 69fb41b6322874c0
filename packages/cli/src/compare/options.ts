import type { ActivationName } from "evenkeel";
import { UsageError } from "../usage-error.js";
import { nearest } from "./nearest.js";
import {
  type DatasetName,
  datasetTargets,
  datasetTitles,
  optimizerChoices,
  type Settings,
} from "./settings.js";
import { type VariantName, variantNames } from "./variants.js";

/** Activation functions that make sense between hidden layers. */
const activations = [
  "relu",
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "softplus",
  "sigmoid",
  "tanh",
  "linear",
] as const satisfies readonly ActivationName[];

/** The options of `compare` that decide what is computed, as they were typed. */
export interface CompareOptions {
  dataset: string;
  variants: string;
  optimizer: string;
  learningRate?: string;
  seeds: string;
  epochs: string;
  batchSize: string;
  width: string;
  depth: string;
  activation: string;
  target?: string;
  examples?: string;
  device: string;
  threads?: string;
}

/** What is computed when nothing else is asked for: about a minute on two cores. */
export const defaults: CompareOptions = {
  dataset: "mnist",
  variants: "all",
  optimizer: "sgd",
  seeds: "3",
  epochs: "6",
  batchSize: "128",
  width: "300,100",
  depth: "1",
  activation: "relu",
  device: "cpu",
};

/** Checks the options. @throws UsageError naming the option, what it must be and what it got. */
export function settingsFrom(options: CompareOptions): Settings {
  const dataset = oneOf("--dataset", options.dataset, Object.keys(datasetTitles) as DatasetName[]);
  const optimizer = oneOf(
    "--optimizer",
    options.optimizer,
    Object.keys(optimizerChoices) as (keyof typeof optimizerChoices)[],
  );
  const widths = list("--width", options.width, (text) => whole("--width", text, 1, 100_000));
  const depth = whole("--depth", options.depth, 1, 1000);
  return {
    dataset,
    variants: variantsFrom(options.variants),
    optimizer,
    learningRates: options.learningRate
      ? distinct(list("--learning-rate", options.learningRate, learningRate))
      : [optimizerChoices[optimizer].learningRate],
    seeds: seedsFrom(options.seeds),
    epochs: whole("--epochs", options.epochs, 1, 100_000),
    batchSize: whole("--batch-size", options.batchSize, 2, 60_000),
    hidden: Array.from({ length: depth }, () => widths).flat(),
    activation: oneOf("--activation", options.activation, activations),
    target: options.target === undefined ? datasetTargets[dataset] : targetFrom(options.target),
    ...(options.examples === undefined ? {} : { examples: whole("--examples", options.examples, 2, 60_000) }),
    device: options.device,
    ...(options.threads === undefined ? {} : { threads: whole("--threads", options.threads, 1, 1024) }),
  };
}

function variantsFrom(text: string): VariantName[] {
  if (text.trim() === "all") return [...variantNames];
  const chosen = list("--variants", text, (name) => oneOf("--variants", name, variantNames));
  return variantNames.filter((name) => chosen.includes(name));
}

/** A single number is how many, several are the seeds themselves. */
export function seedsFrom(text: string): number[] {
  if (text.includes(",")) {
    return distinct(list("--seeds", text, (seed) => whole("--seeds", seed, 0, 2 ** 31 - 1)));
  }
  const count = whole("--seeds", text, 1, 1000);
  return Array.from({ length: count }, (_, index) => index + 1);
}

function learningRate(text: string): number {
  const rate = Number(text);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw wrong("--learning-rate", "a number above 0, or several with commas between them", text);
}

function targetFrom(text: string): number {
  const target = Number(text);
  if (target > 0 && target < 1) return target;
  const hint = target > 1 && target < 100 ? ` Did you mean ${target / 100}?` : "";
  throw new UsageError(
    `--target must be a test accuracy between 0 and 1, such as 0.97, got "${text}".${hint}`,
  );
}

/** @throws UsageError unless the text is a whole number from `least` to `most`. */
export function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(option, `a whole number from ${least} to ${most}`, text);
}

/** The items between commas, in their order. */
function list<T>(option: string, text: string, parse: (item: string) => T): T[] {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw wrong(option, "a list with commas, with at least one item", text);
  return items.map(parse);
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** The name that is meant. @throws UsageError naming those there are, and the one that may have been meant. */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  // The library's adamW and leakyRelu are also people's adamw and leaky-relu.
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, "");
  const found = known.find((name) => plain(name) === plain(text));
  if (found !== undefined) return found;
  const meant = nearest(plain(text), known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`${option} knows no "${text}". There are: ${known.join(", ")}.${hint}`);
}

function wrong(option: string, expected: string, got: string): UsageError {
  return new UsageError(`${option} must be ${expected}, got "${got}".`);
}
