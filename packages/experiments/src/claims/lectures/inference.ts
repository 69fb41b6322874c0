import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { meanCurve } from "../../figures/curves.js";
import type { Size } from "../../runs/run.js";
import { type SingleExamplesResult, singleExamples } from "../../runs/single-examples.js";
import { batchNorm, lectureNetwork, lecturePlan, lectureRate, lectureSetting } from "./lecture-network.js";

const plan = {
  smoke: { singles: 100, sizes: [8, 128] },
  laptop: { singles: 1000, sizes: [2, 4, 8, 16, 32, 64, 128, 512] },
  paper: { singles: 10_000, sizes: [2, 4, 8, 16, 32, 64, 128, 512] },
} as const satisfies Record<Size, object>;

/** NG17-3. */
export const singleExample = claim({
  id: "NG17-3",
  title: "Inference on one example",
  statement:
    "A single example has no batch; moving averages of mean and variance from training serve it at test time.",
  source: "C2W3L06, at the end",
  published: "No number.",
  setting: {
    ...lectureSetting,
    laptop: `${lectureSetting.laptop} Then the test images by running statistics (momentum 0.99), and in batches by the statistics of the batch.`,
  },
  runs: (size) => ({
    inference: singleExamples({
      ...lecturePlan[size],
      ...plan[size],
      network: lectureNetwork({ normalization: batchNorm }),
      optimizer: lectureRate,
    }),
  }),
  measures: {
    alone: {
      title: "greatest difference of an output, alone − among others, as a share of the greatest output",
      of: ({ inference }) => inference.alone,
      rule: rules.exact(1e-5),
    },
    serves: {
      title: "test accuracy, running statistics − statistics of batches of 128",
      unit: "points",
      of: ({ inference }) => inference.running - bySize(inference, 128).accuracy,
      rule: rules.above(-0.005),
    },
    ownStatistics: {
      title: "test accuracy, running statistics − an example's own mean",
      unit: "points",
      of: ({ inference }) => inference.running - bySize(inference, 1).accuracy,
      rule: rules.above(0.5),
    },
    difference: {
      title: "difference of the outputs between both, batches of 128, as a share of the outputs",
      unit: "share",
      of: ({ inference }) => bySize(inference, 128).difference,
    },
  },
  remarks: {
    undecided:
      "The interval of a difference of accuracies reaches the half point, or the 50 points, that are allowed.",
    refuted:
      "An example's answer depended on the others, or running statistics cost more than half a point beside those of batches, or an example's own mean served nearly as well.",
  },
  figures: (evidence) => [
    {
      title: "By the statistics of the batch, and by running ones",
      caption:
        "A batch of one is its own mean: the answer is then the same for all images. Running statistics need no batch.",
      panels: [
        {
          type: "plot",
          title: "accuracy",
          x: { label: "examples in the batch", scale: "log" },
          y: { label: "test accuracy" },
          marks: [
            ...marks(
              "batch statistics",
              across(evidence, ({ inference }) => points(inference, "accuracy")),
            ),
            ...marks(
              "running statistics",
              across(evidence, ({ inference }) =>
                inference.batches.map(({ size }) => ({ x: size, y: inference.running })),
              ),
            ),
          ],
        },
        {
          type: "plot",
          title: "difference of the outputs",
          x: { label: "examples in the batch", scale: "log" },
          y: { label: "batch − running statistics, as a share", scale: "log" },
          marks: marks(
            "batch statistics",
            across(evidence, ({ inference }) => points(inference, "difference")),
          ),
        },
      ],
    },
  ],
});

function marks(series: string, seeds: readonly { x: number; y: number }[][]) {
  return [{ type: "line" as const, series, dots: true, points: meanCurve(seeds) }];
}

function points({ batches }: SingleExamplesResult, of: "accuracy" | "difference") {
  return batches.map((batch) => ({ x: batch.size, y: batch[of] }));
}

function bySize({ batches }: SingleExamplesResult, size: number) {
  return batches.find((batch) => batch.size === size)!;
}
