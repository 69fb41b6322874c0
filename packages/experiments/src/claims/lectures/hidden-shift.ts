import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Panel } from "../../figures/figure.js";
import { type HiddenShiftResult, hiddenShift, type Shift } from "../../runs/hidden-shift.js";
import type { Size } from "../../runs/run.js";
import { batchNorm, type LectureNetwork, lectureNetwork, lectureRate } from "./lecture-network.js";

const plan = {
  smoke: {
    data: { name: "mnist", train: 2000, test: 200 },
    batchSize: 64,
    steps: 20,
    every: 5,
    examples: 200,
  },
  laptop: { data: { name: "mnist" }, batchSize: 128, steps: 936, every: 18, examples: 500 },
  paper: { data: { name: "mnist" }, batchSize: 32, steps: 18_750, every: 50, examples: 2000 },
} as const satisfies Record<Size, object>;

/** What the second layer gives, and what it gives after batch norm. */
const sums = "dense_2";
const normalizedSums = "dense_2_normalization";

const followed = (size: Size, options: LectureNetwork, layers: readonly string[]) =>
  hiddenShift({ ...plan[size], network: lectureNetwork(options), optimizer: lectureRate, layers });

const more = (of: keyof Shift, what: string) => ({
  title: `${what} by one update, without batch norm ÷ with, geometric mean over the training`,
  unit: "ratio" as const,
  scale: "log" as const,
  of: ({ plain, normalized }: Readonly<Record<"plain" | "normalized", HiddenShiftResult>>) =>
    typical(plain, sums, of) / typical(normalized, normalizedSums, of),
  rule: rules.above(1),
});

/** NG17-2. */
export const hiddenValuesShiftLess = claim({
  id: "NG17-2",
  title: "Steadier inputs for later layers",
  statement:
    "Batch norm limits how much updates of earlier layers shift the mean and variance of z[2], so that later layers rest on firmer ground.",
  source: "C2W3L06, the second reason",
  published: "No number; of the lecture only a summary could be checked.",
  setting: {
    smoke: "784-300-100-10 on 2000 images of MNIST, 20 steps.",
    laptop:
      "784-300-100-10 on MNIST, two epochs of SGD at 0.3 in batches of 128. z[2] is what the second hidden layer gives to its activation: its sums, or those after batch norm; on the first 500 test images in training mode, before and after single updates, as a share of its own spread. Behind batch norm, mean and variance of such a batch are β and γ² by construction, so that what moves there is these alone: small shifts are to be expected, and what is measured is how small beside those without batch norm. No settings were given.",
    paper: "As at laptop, ten epochs of batches of 32.",
  },
  runs: (size) => ({
    plain: followed(size, {}, [sums]),
    normalized: followed(size, { normalization: batchNorm }, [sums, normalizedSums]),
  }),
  measures: {
    mean: more("mean", "shift of the mean of z[2], in its deviations,"),
    variance: more("variance", "shift of the variance of z[2], as a share of it,"),
    sums: {
      title: "shift of the mean before batch norm ÷ without batch norm, geometric mean over the training",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized }) => typical(normalized, sums, "mean") / typical(plain, sums, "mean"),
    },
  },
  remarks: {
    undecided:
      "From seed to seed the shifts without batch norm are now larger, now smaller than those of β or γ².",
    refuted:
      "An update moved β or γ² as far as the mean or the variance moved without batch norm, or farther.",
  },
  figures: (evidence) => [
    {
      title: "Shift of z[2] by a single update",
      caption:
        "As a share of its spread. What stands before batch norm is free to move; what the next layer gets is not.",
      panels: (["mean", "variance"] as const).map(
        (of): Panel => ({
          type: "plot",
          title: of,
          x: { label: "step" },
          y: { label: "shift by one update", scale: "log" },
          marks: [
            ...curves(
              "without batch norm",
              across(evidence, ({ plain }) => shifts(plain, sums, of)),
            ),
            ...curves(
              "before batch norm",
              across(evidence, ({ normalized }) => shifts(normalized, sums, of)),
            ),
            ...curves(
              "after batch norm",
              across(evidence, ({ normalized }) => shifts(normalized, normalizedSums, of)),
            ),
          ],
        }),
      ),
    },
  ],
});

function shifts({ points }: HiddenShiftResult, layer: string, of: keyof Shift): { x: number; y: number }[] {
  return points.map(({ step, shifts: found }) => ({ x: step, y: found[layer]![of] }));
}

/** The geometric mean: shifts at the beginning are tens of times those at the end. */
function typical(result: HiddenShiftResult, layer: string, of: keyof Shift): number {
  const found = shifts(result, layer, of);
  return Math.exp(found.reduce((sum, { y }) => sum + Math.log(y), 0) / found.length);
}
