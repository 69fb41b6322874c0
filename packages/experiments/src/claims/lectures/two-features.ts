import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import type { Size } from "../../runs/run.js";
import {
  type FeatureRange,
  type FormResult,
  type InputForm,
  inputForms,
  twoFeatures,
} from "../../runs/two-features.js";

/** Learning rates from 10⁻⁷ to 1, in steps of √10. */
const rates = Array.from({ length: 15 }, (_, index) => Number((10 ** (index / 2 - 7)).toPrecision(3)));

const plan = {
  smoke: { examples: 256, budget: 300, rates: rates.filter((_, index) => index % 2 === 0) },
  laptop: { examples: 256, budget: 20_000, rates },
  paper: { examples: 256, budget: 200_000, rates },
} as const satisfies Record<Size, object>;

const regression = (size: Size, ranges: readonly [FeatureRange, FeatureRange]) => ({
  forms: twoFeatures({ ...plan[size], ranges, target: 0.01 }),
});

const common =
  "two independent uniform features, the target the sum of both in their own deviations; one linear unit, gradient descent on all 256 examples, each form at its best rate of 10⁻⁷, 10⁻⁶·⁵, …, 1; converged where the error is 1 % of the target's variance";

const setting = {
  smoke: `As at laptop: ${common}. At most 300 steps, every second rate.`,
  laptop: `The task is our choice, none was given: ${common}; at most 20,000 steps.`,
  paper: "As at laptop, at most 200,000 steps.",
} as const satisfies Record<Size, string>;

const titles: Readonly<Record<InputForm, string>> = {
  raw: "as they are",
  standardized: "standardised",
  batchNormalized: "batch norm as input layer",
};

type Regression = ReturnType<typeof regression>;

const slower = (form: InputForm) => ({
  title: `steps to converge, as they are ÷ ${titles[form]} (those that do not converge count with the budget)`,
  unit: "ratio" as const,
  scale: "log" as const,
  of: ({ forms }: { forms: Readonly<Record<InputForm, FormResult>> }) =>
    forms.raw.steps / Math.max(1, forms[form].steps),
  rule: rules.above(1),
});

/** AS22-4. */
export const phonesAndCash = claim({
  id: "AS22-4",
  title: "Phones against cash withdrawals",
  statement: "Features of unequal range slow learning and make the weights unequal; scaling repairs it.",
  source: "the example of the phones ever owned, 2 to 24, beside the cash withdrawn, 0 to 1000",
  published: "No number: unscaled, the network is hard to train, with very unequal weights.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Condition numbers and weights follow from the ranges by construction; only the steps are an experiment.`,
  },
  runs: (size) =>
    regression(size, [
      [2, 24],
      [0, 1000],
    ]),
  measures: {
    condition: {
      title: "condition number of the input covariance, as they are ÷ standardised",
      unit: "ratio",
      scale: "log",
      of: ({ forms }) => forms.raw.condition / forms.standardized.condition,
      rule: rules.above(10),
    },
    standardized: slower("standardized"),
    batchNormalized: slower("batchNormalized"),
    weights: {
      title: "weight of the phones ÷ weight of the cash in the solution, as they are",
      unit: "ratio",
      scale: "log",
      of: ({ forms }) => ratio(forms.raw.solution),
      rule: rules.above(10),
    },
    scaledWeights: {
      title: "the same, standardised",
      unit: "ratio",
      scale: "log",
      of: ({ forms }) => ratio(forms.standardized.solution),
      rule: rules.between(0.5, 2),
    },
  },
  remarks: {
    undecided: "The interval of a ratio reaches its bound.",
    refuted: "At its best rate each, a scaled form took as many steps as the features as they are, or more.",
  },
  figures: (evidence) => featureFigures(evidence, ["phones", "cash"]),
});

/** NG17-4. */
export const inputScaling = claim({
  id: "NG17-4",
  title: "Scaled inputs speed up learning",
  statement:
    "Inputs of mean 0 and variance 1 speed up learning, where the features range from 0 to 1 and from 1 to 1000.",
  source: "C2W3L06, the first reason",
  published: "No number; of the lecture only a summary could be checked.",
  setting,
  runs: (size) =>
    regression(size, [
      [0, 1],
      [1, 1000],
    ]),
  measures: { standardized: slower("standardized"), batchNormalized: slower("batchNormalized") },
  remarks: {
    undecided: "The interval of a ratio of steps reaches 1.",
    refuted: "At its best rate each, a scaled form took as many steps as the features as they are, or more.",
  },
  figures: (evidence) => featureFigures(evidence, ["first", "second"]),
});

function featureFigures(
  evidence: Evidence<Regression>,
  [first, second]: readonly [string, string],
): Figure[] {
  const { forms } = evidence.seeds[0]!.results;
  return [
    {
      title: "Learning from two features of unequal range",
      caption: "Every form at its best learning rate. Below the dashed line a training has converged.",
      panels: [
        {
          type: "plot",
          title: "error by step",
          x: { label: "step + 1", scale: "log" },
          y: { label: "error ÷ the target's variance", scale: "log" },
          marks: [
            ...inputForms.flatMap((form) =>
              curves(
                titles[form],
                across(evidence, (results) =>
                  results.forms[form].curve.map(({ step, loss }) => ({ x: step + 1, y: loss })),
                ),
              ),
            ),
            { type: "rule", axis: "y", at: 0.01, label: "converged" },
          ],
        },
        {
          type: "table",
          title: `seed ${evidence.seeds[0]!.seed}`,
          head: [
            "features",
            "condition number",
            "best rate",
            "steps",
            `weight, ${first}`,
            `weight, ${second}`,
            "solution",
          ],
          rows: inputForms.map((form) => row(form, forms[form])),
        },
      ],
    },
  ];
}

function row(form: InputForm, { condition, learningRate, steps, converged, weights, solution }: FormResult) {
  return [
    titles[form],
    condition.toPrecision(3),
    learningRate,
    converged ? steps : `more than ${steps}`,
    ...weights.map((weight) => weight.toPrecision(3)),
    solution.map((weight) => weight.toPrecision(3)).join(", "),
  ];
}

const ratio = ([first, second]: readonly [number, number]) => Math.abs(first / second);
