import { schedules } from "evenkeel";
import { mean } from "simple-statistics";
import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Table } from "../../figures/figure.js";
import { bestAccuracy, curveOf, finalAccuracy, stepsTo } from "../../runs/curves.js";
import type { NetworkSettings } from "../../runs/network.js";
import type { Run, Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";

type Plan = Pick<TrainingSettings, "data" | "network" | "steps" | "every"> & {
  /** The baseline's first rate. */
  rate: number;
};

const perceptron = (units: number[]): NetworkSettings => ({
  family: "mlp",
  inputShape: [28, 28],
  units,
  preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
  kernelInitializer: "heNormal",
});

const plan: Record<Size, Plan> = {
  smoke: {
    data: { name: "mnist", train: 3200, test: 300 },
    network: perceptron([32, 32, 32]),
    steps: 100,
    every: 20,
    rate: 0.01,
  },
  laptop: {
    data: { name: "mnist" },
    network: perceptron(new Array(8).fill(100)),
    steps: 15_000,
    every: 250,
    rate: 0.01,
  },
  paper: {
    data: { name: "cifar10" },
    network: {
      family: "vgg",
      depth: 13,
      preprocessing: [{ type: "rescaling", scale: 1 / 128, offset: -1 }],
    },
    steps: 150_000,
    every: 1500,
    rate: 0.0015,
  },
};

/** One row of the table: what differs from the baseline. */
interface Variant {
  /** The rate, as a multiple of the baseline's. Default 1. */
  rate?: number;
  normalized?: true;
  /** With the changes of section 4.2.1 that apply: no dropout, a fifth of the L2 weight, a decay six times as fast. */
  changed?: true;
  activation?: "sigmoid";
}

/** The networks of section 4.2.2, those that are said to fail, and at higher rates, to compare. */
const variants = {
  plain: {},
  normalized: { normalized: true },
  x5: { normalized: true, changed: true, rate: 5 },
  x30: { normalized: true, changed: true, rate: 30 },
  x5Sigmoid: { normalized: true, changed: true, rate: 5, activation: "sigmoid" },
  plainX5: { rate: 5 },
  plainX30: { rate: 30 },
  plainSigmoid: { activation: "sigmoid" },
  plainSigmoidX5: { rate: 5, activation: "sigmoid" },
  plainSigmoidX30: { rate: 30, activation: "sigmoid" },
} as const satisfies Record<string, Variant>;

type Name = keyof typeof variants;

/** The training of one of them. */
const trained = (size: Size, name: Name): Run<TrainingResult> => {
  const { rate = 1, normalized, changed, activation }: Variant = variants[name];
  const { network, rate: baseline, ...rest } = plan[size];
  return training({
    ...rest,
    network: {
      ...network,
      ...(activation && { activation }),
      normalization: normalized ? { type: "batchNormalization", momentum: 0.9 } : "none",
      // Dropout in front of the output layer alone, where Inception has it.
      ...(!changed && { outputNormalization: { type: "dropout", rate: 0.4 } }),
    },
    optimizer: {
      type: "sgd",
      momentum: 0.9,
      weightDecay: changed ? 1e-4 : 5e-4,
      learningRate: schedules.exponential({
        initial: baseline * rate,
        every: changed ? rest.steps / 6 : rest.steps,
        factor: 0.5,
      }),
    },
    batchSize: 32,
  });
};

const titles: Record<Name, string> = {
  plain: "without batch norm",
  normalized: "BN-Baseline",
  x5: "BN-x5",
  x30: "BN-x30",
  x5Sigmoid: "BN-x5-Sigmoid",
  plainX5: "without batch norm, x5",
  plainX30: "without batch norm, x30",
  plainSigmoid: "without batch norm, sigmoid",
  plainSigmoidX5: "without batch norm, sigmoid, x5",
  plainSigmoidX30: "without batch norm, sigmoid, x30",
};

/** Steps to the best accuracy of the baseline with the same seed; all of the training's where it is never reached. */
const stepsToBest = (plain: TrainingResult, of: TrainingResult) =>
  Math.max(1, stepsTo(of, bestAccuracy(plain)) ?? Math.max(plain.steps, of.steps));

const setting = {
  smoke: "784-32-32-32-10, 100 steps on 3200 images of MNIST",
  laptop:
    "MNIST in place of ImageNet, and a perceptron of eight hidden layers of 100 ReLU units in place of Inception. As published: batch 32, SGD with momentum (0.9), an exponential decay of the rate, dropout of 40 % before the output layer, batch norm before each ReLU. Ours: 15,000 steps (8 epochs), in which the rate halves; L2 weight 5·10⁻⁴; the baseline's rate, 0.01, which of 0.001, 0.003, 0.01, 0.03 and 0.1 gave it the best accuracy with a seed that is not used here. BN-x5, BN-x30 and BN-x5-Sigmoid go without dropout, with a fifth of the L2 weight and a decay six times as fast; the networks without batch norm change in nothing but rate or activation. The images come in a new order in every epoch in all of them; there were no local response normalization and no distortions to take away. Accuracy is measured every 250 steps on all test images.",
  paper:
    "CIFAR-10 and VGG-13 in place of ImageNet and Inception, at the published rates (0.0015 for the baseline) for 150,000 steps; otherwise as at laptop.",
};

const source = "section 4.2, figures 2 and 3";

/** The rows of the published table that are repeated. */
const published = (names: readonly Name[]): Table => {
  const rows: Record<Name, (string | number)[]> = {
    plain: [0.0015, "31.0·10⁶", "72.2 %"],
    normalized: [0.0015, "13.3·10⁶", "72.7 %"],
    x5: [0.0075, "2.1·10⁶", "73.0 %"],
    x30: [0.045, "2.7·10⁶", "74.8 %"],
    x5Sigmoid: [0.0075, "–", "69.8 %"],
    plainX5: [0.0075, "–", "overflow"],
    plainX30: ["–", "–", "–"],
    plainSigmoid: ["not given", "–", "0.1 %"],
    plainSigmoidX5: ["–", "–", "–"],
    plainSigmoidX30: ["–", "–", "–"],
  };
  return {
    type: "table",
    title: "published: Inception on ImageNet",
    origin: "published",
    head: ["model", "first rate", "steps to 72.2 %", "max. accuracy"],
    rows: names.map((name) => [titles[name], ...rows[name]]),
  };
};

/** What was measured of some of the networks. */
interface Measured {
  size: Size;
  seeds: readonly { results: { plain: TrainingResult } & Partial<Record<Name, TrainingResult>> }[];
}

/** The table of figure 3 and the curves of figure 2. */
const tableAndCurves = ({ size, seeds }: Measured): Figure[] => {
  const names = (Object.keys(titles) as Name[]).filter((name) => seeds[0]?.results[name]);
  const all = (name: Name) => seeds.map(({ results }) => results[name]!);
  const rows = names.map((name) => {
    const reached = seeds.flatMap(
      ({ results }) => stepsTo(results[name]!, bestAccuracy(results.plain)) ?? [],
    );
    const missed = seeds.length - reached.length;
    const steps = reached.length > 0 ? Math.round(mean(reached)).toLocaleString("en") : "–";
    return [
      titles[name],
      plan[size].rate * ((variants[name] as Variant).rate ?? 1),
      reached.length > 0 && missed > 0 ? `${steps}; ${missed} of ${seeds.length} never` : steps,
      `${(100 * mean(all(name).map(bestAccuracy))).toFixed(2)} %`,
    ];
  });
  // Where all have learned, the differences lie in the last few points.
  const learned = names.every((name) => mean(all(name).map(bestAccuracy)) > 0.9);
  return [
    {
      title: "The accelerated networks",
      caption:
        "Steps to the best accuracy of the network without batch norm, and the best accuracy of each. Measured: means over the seeds, of the steps over those that got there.",
      panels: [
        published(names),
        {
          type: "table",
          title: "measured",
          head: ["model", "first rate", "steps to the baseline's best", "max. accuracy"],
          rows,
        },
      ],
    },
    {
      title: "Test accuracy by step",
      caption: "Thick lines are means over the seeds, thin ones the seeds.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "test accuracy", ...(learned && { domain: [0.9, 1] as const }) },
          marks: names.flatMap((name) =>
            curves(
              titles[name],
              all(name).map((result) => curveOf(result, "test", "accuracy")),
            ),
          ),
        },
      ],
    },
  ];
};

const flatEnd =
  "The baseline's best is a maximum over a flat end of its curve, which makes the steps to it uncertain.";

const fewer = `At laptop size there are fewer steps, but not half as many: the factor is 1.4. ${flatEnd}`;

const farFewer = `At laptop size the steps fall to less than a half, not to a fifth: the factor is 2.2, of which batch norm alone has 1.4. ${flatEnd}`;

/** IS15-10. */
export const fewerSteps = claim({
  id: "IS15-10",
  title: "Half the steps",
  statement:
    "Batch norm alone, at the same rate, more than halves the steps to the best accuracy of the network without it.",
  source,
  published: "31.0 million steps without, 13.3 with: 2.3 times as many.",
  setting,
  runs: (size) => ({ plain: trained(size, "plain"), normalized: trained(size, "normalized") }),
  measures: {
    steps: {
      title:
        "steps to the baseline's best accuracy, without batch norm ÷ with (all steps where never reached)",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized }) => stepsToBest(plain, plain) / stepsToBest(plain, normalized),
      rule: rules.above(2),
    },
    best: {
      title: "best test accuracy, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => bestAccuracy(normalized) - bestAccuracy(plain),
    },
  },
  figures: (evidence) => tableAndCurves(evidence),
  remarks: { refuted: fewer, undecided: fewer },
});

/** IS15-11. */
export const farFewerSteps = claim({
  id: "IS15-11",
  title: "Far fewer steps at five times the rate",
  statement:
    "With five times the rate and the changes that batch norm permits, the steps fall to less than a fifth: by more than the rate alone would explain.",
  source,
  published:
    "31.0 million steps without batch norm, 13.3 with it alone, 2.1 with BN-x5: a fourteenth (31.0 ÷ 2.1 is 14.8).",
  setting,
  runs: (size) => ({
    plain: trained(size, "plain"),
    normalized: trained(size, "normalized"),
    x5: trained(size, "x5"),
  }),
  measures: {
    steps: {
      title:
        "steps to the baseline's best accuracy, without batch norm ÷ BN-x5 (all steps where never reached)",
      unit: "ratio",
      scale: "log",
      of: ({ plain, x5 }) => stepsToBest(plain, plain) / stepsToBest(plain, x5),
      rule: rules.above(5),
    },
    overNormalized: {
      title: "the same steps, BN-Baseline ÷ BN-x5",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized, x5 }) => stepsToBest(plain, normalized) / stepsToBest(plain, x5),
      rule: rules.above(1),
    },
  },
  figures: (evidence) => tableAndCurves(evidence),
  remarks: { refuted: farFewer, undecided: farFewer },
});

/** IS15-12. */
export const thirtyTimes = claim({
  id: "IS15-12",
  title: "Thirty times the rate",
  statement: "At 30 times the rate batch norm is slower at first than at 5 times, and better at last.",
  source,
  published: "2.7 against 2.1 million steps; 74.8 against 73.0 %.",
  setting,
  runs: (size) => ({ plain: trained(size, "plain"), x5: trained(size, "x5"), x30: trained(size, "x30") }),
  measures: {
    steps: {
      title: "steps to the baseline's best accuracy, BN-x30 ÷ BN-x5 (all steps where never reached)",
      unit: "ratio",
      scale: "log",
      of: ({ plain, x30, x5 }) => stepsToBest(plain, x30) / stepsToBest(plain, x5),
      rule: rules.above(1),
    },
    best: {
      title: "best test accuracy, BN-x30 − BN-x5",
      unit: "points",
      of: ({ x5, x30 }) => bestAccuracy(x30) - bestAccuracy(x5),
      rule: rules.above(0),
    },
  },
  figures: (evidence) => tableAndCurves(evidence),
  remarks: {
    undecided:
      "At laptop size BN-x30 is slower at first, as claimed (1.3 times the steps of BN-x5); at last it is better by 0.08 points, less than what the seeds differ by.",
  },
});

/** Above the share of the most frequent digit, 11 %, and below what any training that works gives. */
const failure = rules.below(0.15);

/** IS15-13. */
export const plainDiverges = claim({
  id: "IS15-13",
  title: "Five times the rate without batch norm",
  statement: "Without batch norm, a network does not train at five times its rate.",
  source: "section 4.2.2",
  published: "The parameters of Inception at 0.0075 overflow.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} The rule was written in the knowledge that 0.03 trains and 0.1 does not.`,
  },
  runs: (size) => ({
    plain: trained(size, "plain"),
    plainX5: trained(size, "plainX5"),
    plainX30: trained(size, "plainX30"),
    x5: trained(size, "x5"),
  }),
  measures: {
    final: {
      title:
        "test accuracy at the end at five times the tuned rate, without batch norm (chance where it overflows)",
      unit: "share",
      of: ({ plainX5 }) => finalAccuracy(plainX5),
      rule: failure,
    },
    normalized: {
      title: "the same with batch norm (BN-x5)",
      unit: "share",
      of: ({ x5 }) => finalAccuracy(x5),
    },
    thirty: {
      title: "test accuracy at the end at thirty times the tuned rate, without batch norm",
      unit: "share",
      of: ({ plainX30 }) => finalAccuracy(plainX30),
    },
    lost: {
      title: "best test accuracy without batch norm, at five times the tuned rate − at the tuned rate",
      unit: "points",
      of: ({ plain, plainX5 }) => bestAccuracy(plainX5) - bestAccuracy(plain),
    },
  },
  figures: (evidence) => tableAndCurves(evidence),
  remarks: {
    refuted:
      "In eight layers the best rate is far below the largest that trains: at five times it accuracy is lost, at thirty times nothing is learned, as the measures beside show.",
    undecided:
      "In eight layers five times the best rate is near the largest that trains: some seeds fail, some do not.",
  },
});

/** IS15-14. */
export const sigmoidsTrain = claim({
  id: "IS15-14",
  title: "Deep sigmoid networks",
  statement: "Batch norm makes a deep network of sigmoids trainable, which without it stays at chance.",
  source: "section 4.2.2",
  published:
    "69.8 % with batch norm; without it never better than 0.1 %, chance. At which rate was not given.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Sigmoids without batch norm are trained at the baseline's rate, at 5 and at 30 times it, and the best of the three counts (a first measurement, at the baseline's rate alone, gave 11 %).`,
  },
  runs: (size) => ({
    plain: trained(size, "plain"),
    x5Sigmoid: trained(size, "x5Sigmoid"),
    plainSigmoid: trained(size, "plainSigmoid"),
    plainSigmoidX5: trained(size, "plainSigmoidX5"),
    plainSigmoidX30: trained(size, "plainSigmoidX30"),
  }),
  measures: {
    plain: {
      title: "best test accuracy with sigmoids, without batch norm, of three rates",
      unit: "share",
      of: ({ plainSigmoid, plainSigmoidX5, plainSigmoidX30 }) =>
        Math.max(...[plainSigmoid, plainSigmoidX5, plainSigmoidX30].map(bestAccuracy)),
      rule: failure,
    },
    normalized: {
      title: "best test accuracy with sigmoids and batch norm (BN-x5-Sigmoid)",
      unit: "share",
      of: ({ x5Sigmoid }) => bestAccuracy(x5Sigmoid),
      rule: rules.above(0.5),
    },
  },
  figures: (evidence) => tableAndCurves(evidence),
});
