import { linearRegression, linearRegressionLine, mean, rSquared, standardDeviation } from "simple-statistics";
import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import type { Figure, Mark, Plot } from "../../figures/figure.js";
import { type InitialNetworkResult, initialNetwork } from "../../runs/initial-network.js";
import type { Run, Size } from "../../runs/run.js";
import {
  images,
  inDepth,
  layerNumbered,
  type Normalized,
  residual,
  withNorm,
  withoutNorm,
} from "./networks.js";

/** Numbers of layers as the work counts them; `moments` are evenly spaced. */
const plan = {
  smoke: { depth: 14, examples: 16, moments: [2, 4, 6, 8, 10, 12], convolution: 7, sums: [4, 8, 12] },
  laptop: {
    depth: 110,
    examples: 128,
    moments: [6, 18, 30, 42, 54, 66, 78, 90, 102],
    convolution: 55,
    sums: [6, 18, 30, 42, 54, 66, 78, 90, 102],
  },
  paper: {
    depth: 110,
    examples: 128,
    moments: [6, 18, 30, 42, 54, 66, 78, 90, 102],
    convolution: 55,
    sums: [6, 18, 30, 42, 54, 66, 78, 90, 102],
  },
} as const satisfies Record<Size, object>;

const initial = (size: Size, normalized: Normalized): Run<InitialNetworkResult> => {
  const { depth, examples, moments, convolution, sums } = plan[size];
  return initialNetwork({
    data: images(size, { train: examples }),
    network: residual(size, depth, normalized),
    examples,
    moments: [...moments, depth].map((number) => layerNumbered(depth, number).layer),
    convolution: layerNumbered(depth, convolution).layer,
    sums: sums.map((number) => layerNumbered(depth, number)),
  });
};

/** The two networks before any training. */
export const initialNetworks = (size: Size) => ({
  plain: initial(size, "nowhere"),
  normalized: initial(size, "everywhere"),
});

/** What was found in them for one seed. */
export interface InitialResults {
  plain: InitialNetworkResult;
  normalized: InitialNetworkResult;
}

/** The setting of all claims about them. */
export const initialSetting = {
  smoke: "A small ResNet-14 on 16 digits",
  laptop:
    "As published: ResNet-110 at initialisation, one batch of 128 images of CIFAR-10, Xavier initialisation (as remembered: it could not be checked).",
  paper: "As at laptop.",
} as const;

/** The layers whose kernel gradients are summed, by number. */
export const summedLayers = (size: Size) =>
  plan[size].sums.map((number) => ({ number, ...layerNumbered(plan[size].depth, number) }));

/** The two networks, each with what curves of it are called. */
export const bothNetworks = [
  ["plain", withoutNorm],
  ["normalized", withNorm],
] as const;

/** BJ18-4. */
export const initialGradients = claim({
  id: "BJ18-4",
  title: "Gradients at initialisation",
  statement:
    "At initialisation, gradients of an unnormalised residual network are larger and have heavier tails than with batch norm.",
  source: "section 2, figure 2",
  published:
    "Kernel of layer 55: about ±0.03 and bell-shaped with batch norm; a sharp peak at 0 and tails to about ±4 without (read off a figure).",
  setting: initialSetting,
  runs: initialNetworks,
  measures: {
    deviation: {
      title: "standard deviation of the gradient's entries, without batch norm ÷ with",
      of: ({ plain, normalized }) =>
        plain.kernelGradient.standardDeviation / normalized.kernelGradient.standardDeviation,
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
    kurtosis: {
      title: "kurtosis of the entries, without ÷ with",
      of: ({ plain, normalized }) => plain.kernelGradient.kurtosis / normalized.kernelGradient.kurtosis,
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
    tail: {
      title: "largest ÷ median size of an entry, without ÷ with",
      of: ({ plain, normalized }) =>
        plain.kernelGradient.largestToMedian / normalized.kernelGradient.largestToMedian,
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
    largestWithout: {
      title: "largest entry without",
      of: ({ plain }) => plain.kernelGradient.largest,
      scale: "log",
    },
    largestWith: {
      title: "largest entry with",
      of: ({ normalized }) => normalized.kernelGradient.largest,
      scale: "log",
    },
  },
  figures: ({ seeds, size }) => {
    const { results } = seeds[0]!;
    return [
      {
        title: `Entries of the kernel gradient of layer ${plan[size].convolution}`,
        caption: "One seed; each histogram has its own scale, as in the published figure.",
        panels: [
          {
            type: "table",
            title: "published (read off a figure)",
            origin: "published",
            head: ["", "shape", "largest entry"],
            rows: [
              [withNorm, "bell", "±0.03"],
              [withoutNorm, "sharp peak, heavy tails", "±4"],
            ],
          },
          ...[...bothNetworks].reverse().map(
            ([network, series]): Plot => ({
              type: "plot",
              title: series,
              x: { label: "gradient" },
              y: { label: "entries" },
              marks: [histogramOf(series, results[network])],
            }),
          ),
        ],
      },
      heatMaps(
        `Kernel gradient of layer ${plan[size].convolution} by channels`,
        "Rows: filters; columns: input channels; mean size of the entries between them, as a share of the largest. One seed.",
        results,
        ({ kernelGradient }) => shareOfLargest(kernelGradient.byChannels),
        ["input channel", "filter"],
      ),
    ];
  },
  remarks: {
    refuted:
      "Of the three ratios, those whose interval lies below 1 were larger with batch norm than without: one kernel's gradient on one batch was looked at.",
    undecided:
      "Gradients of one kernel on one batch were looked at, in a network of each kind for each seed; between these the ratios differ by as much as the intervals show.",
  },
});

/** BJ18-7. */
export const growthWithDepth = claim({
  id: "BJ18-7",
  title: "Activations by depth at initialisation",
  statement:
    "At initialisation, channel means and deviations grow exponentially with depth without batch norm, and do not with it.",
  source: "section 3.1, figure 5",
  published:
    "Logarithms of both climb almost linearly from about −1.5 to +3 between layers 6 and 110 without batch norm, and stay between about −1 and +1 with it (read off a figure; the base is not known).",
  setting: {
    ...initialSetting,
    laptop: `${initialSetting.laptop} Outputs of the convolutions 6, 18, … 102, in the normalised network before its batch norms (as remembered of the published figure).`,
  },
  runs: initialNetworks,
  measures: {
    deviationWithout: growth("channel deviations", "plain", "deviation", rules.above(10)),
    meanWithout: growth("channel means", "plain", "mean", rules.above(10)),
    deviationWith: growth("channel deviations", "normalized", "deviation", rules.below(10)),
    meanWith: growth("channel means", "normalized", "mean", rules.below(10)),
    straightness: {
      title: "share of the variation of the log deviation that a straight line over layers explains, without",
      of: ({ plain }) => fit(logarithms(plain).map(({ deviation }) => deviation)).explained,
      unit: "share",
      rule: rules.above(0.9),
    },
  },
  figures: (evidence) => [byDepth(evidence, "mean"), byDepth(evidence, "deviation")],
  remarks: {
    refuted:
      "Growth is read off a straight line through the logarithms of nine layers; the limit of 10 times, between growing and not, is ours.",
    undecided:
      "Growth is read off a straight line through the logarithms of nine layers; the limit of 10 times, between growing and not, is ours.",
  },
});

/** How many times as large the fitted line is at the last of the layers as at the first. */
function growth(
  what: string,
  network: keyof InitialResults,
  part: "mean" | "deviation",
  rule: ReturnType<typeof rules.above | typeof rules.below>,
) {
  return {
    title: `growth of ${what} over the layers, ${network === "plain" ? "without" : "with"}`,
    of: (results: InitialResults) => fit(logarithms(results[network]).map((each) => each[part])).growth,
    scale: "log" as const,
    unit: "ratio" as const,
    rule,
  };
}

/** Over the channels of every layer but the output: means of ln|mean| and of ln deviation, and how they spread. */
function logarithms({ moments }: InitialNetworkResult) {
  return Object.entries(moments)
    .filter(([layer]) => layer !== "output")
    .sort(([a], [b]) => inDepth(a, b))
    .map(([, { mean: means, variance }]) => {
      const logMeans = finiteLogs(means.map(Math.abs));
      const logDeviations = finiteLogs(variance.map(Math.sqrt));
      return {
        mean: mean(logMeans),
        meanSpread: standardDeviation(logMeans),
        deviation: mean(logDeviations),
        deviationSpread: standardDeviation(logDeviations),
      };
    });
}

/** Of those above 0: a channel that is always 0 has no logarithm. */
const finiteLogs = (values: readonly number[]) => values.filter((value) => value > 0).map(Math.log);

function fit(logs: readonly number[]): { growth: number; explained: number } {
  const points = logs.map((value, index): [number, number] => [index, value]);
  const line = linearRegression(points);
  return {
    growth: Math.exp(line.m * (logs.length - 1)),
    explained: rSquared(points, linearRegressionLine(line)),
  };
}

function byDepth(evidence: Evidence<ReturnType<typeof initialNetworks>>, part: "mean" | "deviation"): Figure {
  const layers = plan[evidence.size].moments;
  const axes = {
    x: { label: "layer" },
    y: { label: part === "mean" ? "log |channel mean|" : "log channel deviation" },
  };
  const spread = part === "mean" ? "meanSpread" : "deviationSpread";
  const marks = bothNetworks.flatMap(([network, series]): Mark[] => {
    const seeds = across(evidence, (results) => logarithms(results[network]));
    const at = (index: number, of: (each: (typeof seeds)[number][number]) => number) =>
      mean(seeds.map((layers) => of(layers[index]!)));
    return [
      {
        type: "band",
        series,
        points: layers.map((x, index) => ({
          x,
          low: at(index, (each) => each[part] - each[spread]),
          high: at(index, (each) => each[part] + each[spread]),
        })),
      },
      {
        type: "line",
        series,
        points: layers.map((x, index) => ({ x, y: at(index, (each) => each[part]) })),
        dots: true,
      },
    ];
  });
  return {
    title: part === "mean" ? "Channel means by depth" : "Channel deviations by depth",
    caption:
      "Natural logarithms, averaged over channels and seeds; the bands are one deviation over channels.",
    panels: [
      {
        type: "plot",
        title: "published (read off a figure)",
        origin: "published",
        ...axes,
        marks: [
          {
            type: "line",
            series: withoutNorm,
            points: [
              { x: 6, y: -1.5 },
              { x: 110, y: 3 },
            ],
          },
          {
            type: "band",
            series: withNorm,
            points: [
              { x: 6, low: -1, high: 1 },
              { x: 110, low: -1, high: 1 },
            ],
          },
        ],
      },
      { type: "plot", title: "measured", ...axes, marks },
    ],
  };
}

function histogramOf(series: string, { kernelGradient }: InitialNetworkResult): Mark {
  const { edges, counts } = kernelGradient.histogram;
  return { type: "histogram", series, edges, heights: counts };
}

function shareOfLargest(rows: readonly (readonly number[])[]): number[][] {
  const largest = Math.max(...rows.flat().map(Math.abs));
  return rows.map((row) => row.map((value) => value / largest));
}

/** A picture for each network, side by side. */
export function heatMaps(
  title: string,
  caption: string,
  results: InitialResults,
  values: (result: InitialNetworkResult) => readonly (readonly number[])[],
  [x, y]: readonly [string, string],
): Figure {
  return {
    title,
    caption,
    panels: bothNetworks.map(([network, series]) => {
      const picture = values(results[network]);
      return {
        type: "plot",
        title: series,
        x: { label: x },
        y: { label: y },
        marks: [{ type: "heat", values: picture, diverging: picture.flat().some((value) => value < 0) }],
      };
    }),
  };
}
