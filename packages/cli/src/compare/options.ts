import type { ActivationName } from "evenkeel";
import { distinct, list, oneOf, seedsFrom, whole, wrong } from "../options/values.js";
import { UsageError } from "../usage-error.js";
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
