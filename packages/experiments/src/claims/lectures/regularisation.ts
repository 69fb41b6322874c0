import { claim, type Evidence, type Results } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import type { Figure } from "../../figures/figure.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { type Measures, type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";
import { bootstrap } from "../../statistics/interval.js";
import { batchNorm, type LectureNetwork, lectureNetwork } from "./lecture-network.js";
import { trainTestGap } from "./train-test-gap.js";

/** Few examples, which a network learns by heart. */
const plan = {
  smoke: { data: { name: "mnist", train: 500, test: 300 }, steps: 30, every: 30, trainExamples: 500 },
  laptop: { data: { name: "mnist", train: 2000 }, steps: 1500, every: 1500, trainExamples: 2000 },
  paper: { data: { name: "mnist", train: 2000 }, steps: 15_000, every: 1500, trainExamples: 2000 },
} as const satisfies Record<Size, Partial<TrainingSettings>>;

/**
 * Two strengths of each: of l2 = 10⁻⁴, 3·10⁻⁴, 10⁻³, 3·10⁻³, 10⁻² and rates of 0.2 and 0.5 the one that helped most
 * without batch norm, and a weaker one, since with batch norm less may be needed.
 */
const weakPenalty = { kernelRegularizer: { l2: 1e-4 } } as const satisfies LectureNetwork;
const penalty = { kernelRegularizer: { l2: 1e-3 } } as const satisfies LectureNetwork;
const weakDropout = { dropoutRate: 0.1 } as const satisfies LectureNetwork;
const dropout = { dropoutRate: 0.2 } as const satisfies LectureNetwork;

const trained = (size: Size, options: LectureNetwork = {}) =>
  training({
    ...plan[size],
    network: lectureNetwork(options),
    optimizer: { type: "sgd", learningRate: 0.1 },
    batchSize: 64,
  });

const normalization = batchNorm;

/** Batch norm and dropout, each alone, and neither. */
const alone = (size: Size) => ({
  plain: trained(size),
  plainDropout: trained(size, dropout),
  normalized: trained(size, { normalization }),
});

/** Without batch norm and with it, each regularised in the same ways. */
const grid = (size: Size) => ({
  ...alone(size),
  plainWeakPenalty: trained(size, weakPenalty),
  plainPenalty: trained(size, penalty),
  plainWeakDropout: trained(size, weakDropout),
  normalizedWeakPenalty: trained(size, { normalization, ...weakPenalty }),
  normalizedPenalty: trained(size, { normalization, ...penalty }),
  normalizedWeakDropout: trained(size, { normalization, ...weakDropout }),
  normalizedDropout: trained(size, { normalization, ...dropout }),
});

type Grid = ReturnType<typeof grid>;
type Alone = ReturnType<typeof alone>;

const examples = {
  smoke: "784-300-100-10 on 500 images of MNIST, 30 steps.",
  laptop:
    "784-300-100-10 on the first 2000 images of MNIST, batches of 64, 1500 steps of SGD at 0.1. No settings were given.",
} as const;

/** AS22-8. */
export const lessRegularisation = claim({
  id: "AS22-8",
  title: "Less need of regularisation",
  statement: "With batch norm a network needs less regularisation.",
  source: "the part on its advantages: try it for your network",
  published: "No number.",
  setting: {
    smoke: examples.smoke,
    laptop: `${examples.laptop} No regularisation, an L2 penalty of 10⁻⁴ or 10⁻³ on the kernels, or dropout of 0.1 or 0.2 behind both hidden layers, with batch norm and without: of the four the best in each seed. (The stronger ones are the best without batch norm of a few; at first they were the only ones in both.)`,
    paper: "As at laptop, 15,000 steps.",
  },
  runs: grid,
  measures: {
    need: {
      title: "gain of test accuracy by the best of L2 and dropout, with batch norm − without",
      unit: "points",
      of: ({ normalized, plain, ...results }: Results<Grid>) =>
        gain(
          normalized,
          results.normalizedWeakPenalty,
          results.normalizedPenalty,
          results.normalizedWeakDropout,
          results.normalizedDropout,
        ) -
        gain(
          plain,
          results.plainWeakPenalty,
          results.plainPenalty,
          results.plainWeakDropout,
          results.plainDropout,
        ),
      rule: rules.below(0),
    },
    gap: {
      title: "train accuracy − test accuracy without L2 and dropout, with batch norm − without",
      unit: "points",
      of: ({ normalized, plain }) => trainTestGap(normalized, "accuracy") - trainTestGap(plain, "accuracy"),
      rule: rules.below(0),
    },
  },
  remarks: {
    undecided: "What L2 and dropout add is about a point here or less, and seeds differ by as much.",
    refuted:
      "Batch norm left as much for L2 and dropout to gain as there was without it, or as wide a gap between train and test.",
  },
  figures: (evidence) => [
    gapFigure(evidence, "accuracy", {
      "without batch norm": {
        none: "plain",
        "L2, 10⁻⁴": "plainWeakPenalty",
        "L2, 10⁻³": "plainPenalty",
        "dropout, 0.1": "plainWeakDropout",
        "dropout, 0.2": "plainDropout",
      },
      "with batch norm": {
        none: "normalized",
        "L2, 10⁻⁴": "normalizedWeakPenalty",
        "L2, 10⁻³": "normalizedPenalty",
        "dropout, 0.1": "normalizedWeakDropout",
        "dropout, 0.2": "normalizedDropout",
      },
    }),
  ],
});

/** NG17-5. */
export const besideDropout = claim({
  id: "NG17-5",
  title: "A slight regularisation, beside dropout",
  statement:
    "The noise of its batches makes batch norm a slight regulariser, a side effect: dropout regularises more.",
  source: "C2W3L06, the third reason",
  published: "No number; of the lecture only a summary could be checked.",
  setting: {
    smoke: examples.smoke,
    laptop: `${examples.laptop} Batch norm alone, dropout of 0.2 behind both hidden layers alone (of 0.2 and 0.5 the better one), and neither. Regularisation is judged by the gap between test loss and train loss; at first it was by test accuracy, which may rise for other reasons. A gap by batch norm's noise alone is that of NG17-1.`,
    paper: "As at laptop, 15,000 steps.",
  },
  runs: alone,
  measures: {
    regularises: {
      title: "test loss − train loss, with batch norm alone − with neither",
      of: ({ normalized, plain }) => trainTestGap(normalized, "loss") - trainTestGap(plain, "loss"),
      rule: rules.below(0),
    },
    slight: {
      title: "test loss − train loss, with dropout alone − with batch norm alone",
      of: ({ plainDropout, normalized }) =>
        trainTestGap(plainDropout, "loss") - trainTestGap(normalized, "loss"),
      rule: rules.below(0),
    },
    accuracy: {
      title: "test accuracy at the end, with batch norm alone − with neither",
      unit: "points",
      of: ({ normalized, plain }) => finalAccuracy(normalized) - finalAccuracy(plain),
    },
    accuracyDropout: {
      title: "test accuracy at the end, with dropout alone − with batch norm alone",
      unit: "points",
      of: ({ plainDropout, normalized }) => finalAccuracy(plainDropout) - finalAccuracy(normalized),
    },
  },
  remarks: {
    undecided:
      "On few examples learned by heart, batch norm closes about as much of the gap as dropout of 0.2.",
    refuted:
      "On few examples learned by heart, batch norm does not close less of the gap than dropout of 0.2, as the second measure shows, or closes none of it, as the first would; how much of it is its noise we did not isolate here.",
  },
  figures: (evidence) => [
    gapFigure(evidence, "loss", {
      measured: { neither: "plain", "batch norm": "normalized", "dropout, 0.2": "plainDropout" },
    }),
  ],
});

function gain(none: TrainingResult, ...regularised: TrainingResult[]): number {
  return Math.max(...regularised.map(finalAccuracy)) - finalAccuracy(none);
}

/** Bars of the gap, by series and name. */
function gapFigure<R extends Grid | Alone>(
  evidence: Evidence<R>,
  measure: keyof Measures,
  series: Readonly<Record<string, Readonly<Record<string, keyof R & string>>>>,
): Figure {
  const label = measure === "loss" ? "test loss − train loss" : "train accuracy − test accuracy";
  return {
    title: label[0]!.toUpperCase() + label.slice(1),
    caption: "After training on few examples; error bars are 95 % intervals over the seeds.",
    panels: [
      {
        type: "plot",
        title: "measured",
        x: { label: "regularisation", scale: "band" },
        y: { label },
        marks: Object.entries(series).map(([name, runs]) => ({
          type: "bars",
          series: name,
          points: Object.entries(runs).map(([x, run]) => {
            const { effect, low, high } = bootstrap(
              across(evidence, (results) => trainTestGap(results[run] as TrainingResult, measure)),
            );
            return { x, y: effect, ...(Number.isFinite(low) && { low, high }) };
          }),
        })),
      },
    ],
  };
}
