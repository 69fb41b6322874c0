import type { Part } from "./math.ts";

/** The numbers of each example, a column each. */
export const columns = ["x", "centred", "normalized", "y", "outputGradient", "inputGradient"] as const;
export type Column = (typeof columns)[number];

/** Numbers of the whole batch. */
const batchQuantities = [
  "mean",
  "variance",
  "normalizedMean",
  "normalizedVariance",
  "outputMean",
  "outputVariance",
  "betaGradient",
  "gammaGradient",
  "inputGradientSum",
  "inputGradientAlong",
  "runningMean",
  "runningVariance",
] as const;
export type BatchQuantity = (typeof batchQuantities)[number];

/** All numbers that can be chosen. */
export const quantities = [...columns, ...batchQuantities] as const;
export type Quantity = Column | BatchQuantity;

/** Those there are where nothing normalizes. */
export const plainQuantities = ["x", "inputGradient", "mean", "variance", "inputGradientSum"] as const;
export type PlainQuantity = (typeof plainQuantities)[number];

/** How a number came about. */
export interface Formula {
  /** What stands left of the equals sign. */
  name: readonly Part[];
  /** The formula in letters; nothing where the name says it, or the number is given. */
  symbols: readonly Part[];
  /** The formula with the numbers in it; nothing for a number that is given. */
  numbers: readonly Part[];
  result: number;
  /** What the graph computed for it, where it gives that out. */
  graph?: number;
  /** What it means. */
  words: string;
}

/** A number that comes from the graph and is not worked out any further. */
export function given(name: readonly Part[], value: number, words: string): Formula {
  return { name, symbols: [], numbers: [], result: value, graph: value, words };
}
