import type { FeatureRange } from "evenkeel-experiments";
import { flagField, listField, numberField } from "../../address/fields.ts";
import type { Page } from "../../frame/page.ts";
import { rangeField } from "./ranges.ts";

/** What this page keeps in its address. */
export interface Settings {
  /** From the least to the greatest number of phones that someone ever owned. */
  phones: FeatureRange;
  /** From the least to the most cash that someone withdrew today. */
  cash: FeatureRange;
  /** One learning rate for all, or one each: raw, standardised, batch norm. */
  rates: readonly number[];
  steps: number;
  /** The weights of phones and cash at the beginning, the same numbers in all three forms. */
  start: readonly number[];
  /** Whether batch norm learns gamma and beta too. */
  learned: boolean;
  seed: number;
}

/** Learning rates there are. */
export const rateBounds = { minimum: 1e-9, maximum: 10 };

/** Weights that a descent can begin at, either way. */
export const farthestStart = 2;

export const mostSteps = 500;

/** The learning rate of a form, by its place among them: its own, or else the last one there is. */
export function rateOf({ rates }: Pick<Settings, "rates">, place: number): number {
  return rates[place] ?? rates.at(-1)!;
}

export const page: Page<Settings> = {
  path: "feature-scales",
  title: "Features of different size",
  summary:
    "Phones ever owned, 2 to 24, beside cash withdrawn today, 0 to 1000: the loss becomes a narrow valley, which gradient descent crosses instead of going along. Standardised, or through batch norm as the input layer, the same features make it round.",
  fields: {
    phones: rangeField([2, 24]),
    cash: rangeField([0, 1000]),
    rates: listField([0.1], numberField(0.1, rateBounds), { least: 1, most: 3 }),
    steps: numberField(60, { minimum: 1, maximum: mostSteps, whole: true }),
    start: listField([-0.5, 1.5], numberField(0, { minimum: -farthestStart, maximum: farthestStart }), {
      least: 2,
      most: 2,
    }),
    learned: flagField(false),
    seed: numberField(1, { minimum: 0, maximum: 999_999, whole: true }),
  },
  presets: [
    {
      name: "One rate for all",
      settings: {},
      look: "A rate of 0.1 suits the scaled features, which arrive within a dozen steps. Raw features throw the weights out of the picture at the first step.",
      fails: true,
    },
    {
      name: "A rate that raw features bear",
      settings: { rates: [2e-6], steps: 300 },
      look: "Raw: the path jumps across the valley, then hardly moves along it. For the scaled features the same rate is so small that they have not begun.",
      fails: true,
    },
    {
      name: "Each its own rate",
      settings: { rates: [2.5e-6, 0.4, 0.4], steps: 300 },
      look: "Each form near the largest rate that it bears. The scaled ones need a few steps; raw features creep, since their rate is set by the cash and is far too small for the phones.",
    },
    {
      name: "A mild case",
      settings: { phones: [-1, 1], cash: [-3, 3], rates: [0.3], steps: 40 },
      look: "One feature three times as wide as the other: a valley three times as long as wide. Raw features zigzag across it, and still arrive.",
    },
    {
      name: "Counted from the mean",
      settings: { phones: [-11, 11], cash: [-500, 500], rates: [1e-5, 0.4, 0.4], steps: 300 },
      look: "The same features with their means taken off, not divided by anything. The limit is higher than for raw ones and the condition number far lower, yet the valley is nearly as narrow, and the path creeps along it.",
    },
    {
      name: "Features of one size",
      settings: { phones: [-2, 2], cash: [-2, 2], rates: [0.2], steps: 30 },
      look: "Two features about 0 with the same spread: nothing is left to repair, and all three paths are alike.",
    },
    {
      name: "Extreme ranges",
      settings: { cash: [0, 10_000], rates: [2.5e-8, 0.4, 0.4], steps: 300 },
      look: "Ten times as much cash: raw features bear a rate a hundred times smaller. The valley is a line, and nothing moves along it.",
      fails: true,
    },
    {
      name: "Too high for all",
      settings: { rates: [1.2], steps: 40 },
      look: "Scaling has a limit too: above about 1 each step overshoots by more than it corrects, and the loss grows step by step.",
      fails: true,
    },
    {
      name: "Gamma and beta learn too",
      settings: { learned: true, rates: [0.1] },
      look: "Batch norm as it is by default. Gamma takes a part of the way, so that the weights stop earlier and the contours move with it; the largest stable rate falls by half.",
    },
  ],
  load: () => import("./Content.svelte"),
};
