import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import type { Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";
import { batchNorm, dividedBy255 } from "./lecture-network.js";

const depth = 10;

const plan = {
  smoke: { data: { name: "mnist", train: 1000, test: 200 }, steps: 10, every: 5 },
  laptop: { data: { name: "mnist", test: 2000 }, steps: 2000, every: 100 },
  paper: { data: { name: "mnist" }, steps: 50_000, every: 500 },
} as const satisfies Record<Size, Partial<TrainingSettings>>;

type Hidden = Pick<
  Extract<TrainingSettings["network"], { family: "mlp" }>,
  "activation" | "kernelInitializer" | "normalization"
>;

const first = "dense_1/kernel";
const last = `dense_${depth}/kernel`;

const deep = (size: Size, hidden: Hidden) =>
  training({
    ...plan[size],
    network: {
      family: "mlp",
      inputShape: [28, 28],
      preprocessing: dividedBy255,
      units: Array.from({ length: depth }, () => 100),
      ...hidden,
    },
    optimizer: { type: "sgd", learningRate: 0.1 },
    batchSize: 64,
    probe: { examples: 200, gradientNorms: [first, last] },
  });

const withAndWithout = (hidden: Hidden) => (size: Size) => ({
  plain: deep(size, { ...hidden, normalization: "none" }),
  normalized: deep(size, { ...hidden, normalization: batchNorm }),
});

const setting = (what: string) => ({
  smoke: `Ten hidden layers of 100 units on 1000 images of MNIST, ten steps. ${what}`,
  laptop: `Ten hidden layers of 100 units on MNIST, 2000 steps of SGD at 0.1 in batches of 64; the gradients of the first and the last hidden layer's kernels at every 100 steps. ${what} No settings were given.`,
  paper: "As at laptop, 50,000 steps.",
});

const measures = {
  distance: {
    title:
      "|log₁₀(gradient of the first layer ÷ of the last)|, mean over the training, with batch norm − without",
    of: ({ plain, normalized }: Both) => meanDistance(normalized) - meanDistance(plain),
    rule: rules.below(0),
  },
  range: {
    title: "range of that logarithm over the training, with batch norm − without",
    of: ({ plain, normalized }: Both) => range(logRatios(normalized)) - range(logRatios(plain)),
  },
};

type Both = Readonly<Record<"plain" | "normalized", TrainingResult>>;

/** AS22-5. */
export const stableGradients = claim({
  id: "AS22-5",
  title: "Stable gradients through the training",
  statement: "Batch norm keeps gradients from vanishing or exploding, throughout the training.",
  source: "the part on unstable gradients",
  published: "No number.",
  setting: setting("Sigmoid and Glorot's initialisation: gradients vanish in such a network."),
  runs: withAndWithout({ activation: "sigmoid", kernelInitializer: "glorotUniform" }),
  measures,
  remarks: {
    undecided: "Of the seeds, some had gradients nearer to balance with batch norm, others without it.",
    refuted:
      "Without batch norm the first and the last layer's gradients were as near to balance, or nearer.",
  },
  figures: (evidence) => [ratioFigure(evidence)],
});

/** AS22-12. */
export const stableFromGoodStart = claim({
  id: "AS22-12",
  title: "Stable gradients, with a good start too",
  statement:
    "Gradients may become unstable late in training even with good initialisation and activation; batch norm keeps them stable.",
  source: "the part on unstable gradients",
  published: "No number.",
  setting: setting("ReLU and He's initialisation: gradients are in balance at first."),
  runs: withAndWithout({ activation: "relu", kernelInitializer: "heNormal" }),
  measures,
  remarks: {
    undecided: "Without batch norm, too, He's initialisation kept the first and the last layer near balance.",
    refuted:
      "Without batch norm, too, the layers stay near balance after He's initialisation; at the start it is with batch norm that gradients grow towards the first layer.",
  },
  figures: (evidence) => [ratioFigure(evidence)],
});

function ratioFigure(evidence: Evidence<ReturnType<ReturnType<typeof withAndWithout>>>): Figure {
  const line = (run: keyof Both) =>
    across(evidence, (results) =>
      results[run].points.map((point, index) => ({
        x: point.step,
        y: 10 ** logRatios(results[run])[index]!,
      })),
    );
  return {
    title: "Gradient of the first layer ÷ gradient of the last",
    caption: "Lengths of the kernels' gradients; 1 is balance, far below it the first layer hardly learns.",
    panels: [
      {
        type: "plot",
        title: "measured",
        x: { label: "step" },
        y: { label: "ratio", scale: "log" },
        marks: [
          ...curves("without batch norm", line("plain")),
          ...curves("with batch norm", line("normalized")),
          { type: "rule", axis: "y", at: 1, label: "balance" },
        ],
      },
    ],
  };
}

/** A gradient below what float32 can tell from nothing counts as that. */
const least = 1e-30;

function logRatios({ points }: TrainingResult): number[] {
  return points.map(({ probe }) =>
    Math.log10(Math.max(least, probe!.gradientNorms[first]!) / Math.max(least, probe!.gradientNorms[last]!)),
  );
}

function meanDistance(result: TrainingResult): number {
  const ratios = logRatios(result);
  return ratios.reduce((sum, ratio) => sum + Math.abs(ratio), 0) / ratios.length;
}

function range(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
