import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, curves } from "../../figures/across.js";
import { curveOf, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingSettings, training } from "../../runs/training.js";

/** Ioffe & Szegedy 2015, section 4.1: the network of figure 1. */
const plan = {
  smoke: { steps: 300, every: 50, data: { train: 6000, test: 500 } },
  laptop: { steps: 50_000, every: 1000, data: {} },
  paper: { steps: 50_000, every: 500, data: {} },
} as const satisfies Record<Size, object>;

const network = (size: Size, normalization: "none" | "batchNormalization"): TrainingSettings => {
  const { data, ...steps } = plan[size];
  return {
    data: { name: "mnist", binary: true, ...data },
    network: {
      family: "mlp",
      inputShape: [28, 28],
      units: [100, 100, 100],
      activation: "sigmoid",
      kernelInitializer: { type: "normal", standardDeviation: 0.1 },
      normalization: normalization === "none" ? "none" : { type: normalization, momentum: 0.9 },
    },
    optimizer: { type: "sgd", learningRate: 0.1 },
    batchSize: 60,
    ...steps,
    probe: {
      examples: 500,
      unitPercentiles: [normalization === "none" ? "dense_3" : "dense_3_normalization"],
    },
  };
};

/** The two networks of figure 1. */
export const figure1 = (size: Size) => ({
  plain: training(network(size, "none")),
  normalized: training(network(size, "batchNormalization")),
});

/** IS15-8. */
export const fasterAndHigher = claim({
  id: "IS15-8",
  title: "Faster and higher on MNIST",
  statement: "In a sigmoid network on MNIST, batch normalization learns faster and ends higher.",
  source: "section 4.1, figure 1 (a)",
  published: "A figure only: the curve with batch norm rises faster and stays above.",
  setting: {
    smoke: "300 steps on 6000 images",
    laptop:
      "As published: 784-100-100-100-10, sigmoid, binary images, batch 60, 50,000 steps. Standard deviation of the first weights (0.1) and learning rate (SGD, 0.1) are our choice: they were not given.",
    paper: "As at laptop.",
  },
  runs: figure1,
  measures: {
    early: {
      title: "test accuracy after a tenth of the steps, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => early(normalized) - early(plain),
      rule: rules.above(0),
    },
    final: {
      title: "test accuracy at the end, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => finalAccuracy(normalized) - finalAccuracy(plain),
      rule: rules.above(0),
    },
  },
  figures: (evidence) => [
    {
      title: "Test accuracy by step",
      caption: "Thick lines are means over the seeds, thin ones the seeds.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "test accuracy" },
          marks: [
            ...curves(
              "without batch norm",
              across(evidence, ({ plain }) => curveOf(plain, "test", "accuracy")),
            ),
            ...curves(
              "with batch norm",
              across(evidence, ({ normalized }) => curveOf(normalized, "test", "accuracy")),
            ),
          ],
        },
      ],
    },
  ],
});

const early = ({ points }: { points: readonly { test?: { accuracy: number } }[] }) =>
  points[Math.ceil(points.length / 10)]?.test?.accuracy ?? 0;
