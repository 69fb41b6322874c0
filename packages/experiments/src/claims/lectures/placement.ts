import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import { curveOf, finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import type { TrainingResult } from "../../runs/training.js";
import { batchNorm, lectureSetting, lectureTraining } from "./lecture-network.js";

/** Without batch norm, and with it in both places. */
const places = (size: Size) => ({
  none: lectureTraining(size),
  before: lectureTraining(size, { normalization: batchNorm }),
  after: lectureTraining(size, { normalization: batchNorm, placement: "after" }),
});

/** AS22-9. */
export const beforeOrAfter = claim({
  id: "AS22-9",
  title: "Before or after the activation",
  statement: "Batch norm can stand before the activation, as its authors preferred, or after it; try both.",
  source: "the part on Keras: the activation as its own layer",
  published: "No number.",
  setting: lectureSetting,
  runs: places,
  measures: {
    before: {
      title: "test accuracy, mean over the training, before − without batch norm",
      unit: "points",
      of: ({ before, none }) => meanAccuracy(before) - meanAccuracy(none),
      rule: rules.above(0),
    },
    after: {
      title: "test accuracy, mean over the training, after − without batch norm",
      unit: "points",
      of: ({ after, none }) => meanAccuracy(after) - meanAccuracy(none),
      rule: rules.above(0),
    },
    difference: {
      title: "test accuracy at the end, before − after",
      unit: "points",
      of: ({ before, after }) => finalAccuracy(before) - finalAccuracy(after),
      rule: rules.between(-0.005, 0.005),
    },
  },
  remarks: {
    undecided:
      "At the best rate of the network without batch norm all three end within a point; what batch norm gains, it gains in the first epochs.",
    refuted:
      "At the best rate of the network without batch norm all three end within a point, so that one place, or both, gain nothing.",
  },
  figures: (evidence) => [accuracyFigure(evidence)],
});

function accuracyFigure(evidence: Evidence<ReturnType<typeof places>>): Figure {
  const series = { none: "without batch norm", before: "before", after: "after" } as const;
  return {
    title: "Test accuracy by step and place of batch norm",
    caption: "Thick lines are means over the seeds, thin ones the seeds.",
    panels: [
      {
        type: "plot",
        title: "measured",
        x: { label: "step" },
        y: { label: "test accuracy", domain: [0.9, 0.985] },
        marks: (Object.keys(series) as (keyof typeof series)[]).flatMap((place) =>
          curves(
            series[place],
            across(evidence, (results) => curveOf(results[place], "test", "accuracy").slice(1)),
          ),
        ),
      },
    ],
  };
}

/** Over the evaluations behind the first, which is before the training. */
function meanAccuracy({ points }: TrainingResult): number {
  const [, ...later] = points;
  return later.reduce((sum, { test }) => sum + (test?.accuracy ?? 0), 0) / Math.max(1, later.length);
}
