import { claim, type Evidence } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across } from "../../figures/across.js";
import type { Figure } from "../../figures/figure.js";
import { finalAccuracy, lossGap } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";
import { bootstrap } from "../../statistics/interval.js";
import { batchNorm, type LectureNetwork, lectureNetwork } from "./lecture-network.js";

/** Few examples, which a network learns by heart. */
const plan = {
  smoke: { data: { name: "mnist", train: 500, test: 300 }, steps: 30, every: 30, trainExamples: 500 },
  laptop: { data: { name: "mnist", train: 2000 }, steps: 1500, every: 1500, trainExamples: 2000 },
  paper: { data: { name: "mnist", train: 2000 }, steps: 15_000, every: 1500, trainExamples: 2000 },
} as const satisfies Record<Size, Partial<TrainingSettings>>;

/** The strengths that helped most without batch norm, of l2 = 10⁻⁴, 3·10⁻⁴, 10⁻³, 3·10⁻³, 10⁻² and rates of 0.2 and 0.5. */
const regularisations = {
  none: {},
  penalty: { kernelRegularizer: { l2: 1e-3 } },
  dropout: { dropoutRate: 0.2 },
} as const satisfies Record<string, LectureNetwork>;

const trained = (size: Size, options: LectureNetwork) =>
  training({
    ...plan[size],
    network: lectureNetwork(options),
    optimizer: { type: "sgd", learningRate: 0.1 },
    batchSize: 64,
  });

/** Without batch norm and with it, each regularised in three ways. */
const grid = (size: Size) => ({
  plain: trained(size, regularisations.none),
  plainPenalty: trained(size, regularisations.penalty),
  plainDropout: trained(size, regularisations.dropout),
  normalized: trained(size, { normalization: batchNorm, ...regularisations.none }),
  normalizedPenalty: trained(size, { normalization: batchNorm, ...regularisations.penalty }),
  normalizedDropout: trained(size, { normalization: batchNorm, ...regularisations.dropout }),
});

const setting = {
  smoke: "784-300-100-10 on 500 images of MNIST, 30 steps.",
  laptop:
    "784-300-100-10 on the first 2000 images of MNIST, batches of 64, 1500 steps of SGD at 0.1; no regularisation, an L2 penalty of 10⁻³ on the kernels, or dropout of 0.2 behind both hidden layers: of a few strengths those best without batch norm. No settings were given.",
  paper: "As at laptop, 15,000 steps.",
} as const satisfies Record<Size, string>;

/** AS22-8. */
export const lessRegularisation = claim({
  id: "AS22-8",
  title: "Less need of regularisation",
  statement: "With batch norm a network needs less regularisation.",
  source: "the part on its advantages: try it for your network",
  published: "No number.",
  setting,
  runs: grid,
  measures: {
    need: {
      title: "gain of test accuracy by the better of L2 and dropout, with batch norm − without",
      unit: "points",
      of: (results) =>
        gain(results.normalized, results.normalizedPenalty, results.normalizedDropout) -
        gain(results.plain, results.plainPenalty, results.plainDropout),
      rule: rules.below(0),
    },
    gap: {
      title: "train accuracy − test accuracy without L2 and dropout, with batch norm − without",
      unit: "points",
      of: ({ normalized, plain }) => accuracyGap(normalized) - accuracyGap(plain),
      rule: rules.below(0),
    },
  },
  remarks: {
    undecided: "What L2 and dropout add is less than a point here, and seeds differ by as much.",
    refuted: "Batch norm left as much for L2 and dropout to gain as there was without it.",
  },
  figures: (evidence) => [gapFigure(evidence)],
});

/** NG17-5. */
export const besideDropout = claim({
  id: "NG17-5",
  title: "A slight regularisation, beside dropout",
  statement:
    "The noise of its batches makes batch norm a slight regulariser, a side effect: dropout regularises more.",
  source: "C2W3L06, the third reason",
  published: "No number; of the lecture only a summary could be checked.",
  setting,
  runs: grid,
  measures: {
    regularises: {
      title: "test accuracy at the end, with batch norm alone − with neither",
      unit: "points",
      of: ({ normalized, plain }) => finalAccuracy(normalized) - finalAccuracy(plain),
      rule: rules.above(0),
    },
    slight: {
      title: "test accuracy at the end, with dropout alone − with batch norm alone",
      unit: "points",
      of: ({ plainDropout, normalized }) => finalAccuracy(plainDropout) - finalAccuracy(normalized),
      rule: rules.above(0),
    },
    lossGap: {
      title: "test loss − train loss, with batch norm alone − with neither",
      of: ({ normalized, plain }) => lossGap(normalized) - lossGap(plain),
    },
    lossGapDropout: {
      title: "test loss − train loss, with dropout alone − with neither",
      of: ({ plainDropout, plain }) => lossGap(plainDropout) - lossGap(plain),
    },
  },
  remarks: {
    undecided:
      "On few examples batch norm gains about as much as dropout of 0.2 does; not all of that need be its noise.",
    refuted:
      "On few examples batch norm gained more than dropout of 0.2, or nothing; not all that it gains need be its noise.",
  },
  figures: (evidence) => [gapFigure(evidence)],
});

function gain(none: TrainingResult, ...regularised: TrainingResult[]): number {
  return Math.max(...regularised.map(finalAccuracy)) - finalAccuracy(none);
}

/** On all training examples, in inference mode. */
function accuracyGap(result: TrainingResult): number {
  return (result.train?.accuracy ?? 0) - finalAccuracy(result);
}

type Grid = ReturnType<typeof grid>;

function gapFigure(evidence: Evidence<Grid>): Figure {
  const bars = (series: string, runs: Readonly<Record<string, keyof Grid>>) => ({
    type: "bars" as const,
    series,
    points: Object.entries(runs).map(([x, run]) => {
      const { effect, low, high } = bootstrap(across(evidence, (results) => accuracyGap(results[run])));
      return { x, y: effect, ...(Number.isFinite(low) && { low, high }) };
    }),
  });
  return {
    title: "Train accuracy − test accuracy",
    caption: "After training on few examples; error bars are 95 % intervals over the seeds.",
    panels: [
      {
        type: "plot",
        title: "measured",
        x: { label: "regularisation", scale: "band" },
        y: { label: "train accuracy − test accuracy" },
        marks: [
          bars("without batch norm", { none: "plain", L2: "plainPenalty", dropout: "plainDropout" }),
          bars("with batch norm", {
            none: "normalized",
            L2: "normalizedPenalty",
            dropout: "normalizedDropout",
          }),
        ],
      },
    ],
  };
}
