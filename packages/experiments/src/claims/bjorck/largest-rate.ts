import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import { type LargestRateResult, largestRate } from "../../runs/largest-rate.js";
import type { Size } from "../../runs/run.js";
import { images, type Normalized, residual, withNorm, withoutNorm } from "./networks.js";

/** Depths from shallow to deep; rates from large to small, about a factor of 3 apart but at smoke. */
const plan = {
  smoke: { depths: [8, 14, 20], batchSize: 16, steps: 20, shrink: 1, rates: [10, 1, 0.1, 0.01] },
  laptop: {
    depths: [8, 20, 56],
    batchSize: 32,
    steps: 200,
    shrink: 4,
    rates: [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001],
  },
  paper: {
    depths: [20, 56, 110],
    batchSize: 128,
    steps: 1000,
    shrink: 1,
    rates: [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003],
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

/** The largest rate at which the training does not diverge; a third of the smallest that was tried where all do. */
const stableRate = ({ stable, tried }: LargestRateResult) => stable ?? tried.at(-1)!.rate / 3;

/** The largest rate at which something is learned; a third of the smallest that was tried where none is. */
const trainedRate = ({ trained, tried }: LargestRateResult) => trained ?? tried.at(-1)!.rate / 3;

/** Said in titles: rates above were not tried. */
const censored = "of 10 and less";

/** The setting of both claims. */
const setting = {
  smoke: "Small residual networks on digits, four rates from 10 down to 0.01",
  paper:
    "Residual networks on batches of 128 images of 32×32: 1000 steps at each of twelve rates from 10 down to 3·10⁻⁵.",
} as const;

const short =
  "200 steps on batches of 32 images of 8×8, at rates from 10 down by factors of about 3 to the first at which something is learned. SGD with momentum 0.9 and weight decay 5·10⁻⁴. A training diverges when the loss or a weight becomes no finite number, or the mean loss of the last tenth of the steps is above that of the first step; so one whose units have died, and that guesses, has not diverged where it began worse.";

/** BJ18-2. */
export const largerRates = claim({
  id: "BJ18-2",
  title: "The largest rate",
  statement: "Batch norm raises the largest learning rate that does not diverge by orders of magnitude.",
  source: "section 2, figure 1",
  published:
    "Without batch norm ResNet-110 trains at rates up to about 10⁻⁴, with it at 0.1, the largest rate shown.",
  setting: {
    ...setting,
    laptop: `ResNet-56 (published: ResNet-110). ${short} A first measurement had its rule on the rates at which something is learned, and went no higher than rate 1 (one seed: 3×); they are shown too, but the claim is about divergence.`,
  },
  runs: deepest,
  measures: {
    ratio: {
      title: `largest rate ${censored} that does not diverge, with batch norm ÷ without`,
      of: ({ deep, normalized }) => stableRate(normalized) / stableRate(deep),
      scale: "log",
      unit: "ratio",
      rule: rules.above(10),
    },
    without: { title: "largest rate without", of: ({ deep }) => stableRate(deep), scale: "log" },
    with: {
      title: `largest rate ${censored} with`,
      of: ({ normalized }) => stableRate(normalized),
      scale: "log",
    },
    trained: {
      title: "largest rate at which something is learned, with ÷ without",
      of: ({ deep, normalized }) => trainedRate(normalized) / trainedRate(deep),
      scale: "log",
      unit: "ratio",
    },
    trainedWithout: {
      title: "largest rate at which something is learned, without",
      of: ({ deep }) => trainedRate(deep),
      scale: "log",
    },
    trainedWith: {
      title: "the same, with",
      of: ({ normalized }) => trainedRate(normalized),
      scale: "log",
    },
  },
  figures: (evidence) => [
    {
      title: "The loss that short trainings end at, by rate",
      caption:
        "Mean loss of the last tenth of the steps; no dot where it became no finite number, or is above 10⁶. Rates below the largest at which something is learned were not tried.",
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
          y: { label: "loss", scale: "log" },
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
                  y: loss === null || loss > 1e6 ? null : loss,
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
      "Rates were tried at factors of about 3. At the largest that does not diverge, a network need not have learned anything: the loss it ends at is in the figure.",
    undecided:
      "The largest rate that does not diverge is 1 with batch norm and 0.1 without it, with every seed: ten times as large on a grid of factors of about three, exactly at this rule's bound and not above it.",
  },
});

/** BJ18-12. */
export const shallowerTolerate = claim({
  id: "BJ18-12",
  title: "Depth against the largest rate",
  statement: "Of unnormalised residual networks, shallower ones tolerate higher learning rates.",
  source: "section 4",
  published: "Said of shallower ResNets; no number could be recovered.",
  setting: {
    ...setting,
    laptop: `ResNet-8, 20 and 56. ${short} A first measurement had its rule on the rates at which something is learned (one seed: 10×); they are shown too.`,
  },
  runs: byDepth,
  measures: {
    ratio: {
      title: `largest rate ${censored} that does not diverge, shallowest ÷ deepest`,
      of: ({ shallow, deep }) => stableRate(shallow) / stableRate(deep),
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
    shallow: {
      title: `largest rate ${censored}, shallowest`,
      of: ({ shallow }) => stableRate(shallow),
      scale: "log",
    },
    middle: {
      title: `largest rate ${censored}, in between`,
      of: ({ middle }) => stableRate(middle),
      scale: "log",
    },
    deep: { title: `largest rate ${censored}, deepest`, of: ({ deep }) => stableRate(deep), scale: "log" },
    trained: {
      title: "largest rate at which something is learned, shallowest ÷ deepest",
      of: ({ shallow, deep }) => trainedRate(shallow) / trainedRate(deep),
      scale: "log",
      unit: "ratio",
    },
  },
  figures: (evidence) => [depthFigure(evidence)],
  remarks: {
    refuted:
      "The largest rates of each depth are among the measures and in the figure; factors of about 3 lie between those tried.",
    undecided:
      "The largest rates of each depth are among the measures and in the figure; factors of about 3 lie between those tried.",
  },
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
        y: { label: "largest rate", scale: "log" },
        marks: (
          [
            ["that does not diverge", stableRate],
            ["at which something is learned", trainedRate],
          ] as const
        ).flatMap(([series, rateOf]) =>
          curves(
            series,
            across(evidence, (results) => [
              { x: shallow, y: rateOf(results.shallow) },
              { x: middle, y: rateOf(results.middle) },
              { x: deep, y: rateOf(results.deep) },
            ]),
          ),
        ),
      },
    ],
  };
}
