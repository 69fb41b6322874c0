import { claim, type Evidence } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, curves } from "../../figures/across.js";
import type { Figure } from "../../figures/figure.js";
import { type LargestRateResult, largestRate } from "../../runs/largest-rate.js";
import type { Size } from "../../runs/run.js";
import { images, type Normalized, residual, withNorm, withoutNorm } from "./networks.js";

/** Depths from shallow to deep; rates from large to small, about a factor of 3 apart. */
const plan = {
  smoke: { depths: [8, 14, 20], batchSize: 16, steps: 20, shrink: 1, rates: [1, 0.1, 0.01] },
  laptop: {
    depths: [8, 20, 56],
    batchSize: 32,
    steps: 200,
    shrink: 4,
    rates: [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001],
  },
  paper: {
    depths: [20, 56, 110],
    batchSize: 128,
    steps: 1000,
    shrink: 1,
    rates: [3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003],
  },
} as const satisfies Record<Size, object>;

const largest = (size: Size, depth: number, normalized: Normalized) => {
  const { batchSize, steps, shrink, rates } = plan[size];
  return largestRate({
    data: images(size),
    network: residual(size, depth, normalized, { shrink }),
    momentum: 0.9,
    weightDecay: 5e-4,
    batchSize,
    steps,
    rates,
  });
};

const byDepth = (size: Size) => {
  const [shallow, middle, deep] = plan[size].depths;
  return {
    shallow: largest(size, shallow, "nowhere"),
    middle: largest(size, middle, "nowhere"),
    deep: largest(size, deep, "nowhere"),
  };
};

const deepest = (size: Size) => {
  const depth = plan[size].depths.at(-1)!;
  return { deep: largest(size, depth, "nowhere"), normalized: largest(size, depth, "everywhere") };
};

/** The largest rate that trains; a third of the smallest that was tried where none does. */
const rateOf = ({ largest, tried }: LargestRateResult) => largest ?? tried.at(-1)!.rate / 3;

/** The largest rate at which the loss stays finite, whether anything is learned or not. */
const finiteRateOf = (result: LargestRateResult) =>
  result.tried.find(({ loss }) => loss !== null)?.rate ?? rateOf(result);

/** The setting of both claims. */
const setting = {
  smoke: "Small residual networks on digits, three rates",
  paper:
    "Residual networks on batches of 128 images of 32×32: 1000 steps at each of eleven rates from 3 down to 3·10⁻⁵.",
} as const;

const trained =
  "SGD with momentum 0.9 and weight decay 5·10⁻⁴, 200 steps on batches of 32 new images of 8×8, at rates from 1 down to 10⁻⁴ by factors of about 3. A rate trains when all stays finite and the last loss is below the first and 5 % below that of guessing; where none does, a third of the smallest is taken.";

/** BJ18-2. */
export const largerRates = claim({
  id: "BJ18-2",
  title: "The largest rate that trains",
  statement: "Batch norm raises the largest learning rate that trains by orders of magnitude.",
  source: "section 2, figure 1",
  published: "About 10⁻⁴ without batch norm, 0.1 with it, in ResNet-110.",
  setting: { ...setting, laptop: `ResNet-56 (published: ResNet-110). ${trained}` },
  runs: deepest,
  measures: {
    ratio: {
      title: "largest rate that trains, with batch norm ÷ without",
      of: ({ deep, normalized }) => rateOf(normalized) / rateOf(deep),
      scale: "log",
      unit: "ratio",
      rule: rules.above(10),
    },
    finite: {
      title: "largest rate at which all stays finite, with ÷ without",
      of: ({ deep, normalized }) => finiteRateOf(normalized) / finiteRateOf(deep),
      scale: "log",
      unit: "ratio",
    },
    without: { title: "largest rate without", of: ({ deep }) => rateOf(deep), scale: "log" },
    with: { title: "largest rate with", of: ({ normalized }) => rateOf(normalized), scale: "log" },
  },
  figures: (evidence) => [
    {
      title: "The loss that short trainings end at, by rate",
      caption:
        "Mean loss of the last tenth of the steps; no dot where the training diverged. Smaller rates than the largest that trains were not tried.",
      panels: [
        {
          type: "table",
          title: "published",
          origin: "published",
          head: ["", "largest rate"],
          rows: [
            [withoutNorm, "about 10⁻⁴"],
            [withNorm, "0.1 (the largest shown)"],
          ],
        },
        {
          type: "plot",
          title: "measured",
          x: { label: "learning rate", scale: "log" },
          y: { label: "loss", domain: [1.5, 3] },
          marks: [
            ...(
              [
                [withoutNorm, "deep"],
                [withNorm, "normalized"],
              ] as const
            ).map(([series, network]) => ({
              type: "dots" as const,
              series,
              points: across(evidence, (results) =>
                results[network].tried.map(({ rate, loss }) => ({
                  x: rate,
                  y: loss === null || loss > 3 ? null : loss,
                })),
              ).flat(),
            })),
            { type: "rule", axis: "y", at: Math.log(10), label: "guessing" },
          ],
        },
      ],
    },
  ],
  remarks: {
    refuted:
      "At half the published depth the unnormalised network still trains at rates that the published one did not, and at the largest rates the normalised one stays finite but has not learned anything within so few steps.",
    undecided:
      "At half the published depth the unnormalised network still trains at rates that the published one did not, and rates were tried at factors of about 3 only.",
  },
});

/** BJ18-12. */
export const shallowerTolerate = claim({
  id: "BJ18-12",
  title: "Depth against the largest rate",
  statement: "Of unnormalised residual networks, shallower ones tolerate higher learning rates.",
  source: "section 4",
  published: "Said of shallower ResNets; no number could be recovered.",
  setting: { ...setting, laptop: `ResNet-8, 20 and 56. ${trained}` },
  runs: byDepth,
  measures: {
    ratio: {
      title: "largest rate that trains, shallowest ÷ deepest",
      of: ({ shallow, deep }) => rateOf(shallow) / rateOf(deep),
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
    shallow: { title: "largest rate, shallowest", of: ({ shallow }) => rateOf(shallow), scale: "log" },
    middle: { title: "largest rate, in between", of: ({ middle }) => rateOf(middle), scale: "log" },
    deep: { title: "largest rate, deepest", of: ({ deep }) => rateOf(deep), scale: "log" },
  },
  figures: (evidence) => [depthFigure(evidence)],
});

function depthFigure(evidence: Evidence<ReturnType<typeof byDepth>>): Figure {
  const [shallow, middle, deep] = plan[evidence.size].depths;
  return {
    title: "Largest rate by depth",
    caption: "Unnormalised residual networks; the thick line is the mean over the seeds.",
    panels: [
      {
        type: "plot",
        title: "measured",
        x: { label: "layers" },
        y: { label: "largest rate that trains", scale: "log" },
        marks: curves(
          withoutNorm,
          across(evidence, (results) => [
            { x: shallow, y: rateOf(results.shallow) },
            { x: middle, y: rateOf(results.middle) },
            { x: deep, y: rateOf(results.deep) },
          ]),
        ),
      },
    ],
  };
}
