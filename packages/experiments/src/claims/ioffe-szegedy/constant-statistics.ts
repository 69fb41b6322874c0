import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Plot } from "../../figures/figure.js";
import {
  type ConstantStatisticsResult,
  type ConstantStatisticsSettings,
  constantStatistics,
} from "../../runs/constant-statistics.js";
import type { Size } from "../../runs/run.js";

const plan = {
  smoke: { images: 64, units: 16, steps: 20 },
  laptop: { images: 512, units: 64, steps: 300 },
  paper: { images: 2048, units: 100, steps: 2000 },
} as const satisfies Record<Size, object>;

/** The paper's example, a bias before the mean's subtraction; and a whole network with mean and variance. */
const runs = (size: Size) => {
  const { images, units, steps } = plan[size];
  const trained = (settings: Pick<ConstantStatisticsSettings, "normalized" | "statistics" | "learned">) =>
    constantStatistics({
      data: { name: "mnist", train: images, test: 10 },
      units,
      learningRate: 0.1,
      steps,
      ...settings,
    });
  return {
    bias: trained({ learned: "bias", normalized: "mean", statistics: "constant" }),
    biasThrough: trained({ learned: "bias", normalized: "mean", statistics: "through" }),
    all: trained({ learned: "all", normalized: "variance", statistics: "constant" }),
    allThrough: trained({ learned: "all", normalized: "variance", statistics: "through" }),
  };
};

const at = ({ points }: ConstantStatisticsResult, share: number) =>
  points[Math.round((points.length - 1) * share)]!;

/** How far the loss has gone from where it was at first, at most, as a share of it. */
const lossChange = ({ points }: ConstantStatisticsResult) =>
  Math.max(...points.map(({ loss }) => Math.abs(loss / points[0]!.loss - 1)));

const setting = (images: string, units: string, steps: string) =>
  `A network 784-${units}-10 with ReLU, batch norm without γ and β before it; ${images} images of MNIST in one batch, ${steps} steps of gradient descent at a rate of 0.1. As in the paper's example, the bias alone is learned and the mean alone subtracted; then all weights are, and the variance divides too.`;

/** IS15-3. */
export const biasGrows = claim({
  id: "IS15-3",
  title: "Statistics outside the gradient",
  statement:
    "When the gradient takes the batch's statistics for constants, a bias grows without limit while the loss stays where it is.",
  source: "section 2",
  published:
    "An argument, no number: the update of b changes neither outputs nor loss, so b grows indefinitely; the authors saw models blow up.",
  setting: {
    smoke: setting("64", "16", "20"),
    laptop: setting("512", "64", "300"),
    paper: setting("2048", "100", "2000"),
  },
  runs,
  measures: {
    loss: {
      title: "statistics constant, bias learned: largest change of the loss, as a share",
      of: ({ bias }) => lossChange(bias),
      rule: rules.exact(1e-4),
    },
    growth: {
      title: "statistics constant, bias learned: way of the bias in the whole training ÷ in its first half",
      unit: "ratio",
      scale: "log",
      of: ({ bias }) => at(bias, 1).moved / at(bias, 0.5).moved,
      // 2 is a growth that nothing slows down.
      rule: rules.between(1.9, 2.1),
    },
    through: {
      title: "way of the bias with the gradient through the statistics ÷ with statistics constant",
      of: ({ bias, biasThrough }) => at(biasThrough, 1).moved / at(bias, 1).moved,
      rule: rules.exact(1e-4),
    },
    whole: {
      title: "all weights learned: loss at the end, statistics constant ÷ gradient through them",
      unit: "ratio",
      scale: "log",
      of: ({ all, allThrough }) => at(all, 1).loss / at(allThrough, 1).loss,
    },
  },
  figures: (evidence) => {
    const names = { through: "through the statistics", constant: "statistics constant" };
    const plot = (what: "loss" | "moved", title: string, learned: "bias" | "all"): Plot => ({
      type: "plot",
      title,
      x: { label: "step" },
      y: {
        label: what === "loss" ? "loss" : "length of the bias's change",
        ...(what === "loss" && { domain: [0, 3] }),
      },
      marks: (["constant", "through"] as const).flatMap((statistics) =>
        curves(
          names[statistics],
          across(evidence, (results) =>
            results[statistics === "constant" ? learned : (`${learned}Through` as const)].points.map(
              (point) => ({
                x: point.step,
                y: point[what],
              }),
            ),
          ),
        ),
      ),
    });
    return [
      {
        title: "The bias grows, the loss stays",
        caption:
          "Only the bias is learned. Taken for constants, the statistics let it walk on at a steady pace, and nothing is gained; the gradient through them is 0.",
        panels: [plot("moved", "the bias", "bias"), plot("loss", "the loss", "bias")],
      },
      {
        title: "A whole network",
        caption: "All weights are learned, mean and variance normalized.",
        panels: [plot("moved", "the bias", "all"), plot("loss", "the loss", "all")],
      },
    ];
  },
});
