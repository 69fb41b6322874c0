import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/across.js";
import type { Plot } from "../../figures/figure.js";
import { curveOf, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, training } from "../../runs/training.js";
import { images, type Normalized, residual } from "./networks.js";

/** The trainings of the sweep, and those of the places of batch norm. */
const plan = {
  smoke: {
    sweep: { depth: 8, shrink: 1, steps: 24 },
    places: { depth: 8, shrink: 1, steps: 24 },
    data: { train: 500, test: 200 },
    batchSize: 16,
    sweepRates: { small: 0.003, large: 0.1 },
    placeRates: { nowhere: 0.01, output: 0.03, everywhere: 0.1 },
  },
  laptop: {
    sweep: { depth: 20, shrink: 2, steps: 720 },
    places: { depth: 56, shrink: 4, steps: 600 },
    data: { train: 2000, test: 2000 },
    batchSize: 32,
    sweepRates: { small: 0.003, large: 0.1 },
    placeRates: { nowhere: 0.003, output: 0.003, everywhere: 0.01 },
  },
  // 165 epochs.
  paper: {
    sweep: { depth: 110, shrink: 1, steps: 64_350 },
    places: { depth: 110, shrink: 1, steps: 64_350 },
    data: {},
    batchSize: 128,
    sweepRates: { small: 0.0001, large: 0.1 },
    placeRates: { nowhere: 0.0001, output: 0.03, everywhere: 0.1 },
  },
} as const satisfies Record<Size, object>;

const trained = (size: Size, which: "sweep" | "places", normalized: Normalized, rate: number) => {
  const { data, batchSize } = plan[size];
  const { depth, shrink, steps } = plan[size][which];
  return training({
    data: images(size, data),
    network: residual(size, depth, normalized, { shrink, augment: size === "paper" }),
    optimizer: {
      type: "sgd",
      learningRate: { type: "step", initial: rate, every: steps / 2, factor: 0.1 },
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
const sweep = (size: Size) => {
  const { small, large } = plan[size].sweepRates;
  return {
    plain: trained(size, "sweep", "nowhere", small),
    normalized: trained(size, "sweep", "everywhere", small),
    normalizedFast: trained(size, "sweep", "everywhere", large),
  };
};

/** Batch norm nowhere, before the output only, everywhere; each at its own rate. */
const places = (size: Size) => {
  const { nowhere, output, everywhere } = plan[size].placeRates;
  return {
    plain: trained(size, "places", "nowhere", nowhere),
    output: trained(size, "places", "output", output),
    everywhere: trained(size, "places", "everywhere", everywhere),
  };
};

const smokeSetting = "24 steps of a small ResNet-8 on 500 digits";
const shortened =
  "in batches of 32, without augmentation (published: ResNet-110, CIFAR-10 in full, augmented, 165 epochs of batches of 128). SGD with momentum 0.9 and weight decay 5·10⁻⁴, the rate divided by 10 halfway.";
const paperSetting =
  "ResNet-110, CIFAR-10 with shifts and flips, batches of 128, 64,350 steps, the rate divided by 10 halfway (published: at three quarters too).";

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
    smoke: smokeSetting,
    laptop: `ResNet-20, 720 steps on 2000 images of 16×16 ${shortened} The rates are two of the published ones, 0.003 and 0.1: the smallest, 10⁻⁴, learns too little in so few steps.`,
    paper: `${paperSetting} The rates are 10⁻⁴ and 0.1.`,
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
    const { small, large } = plan[evidence.size].sweepRates;
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
  remarks: {
    refuted:
      "So short a training does not let both networks fit the images, as they did in the publication: at the same rate the normalised one has fitted far more of them, and is ahead on the test images for that.",
    undecided:
      "So short a training does not let both networks fit the images, as they did in the publication, and what fits faster at one rate is ahead on the test images too.",
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
    smoke: smokeSetting,
    laptop: `ResNet-56, 600 steps on 2000 images of 8×8 ${shortened} Each network has the best rate of a grid by factors of about 3, tried on a seed of its own: 0.003 without batch norm, 0.003 with one, 0.01 with all.`,
    paper: `${paperSetting} Rates: 10⁻⁴ without batch norm, 0.03 with one, 0.1 with all.`,
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
  remarks: {
    refuted:
      "The gain of batch norm is a few points in so short a training of half the published depth, and what one batch norm brings of it differs by as much.",
    undecided:
      "The gain of batch norm is a few points in so short a training of half the published depth, and seeds differ by as much.",
  },
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
