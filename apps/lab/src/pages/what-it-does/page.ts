import { choiceField, flagField, listField, numberField } from "../../address/fields.ts";
import type { Page } from "../../frame/page.ts";
import { moved } from "./normalization.ts";
import { batchSizes, largest } from "./numbers.ts";

/** Shares of the old value that running statistics may keep, as the address has them. */
export const momenta = ["0", "0.5", "0.9", "0.99", "0.999"] as const;

/** What this page keeps in its address. */
export interface Settings {
  /** The batch: the values that one channel has in it. */
  values: readonly number[];
  /** Whose arithmetic is shown: its place in the batch, from 1. One past the end is the last. */
  point: number;
  gamma: number;
  beta: number;
  /** Added to the variance before its root is taken. */
  epsilon: number;
  mode: "training" | "inference";
  /** Whether the outputs of the other mode are shown, too. */
  both: boolean;
  runningMean: number;
  runningVariance: number;
  /** Training steps taken since the running statistics were set. */
  steps: number;
  /** Share of the old value. */
  momentum: (typeof momenta)[number];
}

/** What the parameters may be. */
export const bounds = {
  gamma: { minimum: -10, maximum: 10 },
  beta: { minimum: -20, maximum: 20 },
  epsilon: { minimum: 1e-8, maximum: 10 },
} as const;

const six = [3, 5, 8, 9, 11, 24];
const six10 = moved({ mean: 0, variance: 1 }, { mean: 10, variance: 46 }, 0.99, 10);

export const page: Page<Settings> = {
  path: "",
  title: "What it does",
  summary:
    "Batch normalization takes the numbers of a batch, standardises them, scales them and moves them. Drag a point and watch what becomes of all of them.",
  fields: {
    values: listField(six, numberField(0, { minimum: -largest, maximum: largest }), batchSizes),
    point: numberField(6, { minimum: 1, maximum: batchSizes.most, whole: true }),
    gamma: numberField(2, bounds.gamma),
    beta: numberField(0.5, bounds.beta),
    epsilon: numberField(1e-3, bounds.epsilon),
    mode: choiceField("training", ["training", "inference"]),
    both: flagField(false),
    runningMean: numberField(0, { minimum: -largest, maximum: largest }),
    runningVariance: numberField(1, { minimum: 0, maximum: 1e12 }),
    steps: numberField(0, { minimum: 0, maximum: 1e6, whole: true }),
    momentum: choiceField("0.99", momenta),
  },
  selections: ["point"],
  presets: [
    {
      name: "Six points",
      settings: {},
      look: "Mean 10 becomes mean 0, then the distances double, then all move by a half. Drag one point: the others move below, too, because the mean and the variance are everyone’s.",
    },
    {
      name: "Standardised only",
      settings: { gamma: 1, beta: 0 },
      look: "Every layer begins with gamma 1 and beta 0: the last three lines are the same, with mean 0 and standard deviation 1.",
    },
    {
      name: "Undone",
      settings: { gamma: 6.7824, beta: 10 },
      look: "With gamma the standard deviation and beta the mean, y is x again: the layer can learn to change nothing.",
    },
    {
      name: "An outlier",
      settings: { values: [3, 5, 8, 9, 11, 1000] },
      look: "One huge value has the mean and the variance to itself: the other five end up on one spot. It is itself no further than √(m − 1) ≈ 2.24 from 0; no value of six can be.",
    },
    {
      name: "All the same",
      settings: { values: [7, 7, 7, 7, 7, 7] },
      look: "The variance is 0. Only epsilon stands between this batch and a division by 0; every output is beta.",
    },
    {
      name: "Large mean, small spread",
      settings: { values: [9999.9, 9999.95, 10000, 10000.02, 10000.08, 10000.1], epsilon: 1e-5 },
      look: "10,000 in common does not matter, only the distances from the mean do. See below what a careless variance would be.",
    },
    {
      name: "A batch of two",
      settings: { values: [4, 20], point: 2 },
      look: "Both are one standard deviation from their mean, wherever they are: x̂ is −1 and 1. Drag one past the other.",
      fails: true,
    },
    {
      name: "A batch of one",
      settings: { values: [24], point: 1 },
      look: "The value is its own mean. Drag it: nothing below moves, the output is beta.",
      fails: true,
    },
    {
      name: "Statistics not yet learned",
      settings: {
        mode: "inference",
        both: true,
        runningMean: rounded(six10.mean),
        runningVariance: rounded(six10.variance),
        steps: 10,
      },
      look: "After ten steps the running statistics still are nine tenths the 0 and 1 they began with: inference (dots) is far from training (rings). Take more steps, below.",
      fails: true,
    },
    {
      name: "Another kind of batch",
      settings: {
        mode: "inference",
        both: true,
        values: six.map((value) => value + 20),
        runningMean: 10,
        runningVariance: 46,
        steps: 1000,
      },
      look: "The statistics were learned from the six points; these are 20 larger. Training mode (rings) would not notice, inference (dots) passes the shift on.",
      fails: true,
    },
  ],
  load: () => import("./Content.svelte"),
};

/** Without more digits than an address wants. */
export function rounded(value: number): number {
  return Number(value.toPrecision(8));
}
