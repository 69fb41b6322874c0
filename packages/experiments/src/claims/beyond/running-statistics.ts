import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { meanCurve } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import type { Size } from "../../runs/run.js";
import { type StatisticsGapResult, statisticsGap } from "../../runs/statistics-gap.js";

/** The lecture's network on MNIST, trained for a few hundred steps: short, so that the statistics have to keep up. */
const plan = {
  smoke: { data: { name: "mnist", train: 4000, test: 500 }, steps: 60, preciseExamples: 1024 },
  laptop: { data: { name: "mnist" }, steps: 300, preciseExamples: 8192 },
  paper: { data: { name: "mnist" }, steps: 300, preciseExamples: 8192 },
} as const satisfies Record<Size, object>;

const momenta = [0.9, 0.99, 0.999] as const;
const batchSizes = [8, 64, 512] as const;

type Arm = `${(typeof batchSizes)[number]} at ${(typeof momenta)[number]}`;

const arms = batchSizes.flatMap((batchSize) =>
  momenta.map((momentum) => ({ batchSize, momentum, name: `${batchSize} at ${momentum}` as Arm })),
);

/** Every batch size with every momentum of the running statistics. */
const gaps = (size: Size) => {
  const { steps, ...rest } = plan[size];
  return Object.fromEntries(
    arms.map(({ name, batchSize, momentum }) => [
      name,
      statisticsGap({
        ...rest,
        network: {
          family: "mlp",
          inputShape: [28, 28],
          preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
          normalization: { type: "batchNormalization", momentum },
        },
        optimizer: { type: "sgd", learningRate: 0.1 },
        batchSize,
        steps,
        every: steps,
      }),
    ]),
  ) as Record<Arm, ReturnType<typeof statisticsGap>>;
};

const setting = {
  smoke: "784-300-100-10 on 4000 images of MNIST, 60 steps",
  laptop:
    "784-300-100-10 on MNIST, 300 steps of SGD at 0.1, batches of 8, 64, 512, momentum (share of the old value) 0.9, 0.99, 0.999. Published: ResNet-50 on ImageNet.",
  paper: "As at laptop: the effect is one of the number of steps.",
};

const figures = (evidence: Evidence<ReturnType<typeof gaps>>): Figure[] => [
  {
    title: "How stale the running statistics are",
    caption:
      "After 300 steps: how far running means are from those of the final weights, in deviations; and what that costs on the test set.",
    panels: [
      panel(evidence, "distance of the running means, deviations", ({ meanError }) => meanError),
      panel(
        evidence,
        "test accuracy, exact − running statistics",
        ({ running, precise }) => precise.accuracy - running.accuracy,
      ),
    ],
  },
];

function panel(
  evidence: Evidence<ReturnType<typeof gaps>>,
  label: string,
  of: (result: StatisticsGapResult) => number,
): Figure["panels"][number] {
  return {
    type: "plot",
    title: label,
    x: { label: "batch size", scale: "log" },
    y: { label },
    marks: momenta.map((momentum) => ({
      type: "line",
      series: `momentum ${momentum}`,
      dots: true,
      points: meanCurve(
        across(evidence, (results) =>
          batchSizes.map((batchSize) => ({ x: batchSize, y: of(results[`${batchSize} at ${momentum}`]) })),
        ),
      ),
    })),
  };
}

/** WJ21-1. */
export const preciseIsBetter = claim({
  id: "WJ21-1",
  title: "Exact statistics beat moving averages",
  statement:
    "Statistics computed anew for the final weights give better inference than a moving average, which mixes those of old weights; it shows where training is short.",
  source: "its comparison of PreciseBN with the moving average",
  published:
    "Better than a moving average, which matters for large batches or short training (as remembered); no number at hand.",
  setting,
  runs: gaps,
  measures: {
    accuracy: {
      title: "test accuracy at momentum 0.99 and batch 64, exact − running statistics",
      unit: "points",
      of: ({ "64 at 0.99": { precise, running } }) => precise.accuracy - running.accuracy,
      rule: rules.above(0),
    },
  },
  figures,
});

/** WJ21-2. */
export const discrepancyGrowsWithMomentum = claim({
  id: "WJ21-2",
  title: "Train–inference discrepancy",
  statement:
    "Inference departs from training more, the longer the memory of the running statistics is against the length of the training, and with noisier statistics the smaller the batch.",
  source: "the same; momentum and batch size are the two knobs of every implementation",
  published: "No number.",
  setting,
  runs: gaps,
  measures: {
    momentum: {
      title: "distance of the running means at batch 64, momentum 0.999 ÷ 0.9",
      unit: "ratio",
      scale: "log",
      of: (results) => results["64 at 0.999"].meanError / results["64 at 0.9"].meanError,
      rule: rules.above(1),
    },
    batchSize: {
      title: "distance of the running means at momentum 0.9, batch 8 ÷ 512",
      unit: "ratio",
      scale: "log",
      of: (results) => results["8 at 0.9"].meanError / results["512 at 0.9"].meanError,
      rule: rules.above(1),
    },
  },
  figures,
});
