import { mean } from "simple-statistics";
import { claim, type Evidence, type Runs } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, curves } from "../../figures/across.js";
import type { Figure, Mark, Plot, Point } from "../../figures/figure.js";
import type { LayerShift } from "../../probes/covariate-shift.js";
import type { Size } from "../../runs/run.js";
import { imageNetworkName, linearRun, longImageRun, longSettings, names } from "./networks.js";
import { lookCurve, meanCosine, meanDistance } from "./summaries.js";

type Looks = readonly { step: number; shifts?: LayerShift[] }[];

/** SA18-4. */
export const shiftIsNotReduced = claim({
  id: "SA18-4",
  title: "Internal covariate shift is not reduced",
  statement:
    "Measured as the change of a layer's gradient when the layers before it take their step, internal covariate shift is no smaller with batch normalization; in the deep linear network it is far larger.",
  source: "section 2.3, definition 2.1, figure 3",
  published:
    "A figure only. Deep linear network: cosine of G and G′ about 1 without batch norm, nearly uncorrelated with it. VGG: similar or worse with batch norm (from a reader's notes).",
  setting: longSettings,
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
      rule: rules.above(0.5),
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
    undecided: "In half an epoch (laptop size) the networks on images differ in this from seed to seed.",
    refuted:
      "In half an epoch (laptop size) the gradients of the network on images shift less with batch norm than without.",
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
