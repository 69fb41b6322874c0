import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, curves } from "../../figures/across.js";
import type { Figure, Point } from "../../figures/figure.js";
import type { DeepLinearResult } from "../../runs/deep-linear.js";
import type { Size } from "../../runs/run.js";
import { linearRun, linearSetting, names } from "./networks.js";
import { finalLoss } from "./summaries.js";

/** SA18-10. */
export const deepLinearTrainsBetter = claim({
  id: "SA18-10",
  title: "A deep linear network trains far better",
  statement: "A linear network of 25 layers trains far better with batch normalization.",
  source: "section 2.3, figure 3",
  published: "A figure only.",
  setting: linearSetting,
  runs: (size: Size) => ({ plain: linearRun(size, "plain"), normalized: linearRun(size, "normalized") }),
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
  },
  remarks: {
    undecided:
      "How far the network comes without batch norm differs from seed to seed: it stays at one saddle or another.",
    refuted: "Without batch norm the network leaves its saddles within the steps of this training.",
  },
  figures: (evidence): Figure[] => [
    {
      title: "The deep linear network's loss",
      caption: "The mean of ‖Wx − Ax‖² over the examples. Thin lines are single seeds.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "mean of ‖Wx − Ax‖²", scale: "log" },
          marks: (["plain", "normalized"] as const).flatMap((variant) =>
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
