import { mean } from "simple-statistics";
import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Table } from "../../figures/figure.js";
import type { KernelGradientSums } from "../../probes/kernel-gradient-sums.js";
import type { InitialNetworkResult } from "../../runs/initial-network.js";
import { bothNetworks, heatMaps, initialNetworks, initialSetting, summedLayers } from "./initialisation.js";

/** |Σd| ÷ Σ|d|: 1 where all terms of a kernel gradient have one sign. */
const alignment = ({ size, ofSizes }: KernelGradientSums) => size / ofSizes;

/** The geometric mean over the layers. */
const meanAlignment = ({ sums }: InitialNetworkResult) =>
  Math.exp(mean(Object.values(sums).map((each) => Math.log(alignment(each)))));

/** BJ18-8. */
export const alignedTerms = claim({
  id: "BJ18-8",
  title: "Signs of a kernel gradient's terms",
  statement:
    "Without batch norm the terms of a kernel gradient's sum over images and positions share a sign, so that it depends little on the data; with batch norm they cancel.",
  source: "section 3.2, table 1 (as remembered)",
  published:
    "|Σd| is of the size of Σ|d| without batch norm, and about two orders of magnitude smaller with it (as remembered; the entries could not be recovered).",
  setting: {
    ...initialSetting,
    laptop: `${initialSetting.laptop} Nine layers from 6 to 102 are measured, of which 18, 54 and 90 are as remembered those of the published table.`,
  },
  runs: initialNetworks,
  measures: {
    without: {
      title: "|Σd| ÷ Σ|d|, mean over kernels and layers, without",
      of: ({ plain }) => meanAlignment(plain),
      scale: "log",
      rule: rules.above(1 / 3),
    },
    with: {
      title: "|Σd| ÷ Σ|d|, mean over kernels and layers, with",
      of: ({ normalized }) => meanAlignment(normalized),
      scale: "log",
      rule: rules.below(0.1),
    },
    ratio: {
      title: "the one ÷ the other",
      of: ({ plain, normalized }) => meanAlignment(plain) / meanAlignment(normalized),
      scale: "log",
      unit: "ratio",
      rule: rules.above(1),
    },
  },
  figures: (evidence) => [
    sumsTable(evidence),
    {
      title: "Alignment by depth",
      caption: "|Σd| ÷ Σ|d| of the kernel gradients; 1 where all terms have the same sign.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "layer" },
          y: { label: "|Σd| ÷ Σ|d|", scale: "log" },
          marks: bothNetworks.flatMap(([network, series]) =>
            curves(
              series,
              across(evidence, (results) =>
                summedLayers(evidence.size).map(({ number, layer }) => ({
                  x: number,
                  y: alignment(results[network].sums[layer]!),
                })),
              ),
            ),
          ),
        },
      ],
    },
    heatMaps(
      "Gradients by image and channel",
      "Gradients with respect to a middle convolution's output, mean over positions. One seed. Columns of one colour: the image does not matter.",
      evidence.seeds[0]!.results,
      ({ filterGradients }) => filterGradients,
      ["channel", "image"],
    ),
  ],
  remarks: {
    refuted:
      "The figure shows the alignment layer by layer; the measures are its geometric means over layers of all depths, and the limits of 1/3 and 1/10 are ours.",
    undecided:
      "The figure shows the alignment layer by layer; the measures are its geometric means over layers of all depths, and the limits of 1/3 and 1/10 are ours.",
  },
});

/** The sums, geometric means over the seeds. */
function sumsTable(evidence: Evidence<ReturnType<typeof initialNetworks>>): Figure {
  return {
    title: "Sums of the terms of kernel gradients",
    caption: "Means over a kernel's entries, geometric means over the seeds.",
    panels: bothNetworks.map(([network, title]): Table => {
      const written = (layer: string, sum: keyof KernelGradientSums) =>
        Math.exp(
          mean(across(evidence, (results) => Math.log(results[network].sums[layer]![sum]))),
        ).toExponential(1);
      return {
        type: "table",
        title,
        head: ["layer", "Σ|d|", "Σ_b|Σ_xy d|", "Σ_xy|Σ_b d|", "|Σd|"],
        rows: summedLayers(evidence.size).map(({ number, layer }) => [
          number,
          written(layer, "ofSizes"),
          written(layer, "withinExamples"),
          written(layer, "betweenExamples"),
          written(layer, "size"),
        ]),
      };
    }),
  };
}

/** BJ18-9. */
export const dominantClass = claim({
  id: "BJ18-9",
  title: "One class dominates",
  statement:
    "Without batch norm nearly all images are pushed to one class at initialisation, and all gradients of the output correct it together; with batch norm classes differ by image.",
  source: "section 3.2, the heat map of gradients by class",
  published:
    "Without batch norm one of ten columns is positive for nearly all of 128 images; with it, gradients are weaker and spread over columns (a figure).",
  setting: initialSetting,
  runs: initialNetworks,
  measures: {
    without: {
      title: "images of other classes whose largest gradient is that of the most frequent class, without",
      of: ({ plain }) => dominance(plain),
      unit: "share",
      rule: rules.above(0.8),
    },
    difference: {
      title: "the same, without − with",
      of: ({ plain, normalized }) => dominance(plain) - dominance(normalized),
      unit: "points",
      rule: rules.above(0),
    },
    with: {
      title: "the same, with",
      of: ({ normalized }) => dominance(normalized),
      unit: "share",
    },
    strengthWithout: {
      title: "mean gradient of that class for these images × images (the class's probability), without",
      of: ({ plain }) => strength(plain),
    },
    strengthWith: {
      title: "the same, with",
      of: ({ normalized }) => strength(normalized),
    },
  },
  figures: ({ seeds }) => [
    heatMaps(
      "Gradients of the loss with respect to the logits",
      "One seed. A column of one colour: the same class is too likely for all images. The dark entry of a row is the image's class. Published: one such column without batch norm, none with it.",
      seeds[0]!.results,
      ({ logitGradients }) => logitGradients,
      ["class", "image"],
    ),
  ],
  remarks: {
    refuted:
      "At laptop size, in a first measurement of one seed, nearly all images had their largest gradient at one class with batch norm too (99 % of those of other classes, 100 % without), with a lower probability of that class: 0.67 against 1.00.",
    undecided:
      "At laptop size, in a first measurement of one seed, nearly all images had their largest gradient at one class with batch norm too (99 % of those of other classes, 100 % without), with a lower probability of that class: 0.67 against 1.00. Where both shares are near 100 %, their difference decides nothing.",
  },
});

/** The largest share, over the classes, of images of other classes that have their largest gradient at that class. */
function dominance(result: InitialNetworkResult): number {
  return Math.max(...classes(result).map(({ share }) => share));
}

/** What the gradients of the class of that share are, times the number of images. */
function strength(result: InitialNetworkResult): number {
  const all = classes(result);
  return all.find(({ share }) => share === dominance(result))!.strength;
}

/** By class, over the images of other classes: how many push it most, and how strongly on average. */
function classes({ logitGradients, labels }: InitialNetworkResult): { share: number; strength: number }[] {
  return logitGradients[0]!.map((_, label) => {
    const others = logitGradients.filter((_, image) => labels[image] !== label);
    return {
      share: mean(others.map((row) => (row.indexOf(Math.max(...row)) === label ? 1 : 0))),
      strength: mean(others.map((row) => row[label]! * logitGradients.length)),
    };
  });
}
