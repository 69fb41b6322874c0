import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { meanCurve } from "../../figures/curves.js";
import type { Panel } from "../../figures/figure.js";
import { type BatchNoiseResult, batchNoise } from "../../runs/batch-noise.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { LayerSettings } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";
import { training } from "../../runs/training.js";
import { batchNorm, lectureNetwork, lecturePlan, lectureRate } from "./lecture-network.js";
import { trainTestGap } from "./train-test-gap.js";

/** Batch sizes at which the noise is measured; the lecture's are 64 and 512. */
const sizes = [16, 32, 64, 128, 256, 512] as const;

const layers = ["dense_1", "dense_2"] as const;

const plan = {
  smoke: {
    noise: { sizes: [64, 512], batches: 10, data: { name: "mnist", train: 6000, test: 300 } },
    few: { data: { name: "mnist", train: 1024, test: 300 }, steps: 8 },
  },
  laptop: { noise: { sizes, batches: 100 }, few: { data: { name: "mnist", train: 2048 }, steps: 1000 } },
  paper: { noise: { sizes, batches: 100 }, few: { data: { name: "mnist", train: 2048 }, steps: 10_000 } },
} as const satisfies Record<Size, object>;

/** Learns few examples by heart, in batches of a size that batch norm may divide. */
const few = (size: Size, batchSize: number, normalization: LayerSettings) =>
  training({
    ...plan[size].few,
    network: lectureNetwork({ normalization }),
    optimizer: { type: "sgd", learningRate: 0.1 },
    batchSize,
    every: plan[size].few.steps,
    trainExamples: 2048,
  });

const runs = (size: Size) => ({
  noise: batchNoise({
    ...lecturePlan[size],
    ...plan[size].noise,
    network: lectureNetwork({ normalization: batchNorm }),
    optimizer: lectureRate,
    layers,
  }),
  by512: few(size, 512, batchNorm),
  by64Of512: few(size, 512, { type: "ghostBatchNormalization", virtualBatchSize: 64 }),
  by64: few(size, 64, batchNorm),
});

const ratio = (of: "mean" | "deviation") => ({
  title: `${of === "mean" ? "noise of μ_B" : "noise of σ_B"} (standard deviation over batches), 64 ÷ 512 examples`,
  unit: "ratio" as const,
  scale: "log" as const,
  of: ({ noise }: { noise: BatchNoiseResult }) => noiseOf(noise, 64, of) / noiseOf(noise, 512, of),
  // √8 = 2.83, and 10 % to either side.
  rule: rules.between(2.55, 3.11),
});

/** NG17-1. */
export const noiseFallsWithBatchSize = claim({
  id: "NG17-1",
  title: "Larger batches, less noise",
  statement:
    "The noise of a batch's mean and deviation falls as the batch grows from 64 to 512, and the regularisation by it too.",
  source: "C2W3L06, the third reason",
  published: "No number; the noise must fall by √8 = 2.83 (derived).",
  setting: {
    smoke: "784-300-100-10 on a few images of MNIST, ten batches of a size.",
    laptop:
      "Noise: after five epochs of the lecture's network, up to 100 batches of each size, both hidden layers. Regularisation: 2048 images learned by heart in 1000 steps of SGD at 0.1; for nothing but the noise to differ, batches of 512 are normalized as a whole or in eighths of 64 (ghost batch norm). Shown beside it: batches of 64, as many steps.",
    paper: "As at laptop, 10,000 steps.",
  },
  runs,
  measures: {
    mean: ratio("mean"),
    deviation: ratio("deviation"),
    gap: {
      title: "test loss − train loss, normalized by 512 − by 64 of the 512",
      of: ({ by512, by64Of512 }) => trainTestGap(by512, "loss") - trainTestGap(by64Of512, "loss"),
      rule: rules.above(0),
    },
    accuracy: {
      title: "test accuracy, normalized by 64 of the 512 − by 512",
      unit: "points",
      of: ({ by512, by64Of512 }) => finalAccuracy(by64Of512) - finalAccuracy(by512),
    },
    smallerBatches: {
      title: "test loss − train loss, batches of 512 − batches of 64, as many steps",
      of: ({ by512, by64 }) => trainTestGap(by512, "loss") - trainTestGap(by64, "loss"),
    },
  },
  remarks: {
    undecided:
      "The noise falls as it must; what it regularises is slight, and its effect on the gap is hardly larger than what seeds differ by.",
    refuted:
      "The noise falls as it must; on few examples learned by heart, less of it did not widen the gap.",
  },
  figures: (evidence) => [
    {
      title: "Noise of a batch's statistics",
      caption:
        "Standard deviation over batches, in deviations of the unit, by the size of the batch; 1/√m is what independent examples give for the mean. It is steadier in dense_2, whose inputs have passed a batch norm.",
      panels: layers.map(
        (layer): Panel => ({
          type: "plot",
          title: layer,
          x: { label: "batch size", scale: "log" },
          y: { label: "standard deviation", scale: "log" },
          marks: [
            {
              type: "line",
              series: "1/√m",
              points: sizes.map((size) => ({ x: size, y: 1 / Math.sqrt(size) })),
            },
            ...(["mean", "deviation"] as const).map((of) => ({
              type: "line" as const,
              series: of === "mean" ? "μ_B" : "σ_B",
              dots: true,
              points: meanCurve(
                across(evidence, ({ noise: { noise } }) =>
                  noise.filter((each) => each.layer === layer).map((each) => ({ x: each.size, y: each[of] })),
                ),
              ),
            })),
          ],
        }),
      ),
    },
    {
      title: "Train–test gap",
      caption: "After 2048 examples were learned by heart.",
      panels: [
        {
          type: "table",
          title: "measured, seed by seed",
          head: ["test loss − train loss", ...evidence.seeds.map(({ seed }) => `seed ${seed}`)],
          rows: (
            [
              ["batches of 512, normalized by 512", "by512"],
              ["batches of 512, normalized by 64", "by64Of512"],
              ["batches of 64, normalized by 64", "by64"],
            ] as const
          ).map(([name, run]) => [
            name,
            ...across(evidence, (results) => trainTestGap(results[run], "loss").toFixed(3)),
          ]),
        },
      ],
    },
  ],
});

/** Mean over the layers. */
function noiseOf({ noise }: BatchNoiseResult, size: number, of: "mean" | "deviation"): number {
  const found = noise.filter((each) => each.size === size).map((each) => each[of]);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}
