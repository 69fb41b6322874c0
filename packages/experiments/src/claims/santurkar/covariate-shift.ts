import { mean } from "simple-statistics";
import { claim, type Evidence, type Runs } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Mark, Plot, Point } from "../../figures/figure.js";
import type { LayerShift } from "../../probes/covariate-shift.js";
import type { Size } from "../../runs/run.js";
import { distributionPlot } from "./distributions.js";
import { imageNetworkName, linearRun, longImageRun, longSettings, names } from "./networks.js";
import { lookCurve, meanCosine, meanDistance } from "./summaries.js";

type Looks = readonly { step: number; shifts?: LayerShift[] }[];

const margins =
  "“No smaller” allows for a cosine that is 0.1 higher with batch norm, and for four fifths of the distance (half, in the first measurement). “Far larger” in the deep linear network is tested as a lower cosine with batch norm; both cosines stand beside.";

/** SA18-4. */
export const shiftIsNotReduced = claim({
  id: "SA18-4",
  title: "Internal covariate shift is not reduced",
  statement:
    "Measured as the change of a layer's gradient when the layers before it take their step, internal covariate shift is no smaller with batch normalization; in the deep linear network it is far larger.",
  source: "section 2.3, definition 2.1, figure 3",
  published:
    "A figure only. Deep linear network: cosine of G and G′ about 1 without batch norm, nearly uncorrelated with it. VGG: similar or worse with batch norm (from a reader's notes).",
  setting: {
    smoke: longSettings.smoke,
    laptop: `${longSettings.laptop} ${margins}`,
    paper: `${longSettings.paper} ${margins}`,
  },
  runs: (size: Size) => ({
    plain: longImageRun(size, "plain"),
    normalized: longImageRun(size, "normalized"),
    linearPlain: linearRun(size, "plain"),
    linearNormalized: linearRun(size, "normalized"),
  }),
  measures: {
    imageCosine: {
      title: "images: cosine of G and G′ over layers and steps, with batch norm − without",
      of: ({ plain, normalized }) => meanCosine(normalized.looks) - meanCosine(plain.looks),
      rule: rules.below(0.1),
    },
    imageDistance: {
      title: "images: ‖G − G′‖ over layers and steps, with batch norm ÷ without",
      unit: "ratio",
      scale: "log",
      of: ({ plain, normalized }) => meanDistance(normalized.looks) / meanDistance(plain.looks),
      rule: rules.above(0.8),
    },
    linearCosine: {
      title: "deep linear network: cosine of G and G′ over layers and steps, with batch norm − without",
      of: ({ linearPlain, linearNormalized }) =>
        meanCosine(linearNormalized.looks) - meanCosine(linearPlain.looks),
      rule: rules.below(0),
    },
    linearPlainCosine: {
      title: "deep linear network without batch norm: the cosine",
      of: ({ linearPlain }) => meanCosine(linearPlain.looks),
    },
    linearNormalizedCosine: {
      title: "deep linear network with batch norm: the cosine",
      of: ({ linearNormalized }) => meanCosine(linearNormalized.looks),
    },
  },
  remarks: {
    undecided:
      "In two epochs (laptop size) one of the measures on images lies at the margin that we allow, while the others confirm.",
    refuted:
      "In two epochs (laptop size) gradients shift less with batch norm than without: the measures say in which network.",
  },
  figures: (evidence): Figure[] => [
    {
      title: `Internal covariate shift in ${imageNetworkName(evidence.size)}`,
      caption: "Means over the layers behind the first. No shift would be a cosine of 1 and a distance of 0.",
      panels: [
        cosinePlot(evidence, { plain: "plain", normalized: "normalized" }),
        distancePlot(evidence, { plain: "plain", normalized: "normalized" }),
      ],
    },
    {
      title: `Figure 1 (c): the values of one channel over the training of ${imageNetworkName(evidence.size)}`,
      caption:
        "Histograms of the first channel's values in front of an activation, always on the same images, first seed; all are drawn to one height. Published is a figure alone: with and without batch norm the histograms hardly look different (from a reader's notes).",
      panels: (["plain", "normalized"] as const).map((variant) =>
        distributionPlot(names[variant], evidence.seeds[0]?.results[variant].looks ?? []),
      ),
    },
    {
      title: "Internal covariate shift in the deep linear network",
      caption: "Means over the layers behind the first, gradients of the mean squared error.",
      panels: [
        {
          type: "table",
          title: "published (a reader's notes)",
          origin: "published",
          head: ["network", "cosine of G and G′"],
          rows: [
            [names.plain, "about 1"],
            [names.normalized, "nearly uncorrelated"],
          ],
        },
        cosinePlot(evidence, { plain: "linearPlain", normalized: "linearNormalized" }),
        distancePlot(evidence, { plain: "linearPlain", normalized: "linearNormalized" }),
      ],
    },
  ],
});

/** Which runs are the two networks of a plot. */
type Pair = { plain: string; normalized: string };

function cosinePlot<R extends Runs>(evidence: Evidence<R>, pair: Pair): Plot {
  return {
    type: "plot",
    title: "measured: cosine of G and G′",
    x: { label: "step" },
    y: { label: "mean over the layers", domain: [-1, 1] },
    marks: pairOfCurves(evidence, pair, ({ cosine }) => cosine),
  };
}

function distancePlot<R extends Runs>(evidence: Evidence<R>, pair: Pair): Plot {
  return {
    type: "plot",
    title: "measured: ‖G − G′‖",
    x: { label: "step" },
    y: { label: "mean over the layers", scale: "log" },
    marks: pairOfCurves(evidence, pair, ({ distance }) => distance),
  };
}

function pairOfCurves<R extends Runs>(
  evidence: Evidence<R>,
  pair: Pair,
  of: (shift: LayerShift) => number | null,
): Mark[] {
  return (["plain", "normalized"] as const).flatMap((variant) =>
    curves(
      names[variant],
      across(evidence, (results) => layerMeans((results[pair[variant]] as { looks: Looks }).looks, of)),
    ),
  );
}

function layerMeans(looks: Looks, of: (shift: LayerShift) => number | null): Point[] {
  return lookCurve(looks, ({ shifts = [] }) => {
    const values = shifts.flatMap((shift) => of(shift) ?? []);
    return values.length > 0 ? mean(values) : null;
  });
}
