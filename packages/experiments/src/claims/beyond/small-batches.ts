import { claim, type Evidence } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, meanCurve } from "../../figures/across.js";
import type { Figure } from "../../figures/figure.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { PlacedLayer } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";
import { type TrainingSettings, training } from "../../runs/training.js";

const plan = {
  smoke: {
    data: { name: "mnist", train: 256, test: 200 },
    network: { family: "resNet", depth: 8, inputShape: [28, 28] },
    preprocessing: [
      { type: "rescaling", scale: 1 / 255 },
      { type: "averagePooling2d", poolSize: 4 },
    ],
    epochs: 1,
  },
  laptop: {
    data: { name: "cifar10", train: 6400, test: 2000 },
    network: { family: "resNet", depth: 8 },
    preprocessing: [
      { type: "rescaling", scale: 1 / 128, offset: -1 },
      { type: "averagePooling2d", poolSize: 2 },
    ],
    epochs: 3,
  },
  paper: {
    data: { name: "cifar10" },
    network: { family: "resNet", depth: 20 },
    preprocessing: [{ type: "rescaling", scale: 1 / 128, offset: -1 }],
    epochs: 60,
  },
} as const satisfies Record<Size, object>;

const batchSizes = [2, 8, 32] as const;

/** What is done to a network of one batch size; renormalization's bounds grow in the first quarter of its training. */
const normalizers = {
  "batch norm": () => ({ type: "batchNormalization", momentum: 0.9 }),
  "group norm": () => ({ type: "groupNormalization", groups: 4 }),
  "batch renormalization": (steps: number) => ({
    type: "batchRenormalization",
    momentum: 0.99,
    rMax: { from: 1, to: 3, start: Math.round(steps / 16), end: Math.round(steps / 4) },
    dMax: { from: 0, to: 5, start: Math.round(steps / 16), end: Math.round(steps / 4) },
  }),
} satisfies Record<string, (steps: number) => PlacedLayer>;

type Normalizer = keyof typeof normalizers;
type Arm = `${Normalizer} at ${(typeof batchSizes)[number]}`;

/** The same epochs for every batch size; the rate grows with it. */
const trainings = (size: Size) => {
  const { data, network, preprocessing, epochs } = plan[size];
  const one = (normalizer: Normalizer, batchSize: number) => {
    const steps = (epochs * ("train" in data ? data.train : 50_000)) / batchSize;
    return training({
      data,
      network: { ...network, preprocessing, normalization: normalizers[normalizer](Math.round(steps)) },
      optimizer: { type: "sgd", learningRate: (0.1 * batchSize) / 32 },
      batchSize,
      steps: Math.round(steps),
      every: Math.round(steps / epochs),
    } satisfies TrainingSettings);
  };
  return Object.fromEntries(
    (Object.keys(normalizers) as Normalizer[]).flatMap((normalizer) =>
      batchSizes.map((batchSize) => [`${normalizer} at ${batchSize}`, one(normalizer, batchSize)]),
    ),
  ) as Record<Arm, ReturnType<typeof training>>;
};

const setting = {
  smoke: "ResNet-8 on 256 images of MNIST, shrunk to 7×7, one epoch",
  laptop:
    "ResNet-8 on 6400 images of CIFAR-10, shrunk to 16×16, three epochs; SGD at 0.1 · batch/32. Published: ResNet-50 on ImageNet, 100 epochs.",
  paper: "ResNet-20 on CIFAR-10, 60 epochs, in place of ResNet-50 on ImageNet.",
};

const figures = (evidence: Evidence<ReturnType<typeof trainings>>): Figure[] => [
  {
    title: "Test accuracy by batch size",
    caption: "Each point is the mean over the seeds, after the same number of epochs.",
    panels: [
      {
        type: "table",
        title:
          "ImageNet error, ResNet-50, batch of 2 for each worker (from memory, but for the difference of 10.6)",
        origin: "published",
        head: ["", "error, %"],
        rows: [
          ["batch norm", 34.7],
          ["group norm", 24.1],
        ],
      },
      {
        type: "plot",
        title: "measured",
        x: { label: "batch size", scale: "log" },
        y: { label: "test accuracy" },
        marks: (Object.keys(normalizers) as Normalizer[]).map((normalizer) => ({
          type: "line",
          series: normalizer,
          dots: true,
          points: meanCurve(
            across(evidence, (results) =>
              batchSizes.map((batchSize) => ({
                x: batchSize,
                y: finalAccuracy(results[`${normalizer} at ${batchSize}`]),
              })),
            ),
          ),
        })),
      },
    ],
  },
];

/** WH18-1. */
export const groupNormAtTwo = claim({
  id: "WH18-1",
  title: "Group norm at batches of two",
  statement: "In batches of two, group normalization is far more accurate than batch normalization.",
  source: "section 4.1, table 2",
  published: "10.6 points less error on ImageNet (by a reader's notes).",
  setting,
  runs: trainings,
  measures: {
    accuracy: {
      title: "test accuracy at a batch of 2, group norm − batch norm",
      unit: "points",
      of: (results) => finalAccuracy(results["group norm at 2"]) - finalAccuracy(results["batch norm at 2"]),
      rule: rules.above(0),
    },
  },
  figures,
  remarks: {
    refuted:
      "In a short training of a small network the noise of small batches costs batch norm less than group norm loses by learning more slowly.",
    undecided: "In a short training of a small network the noise of small batches costs little.",
  },
});

/** WH18-2. */
export const batchNormFailsSmall = claim({
  id: "WH18-2",
  title: "Small batches",
  statement: "Batch normalization loses accuracy as the batch shrinks; group normalization does not.",
  source: "section 4.1, figure 5 and table 2",
  published:
    "Batch norm's error rises from a batch of 32 to 2; group norm's stays within half a point (figure).",
  setting,
  runs: trainings,
  measures: {
    loss: {
      title: "what batch norm loses from a batch of 32 to 2, more than group norm",
      unit: "points",
      of: (results) =>
        finalAccuracy(results["batch norm at 32"]) -
        finalAccuracy(results["batch norm at 2"]) -
        (finalAccuracy(results["group norm at 32"]) - finalAccuracy(results["group norm at 2"])),
      rule: rules.above(0),
    },
  },
  figures,
  remarks: {
    undecided:
      "With a fixed number of epochs small batches also take more steps, which is worth more than the noise costs.",
  },
});

/** IO17-1. */
export const renormalizationMends = claim({
  id: "IO17-1",
  title: "Renormalization at small batches",
  statement: "In small batches, batch renormalization is more accurate than batch normalization.",
  source: "section 4.2, figure 2",
  published:
    "A figure: at microbatches of 4, batch renormalization ends about two points higher (from memory).",
  setting,
  runs: trainings,
  measures: {
    accuracy: {
      title: "test accuracy at a batch of 2, renormalization − batch norm",
      unit: "points",
      of: (results) =>
        finalAccuracy(results["batch renormalization at 2"]) - finalAccuracy(results["batch norm at 2"]),
      rule: rules.above(0),
    },
  },
  figures,
  remarks: {
    undecided:
      "The bounds open during the first quarter of a training that is 20 times as short as the published one.",
  },
});
