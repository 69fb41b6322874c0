import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import { curveOf } from "../../runs/curves.js";
import type { LandscapeResult } from "../../runs/landscape.js";
import type { Size } from "../../runs/run.js";
import { lossCurve } from "./deep-linear.js";
import { bothSettings, imageNetworkName, imageRun, linearRun, names } from "./networks.js";
import { finalLoss, lateAccuracy, typicalLoss } from "./summaries.js";

/** What counts as doing as well: a difference of accuracy that is small beside what batch norm gains. */
const margin = 0.05;

const asWell = (variant: "l1" | "l2" | "linf") => ({
  title: `images: accuracy on training batches over the second half, ${names[variant]} − batch norm`,
  unit: "points" as const,
  of: (results: Record<"l1" | "l2" | "linf" | "normalized", LandscapeResult>) =>
    lateAccuracy(results[variant], "train") - lateAccuracy(results.normalized, "train"),
  rule: rules.above(-margin),
});

const normsSetting =
  "Norms are of the values before their mean is subtracted (a reader's notes). “As well” is at most 5 points less.";

const caughtUp =
  "In the deep linear network at laptop size ℓ1 is ahead over the whole way (1.12×), but no longer for certain at the last step (1.10×). ℓ2 ends where batch norm does, ℓ∞ with more loss (0.61×): neither has a rule there.";

const compared = ["plain", "normalized", "l1", "l2", "linf"] as const;

/** SA18-8. */
export const otherNormsDoAsWell = claim({
  id: "SA18-8",
  title: "Other norms do as well",
  statement:
    "Normalization by the ℓ1, ℓ2 or ℓ∞ norm in place of the standard deviation trains as well; in the deep linear network ℓ1 is better.",
  source: "section 3.3, appendix figures",
  published:
    "Figures only: all comparable to batch norm, ℓ1 better on the deep linear network (from a reader's notes).",
  setting: {
    smoke: bothSettings.smoke,
    laptop: `${bothSettings.laptop} ${normsSetting}`,
    paper: `${bothSettings.paper} ${normsSetting}`,
  },
  runs: (size: Size) => ({
    plain: imageRun(size, "plain"),
    normalized: imageRun(size, "normalized"),
    l1: imageRun(size, "l1"),
    l2: imageRun(size, "l2"),
    linf: imageRun(size, "linf"),
    linearPlain: linearRun(size, "plain"),
    linearNormalized: linearRun(size, "normalized"),
    linearL1: linearRun(size, "l1"),
    linearL2: linearRun(size, "l2"),
    linearLinf: linearRun(size, "linf"),
  }),
  measures: {
    l1: asWell("l1"),
    l2: asWell("l2"),
    linf: asWell("linf"),
    linear: {
      title: "deep linear network: loss after the last step, batch norm ÷ ℓ1",
      unit: "ratio",
      scale: "log",
      of: ({ linearNormalized, linearL1 }) => finalLoss(linearNormalized) / finalLoss(linearL1),
      rule: rules.above(1),
    },
    linearWhole: {
      title: "deep linear network: geometric mean of the loss over the whole training, batch norm ÷ ℓ1",
      unit: "ratio",
      scale: "log",
      of: ({ linearNormalized, linearL1 }) => typicalLoss(linearNormalized) / typicalLoss(linearL1),
    },
    linearL2: {
      title: "deep linear network: loss after the last step, batch norm ÷ ℓ2",
      unit: "ratio",
      scale: "log",
      of: ({ linearNormalized, linearL2 }) => finalLoss(linearNormalized) / finalLoss(linearL2),
    },
    linearLinf: {
      title: "deep linear network: loss after the last step, batch norm ÷ ℓ∞",
      unit: "ratio",
      scale: "log",
      of: ({ linearNormalized, linearLinf }) => finalLoss(linearNormalized) / finalLoss(linearLinf),
    },
  },
  remarks: { undecided: caughtUp, refuted: caughtUp },
  figures: (evidence): Figure[] => [
    {
      title: "Training with other norms",
      caption: `Left: ${imageNetworkName(evidence.size)}. Right: the deep linear network.`,
      panels: [
        {
          type: "plot",
          title: `measured: ${imageNetworkName(evidence.size)}, training loss`,
          x: { label: "step" },
          y: { label: "cross-entropy" },
          marks: compared.flatMap((variant) =>
            curves(
              names[variant],
              across(evidence, (results) => curveOf(results[variant], "train", "loss")),
            ),
          ),
        },
        {
          type: "plot",
          title: "measured: deep linear network",
          x: { label: "step" },
          y: { label: "mean of ‖Wx − Ax‖²", scale: "log" },
          marks: (["Plain", "Normalized", "L1", "L2", "Linf"] as const).flatMap((name, index) =>
            curves(
              names[compared[index]!],
              across(evidence, (results) => lossCurve(results[`linear${name}`])),
            ),
          ),
        },
      ],
    },
  ],
});
