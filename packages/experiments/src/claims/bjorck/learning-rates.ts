import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Plot } from "../../figures/figure.js";
import { curveOf, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, training } from "../../runs/training.js";
import { images, type Normalized, residual } from "./networks.js";

/** The trainings of the sweep, and those of the places of batch norm. */
const plan = {
  smoke: {
    sweep: {
      ...{ depth: 8, shrink: 1, steps: 24, every: 2, data: { train: 500, test: 200 } },
      rates: { small: 0.01, middle: 0.03, large: 0.1 },
    },
    places: {
      ...{ depth: 8, shrink: 1, steps: 24, every: 2, data: { train: 500, test: 200 } },
      rates: { nowhere: 0.01, output: 0.03, everywhere: 0.1 },
    },
    batchSize: 16,
  },
  laptop: {
    sweep: {
      ...{ depth: 56, shrink: 4, steps: 1000, every: 200, data: { train: 256, test: 2000 } },
      rates: { small: 0.01, middle: 0.03, large: 0.1 },
    },
    places: {
      ...{ depth: 56, shrink: 4, steps: 600, every: 100, data: { train: 2000, test: 2000 } },
      rates: { nowhere: 0.003, output: 0.003, everywhere: 0.01 },
    },
    batchSize: 32,
  },
  paper: {
    sweep: {
      ...{ depth: 110, shrink: 1, steps: 64_350, every: 6435, data: {} },
      rates: { small: 0.0001, middle: 0.003, large: 0.1 },
    },
    places: {
      ...{ depth: 110, shrink: 1, steps: 64_350, every: 6435, data: {} },
      rates: { nowhere: 0.0001, output: 0.03, everywhere: 0.1 },
    },
    batchSize: 128,
  },
} as const satisfies Record<Size, object>;

const trained = (size: Size, which: "sweep" | "places", normalized: Normalized, rate: number) => {
  const { batchSize } = plan[size];
  const { depth, shrink, steps, every, data } = plan[size][which];
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
    every,
    trainExamples: 2000,
  });
};

/** The four curves of the figure: rates with batch norm, and the smallest without. */
const sweep = (size: Size) => {
  const { small, middle, large } = plan[size].sweep.rates;
  return {
    plain: trained(size, "sweep", "nowhere", small),
    normalized: trained(size, "sweep", "everywhere", small),
    normalizedFaster: trained(size, "sweep", "everywhere", middle),
    normalizedFast: trained(size, "sweep", "everywhere", large),
  };
};

/** Batch norm nowhere, before the output only, everywhere; each at its own rate. */
const places = (size: Size) => {
  const { nowhere, output, everywhere } = plan[size].places.rates;
  return {
    plain: trained(size, "places", "nowhere", nowhere),
    output: trained(size, "places", "output", output),
    everywhere: trained(size, "places", "everywhere", everywhere),
  };
};

const smokeSetting = "24 steps of a small ResNet-8 on 500 digits";
const shortened =
  "in batches of 32, without augmentation (published: ResNet-110, CIFAR-10, augmented, batches of 128). SGD with momentum 0.9 and weight decay 5·10⁻⁴, the rate divided by 10 halfway (published: at three quarters too).";
const paperSetting =
  "ResNet-110, CIFAR-10 with shifts and flips, batches of 128, the rate divided halfway (published: at three quarters too). As remembered: momentum 0.9, weight decay 5·10⁻⁴, division by 10, 165 epochs (64,350 steps).";

/** How much ahead is still no gain. */
const tolerance = 0.02;

/** BJ18-1. */
export const gainOfRate = claim({
  id: "BJ18-1",
  title: "The gain is the rate's",
  statement:
    "At the same small learning rate batch norm gives no better test accuracy; its gain comes with the larger rates it permits.",
  source: "section 2, figure 1",
  published:
    "Test accuracy of ResNet-110: about 82 % without batch norm and 81.3 % with it at rate 10⁻⁴, about the largest at which the network without it trained reliably; with it 90.4 % at 0.003 and 93.3 % at 0.1 (read off a figure). All fit the training images: 99.5 % and more.",
  setting: {
    smoke: smokeSetting,
    laptop: `ResNet-56, 1000 steps on 256 images of 8×8 ${shortened} The images are so few because both networks are to fit them at the small rate, as the published ones did: the measures show how far they do. The small rate, 0.01, is the largest of 0.03, 0.01 and 0.003 at which the network without batch norm learns (tried on two seeds of their own, the first of them at 0.03); then 0.03, and 0.1 as published. Up to 2 points ahead count as no gain. A first measurement of ResNet-20 at rates 0.003 and 0.1, on 2000 images that the network without batch norm did not fit (41 %, with it 94 %), had 4.8 points between them at the small rate and 0.2 points from the large one (one seed).`,
    paper: `${paperSetting} The rates are 10⁻⁴, 0.003 and 0.1. Up to 2 points ahead count as no gain.`,
  },
  runs: sweep,
  measures: {
    sameRate: {
      title: "test accuracy at the small rate, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => finalAccuracy(normalized) - finalAccuracy(plain),
      rule: rules.below(tolerance),
    },
    rate: {
      title: "test accuracy with batch norm, at the large rate − at the small one",
      unit: "points",
      of: ({ normalized, normalizedFast }) => finalAccuracy(normalizedFast) - finalAccuracy(normalized),
      rule: rules.above(0),
    },
    middleRate: {
      title: "the same, at the rate between them − at the small one",
      unit: "points",
      of: ({ normalized, normalizedFaster }) => finalAccuracy(normalizedFaster) - finalAccuracy(normalized),
    },
    trainWithout: fitted("plain", "accuracy on training images at the small rate, without"),
    trainWith: fitted("normalized", "the same, with"),
    trainFaster: fitted("normalizedFaster", "the same at the rate between, with"),
    trainFast: fitted("normalizedFast", "the same at the large rate, with"),
  },
  figures: (evidence) => {
    const { small, middle, large } = plan[evidence.size].sweep.rates;
    const names = {
      normalizedFast: `with batch norm, rate ${large}`,
      normalizedFaster: `with batch norm, rate ${middle}`,
      normalized: `with batch norm, rate ${small}`,
      plain: `without batch norm, rate ${small}`,
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
      "At laptop size, in a first measurement of one seed, both networks fitted all their training images at the small rate, where batch norm was 1.9 points ahead on test images. At the large rate it fitted 82 % of the training images, and was 2.5 points behind the small rate on test images.",
    undecided:
      "At the small rate both networks fit all their training images, and batch norm is no better on test images, as claimed. At the large rate it fits 76 % of its training images in as many steps, and ends 1.6 points lower on test images, which is within what the seeds differ by.",
  },
});

/** How well a network of the sweep fits the images it was trained on. */
function fitted(run: keyof ReturnType<typeof sweep>, title: string) {
  return {
    title,
    unit: "share" as const,
    of: (results: Readonly<Record<typeof run, TrainingResult>>) => results[run].train?.accuracy ?? 0,
  };
}

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
    paper: `${paperSetting} Rates: 10⁻⁴ without batch norm, 0.03 with one (as remembered), 0.1 with all.`,
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
      "At laptop size, in a first measurement of one seed, the gain of batch norm everywhere was 1.0 point, and that of one before the output 1.3 points.",
    undecided:
      "Batch norm everywhere ends 2.4 points higher than none, one before the output 0.6 points lower than none, both within what the seeds differ by: what share of the gain one batch norm brings is not decided.",
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
