import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/across.js";
import type { Plot } from "../../figures/figure.js";
import { curveOf, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, training } from "../../runs/training.js";
import { images, type Normalized, residual } from "./networks.js";

/** `small` is the rate of the network without batch norm, `output` that of the one with a single batch norm. */
const plan = {
  smoke: {
    depth: 8,
    shrink: 1,
    data: { train: 500, test: 200 },
    batchSize: 16,
    steps: 24,
    rates: { small: 0.01, output: 0.03, large: 0.1 },
  },
  laptop: {
    depth: 56,
    shrink: 4,
    data: { train: 2000, test: 2000 },
    batchSize: 32,
    steps: 600,
    rates: { small: 0.003, output: 0.01, large: 0.1 },
  },
  // 165 epochs.
  paper: {
    depth: 110,
    shrink: 1,
    data: {},
    batchSize: 128,
    steps: 64_350,
    rates: { small: 0.0001, output: 0.03, large: 0.1 },
  },
} as const satisfies Record<Size, object>;

const trained = (size: Size, normalized: Normalized, rate: "small" | "output" | "large") => {
  const { depth, shrink, data, batchSize, steps, rates } = plan[size];
  return training({
    data: images(size, data),
    network: residual(size, depth, normalized, { shrink, augment: size === "paper" }),
    optimizer: {
      type: "sgd",
      learningRate: { type: "step", initial: rates[rate], every: steps / 2, factor: 0.1 },
      momentum: 0.9,
      weightDecay: 5e-4,
    },
    batchSize,
    steps,
    every: steps / 12,
    trainExamples: 2000,
  });
};

/** Rates with and without batch norm. */
const sweep = (size: Size) => ({
  plain: trained(size, "nowhere", "small"),
  normalized: trained(size, "everywhere", "small"),
  normalizedFast: trained(size, "everywhere", "large"),
});

/** Batch norm nowhere, before the output only, everywhere; each at its own rate. */
const places = (size: Size) => ({
  plain: trained(size, "nowhere", "small"),
  output: trained(size, "output", "output"),
  everywhere: trained(size, "everywhere", "large"),
});

/** The setting of both claims. */
const setting = {
  smoke: "24 steps of a small ResNet-8 on 500 digits",
  laptop:
    "ResNet-56 on 2000 images of 8×8, without augmentation, 600 steps of batches of 32 (published: ResNet-110, CIFAR-10 in full, augmented, 165 epochs of batches of 128). SGD with momentum 0.9 and weight decay 5·10⁻⁴, the rate divided by 10 halfway.",
  paper:
    "ResNet-110, CIFAR-10 with shifts and flips, batches of 128, 64,350 steps, the rate divided by 10 halfway (published: at three quarters too).",
} as const;

/** BJ18-1. */
export const gainOfRate = claim({
  id: "BJ18-1",
  title: "The gain is the rate's",
  statement:
    "At the same small learning rate batch norm gives no better test accuracy; its gain comes with the larger rates it permits.",
  source: "section 2, figure 1",
  published:
    "Test accuracy of ResNet-110: about 82 % without batch norm and 81.3 % with it at rate 10⁻⁴, 90.4 % at 0.003 and 93.3 % at 0.1 with it (read off a figure).",
  setting: {
    ...setting,
    laptop: `${setting.laptop} The small rate is 0.003, the large one 0.1.`,
  },
  runs: sweep,
  measures: {
    sameRate: {
      title: "test accuracy at the small rate, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => finalAccuracy(normalized) - finalAccuracy(plain),
      rule: rules.below(0.02),
    },
    rate: {
      title: "test accuracy with batch norm, at the large rate − at the small one",
      unit: "points",
      of: ({ normalized, normalizedFast }) => finalAccuracy(normalizedFast) - finalAccuracy(normalized),
      rule: rules.above(0),
    },
    trainWithout: {
      title: "accuracy on training images at the small rate, without",
      unit: "share",
      of: ({ plain }) => plain.train?.accuracy ?? 0,
    },
    trainWith: {
      title: "the same, with",
      unit: "share",
      of: ({ normalized }) => normalized.train?.accuracy ?? 0,
    },
  },
  figures: (evidence) => {
    const { small, large } = plan[evidence.size].rates;
    const names = {
      plain: `without batch norm, rate ${small}`,
      normalized: `with batch norm, rate ${small}`,
      normalizedFast: `with batch norm, rate ${large}`,
    };
    return [
      {
        title: "Accuracy by learning rate",
        caption: "Thick lines are means over the seeds, thin ones the seeds.",
        panels: [
          {
            type: "table",
            title: "published (read off a figure)",
            origin: "published",
            head: ["", "rate", "train", "test"],
            rows: [
              ["with batch norm", "0.1", "~100 %", "~93.3 %"],
              ["with batch norm", "0.003", "~100 %", "~90.4 %"],
              ["with batch norm", "0.0001", "~99.7 %", "~81.3 %"],
              ["without batch norm", "0.0001", "~99.5 %", "~82 % (81 to 83)"],
            ],
          },
          accuracies(evidence, names, "train"),
          accuracies(evidence, names, "test"),
        ],
      },
    ];
  },
});

/** BJ18-10. */
export const singleBatchNorm = claim({
  id: "BJ18-10",
  title: "One batch norm before the output",
  statement:
    "A single batch norm, just before the output layer, brings most of the gain of batch norm everywhere.",
  source: "section 3.2",
  published:
    "Two thirds of the gain in accuracy (from a reader's notes); it trains at rates up to 0.03, to about 90.1 % (as remembered).",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Rates: 0.003 without batch norm, 0.01 with one, 0.1 with all: each the best of a grid by factors of about 3 on a seed of its own.`,
  },
  runs: places,
  measures: {
    gain: {
      title: "test accuracy, batch norm everywhere − nowhere",
      unit: "points",
      of: ({ plain, everywhere }) => finalAccuracy(everywhere) - finalAccuracy(plain),
      rule: rules.above(0),
    },
    most: {
      title: "test accuracy with one before the output − halfway between nowhere and everywhere",
      unit: "points",
      of: ({ plain, output, everywhere }) =>
        finalAccuracy(output) - (finalAccuracy(plain) + finalAccuracy(everywhere)) / 2,
      rule: rules.above(0),
    },
    single: {
      title: "test accuracy, one before the output − nowhere",
      unit: "points",
      of: ({ plain, output }) => finalAccuracy(output) - finalAccuracy(plain),
    },
  },
  figures: (evidence) => [
    {
      title: "Accuracy by the places of batch norm",
      caption: "Each network at its own rate. Thick lines are means over the seeds, thin ones the seeds.",
      panels: [
        accuracies(
          evidence,
          { plain: "nowhere", output: "before the output", everywhere: "everywhere" },
          "test",
        ),
      ],
    },
  ],
});

/** Curves of some of the trainings, by what each is called. */
function accuracies<Name extends string>(
  { seeds }: { seeds: readonly { results: Readonly<Record<Name, TrainingResult>> }[] },
  names: Readonly<Record<Name, string>>,
  part: "train" | "test",
): Plot {
  return {
    type: "plot",
    title: part === "train" ? "measured, batches trained on" : "measured, test",
    x: { label: "step" },
    y: { label: "accuracy" },
    marks: (Object.entries(names) as [Name, string][]).flatMap(([name, series]) =>
      curves(
        series,
        seeds.map(({ results }) => curveOf(results[name], part, "accuracy")),
      ),
    ),
  };
}
