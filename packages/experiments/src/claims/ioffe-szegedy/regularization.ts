import { schedules } from "evenkeel";
import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import type { Figure } from "../../figures/figure.js";
import { batchComposition } from "../../runs/batch-composition.js";
import { chance, finalAccuracy } from "../../runs/curves.js";
import type { NetworkSettings } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";
import { learningCurves } from "../learning-curves.js";

/** Few images, many epochs: where overfitting shows. */
const plan = {
  smoke: { train: 640, test: 300, units: [32, 32], epochs: 2 },
  laptop: { train: 6400, test: undefined, units: [300, 100], epochs: 25 },
  paper: { train: 6400, test: undefined, units: [300, 100], epochs: 200 },
} as const satisfies Record<Size, object>;

const batchSize = 32;

/** What all runs share: 784-300-100-10, at a rate that falls to 0. */
const shared = (size: Size, normalized: boolean, dropoutRate: number) => {
  const { train, test, units, epochs } = plan[size];
  const steps = (epochs * train) / batchSize;
  return {
    steps,
    settings: {
      data: { name: "mnist", train, ...(test !== undefined && { test }) },
      network: {
        family: "mlp",
        inputShape: [28, 28],
        units: [...units],
        preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
        normalization: normalized ? { type: "batchNormalization", momentum: 0.9 } : "none",
        ...(dropoutRate > 0 && { dropoutRate }),
      } satisfies NetworkSettings,
      optimizer: { type: "sgd", learningRate: schedules.cosine({ initial: 0.1, steps }) },
      batchSize,
    } satisfies Pick<TrainingSettings, "data" | "network" | "optimizer" | "batchSize">,
  };
};

const dropoutRuns = (size: Size) => {
  const { train, epochs } = plan[size];
  const arm = (normalized: boolean, dropoutRate: number) => {
    const { steps, settings } = shared(size, normalized, dropoutRate);
    return training({ ...settings, steps, every: steps / epochs, trainExamples: train });
  };
  return {
    plain: arm(false, 0),
    plainDropout: arm(false, 0.4),
    normalized: arm(true, 0),
    normalizedDropout: arm(true, 0.4),
  };
};

/**
 * Accuracy on the training images, in inference mode, less that on the test images. A training that diverged is at
 * chance on both.
 */
const gap = (result: TrainingResult) => (result.train?.accuracy ?? chance) - finalAccuracy(result);

const setting = {
  smoke: "784-32-32-10, two epochs on 640 images of MNIST",
  laptop:
    "784-300-100-10 with ReLU on 6400 images of MNIST, 25 epochs of SGD in batches of 32, at a rate that falls from 0.1 to 0 along a cosine. Published: Inception on ImageNet.",
  paper: "As at laptop, for 200 epochs.",
};

const arms = {
  plain: "without batch norm",
  plainDropout: "without batch norm, dropout",
  normalized: "batch norm",
  normalizedDropout: "batch norm, dropout",
} as const;

/** IS15-15. */
export const dropoutCanGo = claim({
  id: "IS15-15",
  title: "Dropout can go",
  statement: "With batch norm, dropout can be left out without more overfitting.",
  source: "sections 3.4 and 4.2.1",
  published: "No number: BN-x5 and BN-x30 go without dropout, which “does not increase overfitting”.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Dropout of 40 % behind both hidden layers. “Without more” is taken as “by less than half a point”. A training that diverged counts with 10 % on both sets, chance.`,
  },
  runs: dropoutRuns,
  measures: {
    overfitting: {
      title: "training accuracy − test accuracy with batch norm, without dropout − with dropout",
      unit: "points",
      of: ({ normalized, normalizedDropout }) => gap(normalized) - gap(normalizedDropout),
      rule: rules.below(0.005),
    },
    accuracy: {
      title: "test accuracy with batch norm, without dropout − with dropout",
      unit: "points",
      of: ({ normalized, normalizedDropout }) => finalAccuracy(normalized) - finalAccuracy(normalizedDropout),
      rule: rules.above(-0.005),
    },
    plainOverfitting: {
      title: "training accuracy − test accuracy without batch norm, without dropout − with dropout",
      unit: "points",
      of: ({ plain, plainDropout }) => gap(plain) - gap(plainDropout),
    },
    plainAccuracy: {
      title: "test accuracy without batch norm, without dropout − with dropout",
      unit: "points",
      of: ({ plain, plainDropout }) => finalAccuracy(plain) - finalAccuracy(plainDropout),
    },
  },
  figures: (evidence) => [
    {
      title: "Overfitting with and without dropout",
      caption: "Bars are means over the seeds, at the end of the training.",
      panels: [
        {
          type: "plot",
          title: "measured: training accuracy − test accuracy",
          x: { label: "", scale: "band" },
          y: { label: "difference" },
          marks: [bars(evidence, gap)],
        },
        {
          type: "plot",
          title: "measured: test error",
          x: { label: "", scale: "band" },
          y: { label: "test error" },
          marks: [bars(evidence, (result) => 1 - finalAccuracy(result))],
        },
      ],
    },
  ],
  remarks: {
    undecided:
      "With few images and seeds the differences are as large as half a point, which was taken for none.",
    refuted: "With few images, dropout still takes away overfitting that batch norm leaves.",
  },
});

const bars = (
  evidence: Evidence<ReturnType<typeof dropoutRuns>>,
  of: (result: TrainingResult) => number,
) => ({
  type: "bars" as const,
  series: "measured",
  points: (Object.keys(arms) as (keyof typeof arms)[]).map((arm) => {
    const values = across(evidence, (results) => of(results[arm]));
    return {
      x: arms[arm],
      y: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  }),
});

const compositionRuns = (size: Size) => {
  const arm = (normalized: boolean, composition: "fixed" | "reshuffled") =>
    batchComposition({ ...shared(size, normalized, 0).settings, epochs: plan[size].epochs, composition });
  return {
    fixed: arm(true, "fixed"),
    reshuffled: arm(true, "reshuffled"),
    plainFixed: arm(false, "fixed"),
    plainReshuffled: arm(false, "reshuffled"),
  };
};

/** IS15-16. */
export const reshuffling = claim({
  id: "IS15-16",
  title: "New batch mates in every epoch",
  statement:
    "When the same examples do not always share a batch, a network with batch norm validates better.",
  source: "section 4.2.1",
  published: "About 1 point of validation accuracy on ImageNet.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Batches are made up once, or anew in every epoch; either way they come in a new order in every epoch.`,
  },
  runs: compositionRuns,
  measures: {
    normalized: {
      title: "test accuracy at the end with batch norm, batches reshuffled − fixed",
      unit: "points",
      of: ({ fixed, reshuffled }) => finalAccuracy(reshuffled) - finalAccuracy(fixed),
      rule: rules.above(0),
    },
    plain: {
      title: "the same without batch norm",
      unit: "points",
      of: ({ plainFixed, plainReshuffled }) => finalAccuracy(plainReshuffled) - finalAccuracy(plainFixed),
    },
  },
  figures: (evidence): Figure[] => [
    {
      title: "Fixed and reshuffled batches",
      caption: "Test accuracy after every epoch. Thick lines are means over the seeds, thin ones the seeds.",
      panels: (["fixed", "plainFixed"] as const).map((fixed) => {
        const reshuffled = fixed === "fixed" ? "reshuffled" : "plainReshuffled";
        return {
          type: "plot",
          title: fixed === "fixed" ? "measured, with batch norm" : "measured, without batch norm",
          x: { label: "step" },
          y: { label: "test accuracy", domain: [0.9, 1] },
          marks: learningCurves(evidence, { [fixed]: "fixed batches", [reshuffled]: "reshuffled batches" }),
        };
      }),
    },
  ],
  remarks: {
    undecided: "The difference is smaller than what the seeds differ by.",
    refuted: "A small network on MNIST validates better when its batches are made up once.",
  },
});
