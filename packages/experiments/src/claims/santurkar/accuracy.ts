import { claim, type Evidence, type Runs } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Plot } from "../../figures/figure.js";
import { curveOf } from "../../runs/curves.js";
import type { LandscapeResult } from "../../runs/landscape.js";
import type { Size } from "../../runs/run.js";
import { imageNetworkName, imageRun, imageSetting, names, noisySetting, type Variant } from "./networks.js";
import { lateAccuracy, lookCurve, wandering } from "./summaries.js";

/** One curve for each of the networks in the evidence. */
function accuracies<R extends Runs>(evidence: Evidence<R>, part: "train" | "test"): Plot {
  const { results = {} } = evidence.seeds[0] ?? {};
  return {
    type: "plot",
    title: part === "test" ? "measured: test images" : "measured: training batches",
    x: { label: "step" },
    y: { label: "accuracy", domain: [0, 1] },
    marks: Object.keys(results).flatMap((variant) =>
      curves(
        names[variant as Variant],
        across(evidence, (results) => curveOf(results[variant] as LandscapeResult, part, "accuracy")),
      ),
    ),
  };
}

/** SA18-1. */
export const trainsAndGeneralizesBetter = claim({
  id: "SA18-1",
  title: "VGG trains and generalises better",
  statement:
    "At the same learning rate, VGG with batch normalization trains faster and ends with a higher test accuracy.",
  source: "section 1, figure 1 (a, b)",
  published: "Test accuracy 83 % with batch norm, 80 % without, at rate 0.1 (from a reader's notes).",
  setting: imageSetting,
  runs: (size: Size) => ({ plain: imageRun(size, "plain"), normalized: imageRun(size, "normalized") }),
  measures: {
    train: {
      title: "accuracy on training batches over the second half of the training, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => lateAccuracy(normalized, "train") - lateAccuracy(plain, "train"),
      rule: rules.above(0),
    },
    test: {
      title: "test accuracy over the second half of the training, with batch norm − without",
      unit: "points",
      of: ({ plain, normalized }) => lateAccuracy(normalized, "test") - lateAccuracy(plain, "test"),
      rule: rules.above(0),
    },
  },
  remarks: {
    undecided:
      "In half an epoch (laptop size) the two networks come not far apart beside the spread over the seeds.",
  },
  figures: (evidence): Figure[] => [
    {
      title: `${imageNetworkName(evidence.size)} with and without batch norm`,
      caption: "Published is the accuracy at the end of a far longer training. Thin lines are single seeds.",
      panels: [
        {
          type: "table",
          title: "published (a reader's notes)",
          origin: "published",
          head: ["network", "test accuracy after 15,000 steps"],
          rows: [
            [names.normalized, "83 %"],
            [names.plain, "80 %"],
          ],
        },
        accuracies(evidence, "train"),
        accuracies(evidence, "test"),
      ],
    },
  ],
});

/** SA18-2. */
export const noiseHardlyHurts = claim({
  id: "SA18-2",
  title: "Noisy batch norm trains as well",
  statement:
    "Noise behind batch normalization, which makes distributions less stable than in the plain network, hardly hurts training.",
  source: "section 2.2, figure 2",
  published:
    "A figure only: noisy batch norm trains about as fast as batch norm, both well ahead of the plain network, although its distributions are less stable than the plain network's (from a reader's notes).",
  setting: {
    ...noisySetting,
    laptop: `${noisySetting.laptop} The rule on how far the means wander was added after a first measurement (0.89×).`,
  },
  runs: (size: Size) => ({
    plain: imageRun(size, "plain"),
    normalized: imageRun(size, "normalized"),
    noisy: imageRun(size, "noisy"),
  }),
  measures: {
    gain: {
      title: "accuracy on training batches over the second half, with noisy batch norm − without batch norm",
      unit: "points",
      of: ({ plain, noisy }) => lateAccuracy(noisy, "train") - lateAccuracy(plain, "train"),
      rule: rules.above(0),
    },
    nearer: {
      title: "the same, noisy batch norm − the middle between with and without batch norm",
      unit: "points",
      of: ({ plain, normalized, noisy }) =>
        lateAccuracy(noisy, "train") - (lateAccuracy(plain, "train") + lateAccuracy(normalized, "train")) / 2,
      rule: rules.above(0),
    },
    lost: {
      title: "the same, with batch norm − with noisy batch norm",
      unit: "points",
      of: ({ normalized, noisy }) => lateAccuracy(normalized, "train") - lateAccuracy(noisy, "train"),
    },
    wandering: {
      title:
        "how far the channels' means wander over the training in their deviations, noisy batch norm ÷ plain",
      unit: "ratio",
      scale: "log",
      of: ({ plain, noisy }) => wandering(noisy.looks) / wandering(plain.looks),
      rule: rules.above(1),
    },
  },
  remarks: {
    undecided:
      "At laptop size noisy batch norm ends about midway between the other two: 11 points above the plain network, 7 below batch norm. Its channels wander about as far as the plain network's (0.89×), so that the premise is not met for certain either.",
    refuted:
      "Noisy batch norm loses more than half of what batch norm gains, or its channels wander less than the plain network's: the measures say which.",
  },
  figures: (evidence): Figure[] => [
    {
      title: "Training with noise behind batch norm",
      caption:
        "Left: accuracy. Right: the mean of one channel on the same images, which the noise moves at every step.",
      panels: [accuracies(evidence, "train"), channelMeans(evidence)],
    },
  ],
});

/** The first channel's mean, in one seed: several would hide how it moves. */
function channelMeans<R extends Runs>({ seeds }: Evidence<R>): Plot {
  const results = Object.entries(seeds[0]?.results ?? {}) as [Variant, LandscapeResult][];
  return {
    type: "plot",
    title: "measured: one channel, one seed",
    x: { label: "step" },
    y: { label: "mean of what goes into the activation" },
    marks: results.map(([variant, { looks }]) => ({
      type: "line",
      series: names[variant],
      dots: true,
      points: lookCurve(looks, ({ distribution }) => distribution?.mean[0]),
    })),
  };
}

/** SA18-3. */
export const noiseStopsPlain = claim({
  id: "SA18-3",
  title: "The same noise stops the plain network",
  statement: "The noise that batch normalization bears stops the network without it from training.",
  source: "section 2.2",
  published: "No number: the plain network with this noise does not train (from a reader's notes).",
  setting: noisySetting,
  runs: (size: Size) => ({ plain: imageRun(size, "plain"), plainNoisy: imageRun(size, "plainNoisy") }),
  measures: {
    noisy: {
      title:
        "accuracy on training batches over the second half, with noise and without batch norm (chance is 10 %)",
      unit: "share",
      of: ({ plainNoisy }) => lateAccuracy(plainNoisy, "train"),
      rule: rules.below(0.15),
    },
    plain: {
      title: "the same without noise: that network trains",
      unit: "share",
      of: ({ plain }) => lateAccuracy(plain, "train"),
      rule: rules.above(0.15),
    },
  },
  remarks: {
    undecided: "The noise holds the plain network back; whether it stops it differs from seed to seed.",
    refuted: "The noise holds the plain network back, but does not stop it at this depth and width.",
  },
  figures: (evidence): Figure[] => [
    {
      title: "The plain network with noise",
      caption: "The noise stands where batch norm would, in front of every activation, while training.",
      panels: [accuracies(evidence, "train"), accuracies(evidence, "test")],
    },
  ],
});
