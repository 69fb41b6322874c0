import { mean, standardDeviation } from "simple-statistics";
import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import type { Plot } from "../../figures/figure.js";
import type { Percentiles } from "../../probes/summaries.js";
import { chance, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";
import { learningCurves } from "../learning-curves.js";

/** Ioffe & Szegedy 2015, section 4.1: the network of figure 1. */
const plan = {
  smoke: { steps: 300, every: 30, data: { train: 6000, test: 500 } },
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

const setting = {
  smoke: "300 steps on 6000 images",
  laptop:
    "As published: 784-100-100-100-10, sigmoid, binary images, batch 60, 50,000 steps, batch norm before each sigmoid. Standard deviation of the first weights (0.1) and learning rate (SGD, 0.1) were not given: they are our choice, made without a search.",
  paper: "As at laptop.",
};

/** IS15-8. */
export const fasterAndHigher = claim({
  id: "IS15-8",
  title: "Faster and higher on MNIST",
  statement: "In a sigmoid network on MNIST, batch normalization learns faster and ends higher.",
  source: "section 4.1, figure 1 (a)",
  published: "A figure only: the curve with batch norm rises faster and stays above.",
  setting: { ...setting, laptop: `${setting.laptop} A tenth is step 5000 (6000 in a first measurement).` },
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
      title: "Figure 1 (a): test accuracy by step",
      caption:
        "Thick lines are means over the seeds, thin ones the seeds. The published curves, without numbers: with batch norm the accuracy rises sooner and stays above.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "test accuracy", ...(evidence.size !== "smoke" && { domain: [0.85, 1] }) },
          marks: learningCurves(evidence, { plain: "without batch norm", normalized: "with batch norm" }),
        },
      ],
    },
  ],
});

const early = ({ points }: { points: readonly { test?: { accuracy: number } }[] }) =>
  points[Math.round((points.length - 1) / 10)]?.test?.accuracy ?? chance;

/** The percentiles of every unit of the last hidden layer, by step: what goes into its sigmoid. */
const sigmoidInputs = ({ points }: TrainingResult): { step: number; units: Percentiles[] }[] =>
  points.flatMap(({ step, probe }) => {
    const [units] = Object.values(probe?.unitPercentiles ?? {});
    return units ? [{ step, units }] : [];
  });

/** The drift of each unit: the standard deviation over time of its median, in mean widths of its 15th to 85th percentile. */
const driftByUnit = (result: TrainingResult): number[] => {
  const times = sigmoidInputs(result);
  return (times[0]?.units ?? []).map((_, unit) => {
    const over = (of: (percentiles: Percentiles) => number) => times.map(({ units }) => of(units[unit]!));
    return standardDeviation(over(([, middle]) => middle)) / mean(over(([low, , high]) => high - low));
  });
};

const drift = (result: TrainingResult) => mean(driftByUnit(result));

/** The unit whose drift is the median of all units': a typical one. */
const typicalUnit = (result: TrainingResult): number => {
  const drifts = driftByUnit(result);
  const order = drifts.map((_, unit) => unit).sort((a, b) => drifts[a]! - drifts[b]!);
  return order[Math.floor(order.length / 2)]!;
};

const percentilesByStep = (
  title: string,
  result: TrainingResult,
  domain: readonly [number, number],
): Plot => {
  const unit = typicalUnit(result);
  const times = sigmoidInputs(result);
  return {
    type: "plot",
    title: `measured, ${title}: unit ${unit + 1}`,
    x: { label: "step" },
    y: { label: "input of the sigmoid", domain },
    marks: ["15th percentile", "50th percentile", "85th percentile"].map((series, index) => ({
      type: "line",
      series,
      points: times.map(({ step, units }) => ({ x: step, y: units[unit]![index]! })),
    })),
  };
};

/** Of all percentiles of the typical units, so that both plots have the same scale. */
const commonDomain = (results: readonly TrainingResult[]): [number, number] => {
  const values = results.flatMap((result) => {
    const unit = typicalUnit(result);
    return sigmoidInputs(result).flatMap(({ units }) => units[unit]!);
  });
  return [Math.min(...values), Math.max(...values)];
};

/** IS15-9. */
export const steadierInputs = claim({
  id: "IS15-9",
  title: "Steadier inputs of the sigmoids",
  statement: "Batch norm makes the distribution of a sigmoid's inputs more stable as training goes on.",
  source: "section 4.1, figure 1 (b, c)",
  published:
    "A figure only: the {15, 50, 85}th percentiles of one typical unit move a lot without batch norm and hardly with it.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} The percentiles are over 500 test images in training mode, every 1000 steps, for all 100 units of the last hidden layer; drawn is the unit of median drift.`,
  },
  runs: figure1,
  measures: {
    drift: {
      title:
        "drift (deviation over time of the median ÷ mean width between the 15th and 85th percentile; mean over the units), without batch norm ÷ with",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized }) => drift(plain) / drift(normalized),
      rule: rules.above(1),
    },
    plain: { title: "drift without batch norm", of: ({ plain }) => drift(plain) },
    normalized: { title: "drift with batch norm", of: ({ normalized }) => drift(normalized) },
  },
  figures: ({ seeds }) => {
    const { plain, normalized } = seeds[0]!.results;
    const domain = commonDomain([plain, normalized]);
    return [
      {
        title: "Figure 1 (b, c): the input of a typical sigmoid of the last hidden layer",
        caption:
          "The unit of median drift, with the first seed; both plots have one scale. The published curves, without numbers: without batch norm centre and width move a lot, with it they are nearly flat.",
        panels: [
          percentilesByStep("without batch norm", plain, domain),
          percentilesByStep("with batch norm", normalized, domain),
        ],
      },
    ];
  },
});
