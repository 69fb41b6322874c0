import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Point } from "../../figures/figure.js";
import type { DeepLinearResult } from "../../runs/deep-linear.js";
import type { Size } from "../../runs/run.js";
import { linearRun, names, noisyLinearSetting } from "./networks.js";
import { finalLoss, lossAt } from "./summaries.js";

/** SA18-10. */
export const deepLinearTrainsBetter = claim({
  id: "SA18-10",
  title: "A deep linear network trains far better",
  statement: "A linear network of 25 layers trains far better with batch normalization.",
  source: "section 2.3, figure 3",
  published:
    "A figure only: the network trains far better with batch norm (from a reader's notes). Of noise behind batch norm in this network nothing is known to us: it stands beside, without a rule.",
  setting: noisyLinearSetting,
  runs: (size: Size) => ({
    plain: linearRun(size, "plain"),
    normalized: linearRun(size, "normalized"),
    noisy: linearRun(size, "noisy"),
  }),
  measures: {
    loss: {
      title:
        "loss after the last step, without batch norm ÷ with (a diverged training counts with its first loss)",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized }) => finalLoss(plain) / finalLoss(normalized),
      // Far better: less than half the loss.
      rule: rules.above(2),
    },
    noisy: {
      title:
        "loss after the last step of noisy batch norm, without batch norm ÷ with noisy batch norm, under its noise",
      unit: "ratio",
      scale: "log",
      of: ({ plain, noisy }) => lossAt(plain, noisy.losses.at(-1)!.step) / finalLoss(noisy),
    },
  },
  remarks: {
    undecided:
      "How far the network comes without batch norm differs from seed to seed: it stays at one saddle or another.",
    refuted: "Without batch norm the network leaves its saddles within the steps of this training.",
  },
  figures: (evidence): Figure[] => [
    {
      title: "The deep linear network's loss",
      caption:
        "The mean of ‖Wx − Ax‖² over the examples, with noisy batch norm under its noise. Thin lines are single seeds.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "mean of ‖Wx − Ax‖²", scale: "log" },
          marks: (["plain", "normalized", "noisy"] as const).flatMap((variant) =>
            curves(
              names[variant],
              across(evidence, (results) => lossCurve(results[variant])),
            ),
          ),
        },
      ],
    },
  ],
});

/** The loss by step. */
export function lossCurve({ losses }: DeepLinearResult): Point[] {
  return losses.map(({ step, loss }) => ({ x: step, y: loss }));
}
