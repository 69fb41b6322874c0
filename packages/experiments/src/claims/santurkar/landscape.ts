import { mean } from "simple-statistics";
import { claim, type Evidence, type Results } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Mark } from "../../figures/figure.js";
import {
  type AlongGradient,
  effectiveSmoothness,
  gradientPredictiveness,
  lossVariation,
  type Range,
} from "../../probes/along-gradient.js";
import type { Size } from "../../runs/run.js";
import { imageNetworkName, linearRun, longImageRun, longSettings, names } from "./networks.js";
import { lookCurve, overLooks } from "./summaries.js";

const runs = (size: Size) => ({
  plain: longImageRun(size, "plain"),
  normalized: longImageRun(size, "normalized"),
  linearPlain: linearRun(size, "plain"),
  linearNormalized: linearRun(size, "normalized"),
});

type Measured = Results<ReturnType<typeof runs>>;

/**
 * VGG decides: it is what the published figure shows. The deep linear network and the second half of the training are
 * shown beside it.
 */
function ratios(what: string, of: (along: AlongGradient) => number | undefined) {
  const late = <Look extends { step: number }>(looks: readonly Look[]) =>
    looks.filter(({ step }) => step > looks.at(-1)!.step / 2);
  const shared = { unit: "ratio", scale: "log" } as const;
  return {
    ratio: {
      title: `images: ${what} over all steps looked at, without batch norm ÷ with`,
      of: ({ plain, normalized }: Measured) => overLooks(plain.looks, of) / overLooks(normalized.looks, of),
      rule: rules.above(1),
      ...shared,
    },
    late: {
      title: "the same over the second half of the training",
      of: ({ plain, normalized }: Measured) =>
        overLooks(late(plain.looks), of) / overLooks(late(normalized.looks), of),
      ...shared,
    },
    lateGradient: {
      title: "images: length of the gradient over the second half of the training, without batch norm ÷ with",
      of: ({ plain, normalized }: Measured) =>
        overLooks(late(plain.looks), ({ gradientNorm }) => gradientNorm) /
        overLooks(late(normalized.looks), ({ gradientNorm }) => gradientNorm),
      ...shared,
    },
    linear: {
      title: `deep linear network: ${what} over all steps looked at, without batch norm ÷ with`,
      of: ({ linearPlain, linearNormalized }: Measured) =>
        overLooks(linearPlain.looks, of) / overLooks(linearNormalized.looks, of),
      ...shared,
    },
  };
}

const width = (range: Range | undefined) => range && range.high - range.low;

const grid =
  "Along the gradient of a training batch, the weights go ten steps of ½ to 4 times the learning rate (the deep linear network twelve of 1/100 to 30 times), of which the range is taken; a number that is not finite counts as 10⁶, the most that any counts.";

const setting = {
  smoke: `${longSettings.smoke} Four points along the gradient.`,
  laptop: `${longSettings.laptop} ${grid}`,
  paper: `${longSettings.paper} ${grid}`,
};

const early =
  "At laptop size the training has a tenth of the published steps, and a twentieth of the images. It begins on the plain network's plateau, where everything is flat, and which counts in the mean over all steps; the second half, which lies behind it, stands beside. The deep linear network without batch norm spends most of its training near saddle points, where everything is flat too.";

const remarks = { undecided: early, refuted: early };

/** The runs of the two kinds of network, and what they are called. */
const pairs = [
  { network: imageNetworkName, plain: "plain", normalized: "normalized" },
  { network: () => "deep linear network", plain: "linearPlain", normalized: "linearNormalized" },
] as const;

/** Both kinds of network, each with and without batch norm, drawn by `marks`. */
function figure(
  evidence: Evidence<ReturnType<typeof runs>>,
  { title, caption, label }: { title: string; caption: string; label: string },
  marks: (series: string, seeds: (readonly Look[])[]) => Mark[],
): Figure {
  return {
    title,
    caption,
    panels: pairs.map((pair) => ({
      type: "plot",
      title: `measured: ${pair.network(evidence.size)}`,
      x: { label: "step" },
      y: { label, scale: "log" },
      marks: (["plain", "normalized"] as const).flatMap((variant) =>
        marks(
          names[variant],
          across(evidence, (results) => results[pair[variant]].looks),
        ),
      ),
    })),
  };
}

type Look = { step: number; along?: AlongGradient };

/** The range of every look, its ends averaged over the seeds. */
function bands(of: (along: AlongGradient) => Range | undefined) {
  return (series: string, seeds: (readonly Look[])[]): Mark[] => {
    const steps = [...new Set(seeds.flatMap((looks) => looks.map(({ step }) => step)))];
    const points = steps.flatMap((step) => {
      const ranges = seeds
        .flatMap((looks) => looks.find((look) => look.step === step)?.along ?? [])
        .flatMap((along) => of(along) ?? []);
      if (ranges.length === 0) return [];
      return [
        { x: step, low: mean(ranges.map(({ low }) => low)), high: mean(ranges.map(({ high }) => high)) },
      ];
    });
    const edge = (of: (range: Range) => number): Mark => ({
      ...{ type: "line", series, thin: true },
      points: points.map((point) => ({ x: point.x, y: of(point) })),
    });
    // A narrow band is seen by its edges alone.
    return [{ type: "band", series, points }, edge(({ low }) => low), edge(({ high }) => high)];
  };
}

/** SA18-5. */
export const lossVariesLess = claim({
  id: "SA18-5",
  title: "The loss varies less along the gradient",
  statement: "Along the direction of the gradient, the loss varies less with batch normalization.",
  source: "section 3.1, figure 4 (a)",
  published: "A figure only: the range of the loss is narrower with batch norm (from a reader's notes).",
  setting,
  runs,
  measures: ratios("largest − least loss along the gradient", (along) => width(lossVariation(along))),
  remarks,
  figures: (evidence) => [
    figure(
      evidence,
      {
        title: "Loss along the gradient",
        caption: "The band is the range of the loss over the steps along the gradient.",
        label: "loss",
      },
      bands(lossVariation),
    ),
  ],
});

/** SA18-6. */
export const gradientsArePredictive = claim({
  id: "SA18-6",
  title: "Gradients are more predictive",
  statement: "Along the direction of the gradient, the gradient changes less with batch normalization.",
  source: "section 3.1, figure 4 (b)",
  published:
    "A figure only: less by almost two orders of magnitude early in training (from a reader's notes).",
  setting,
  runs,
  measures: ratios(
    "largest ‖∇L(w) − ∇L(w − ηg)‖ along the gradient",
    (along) => gradientPredictiveness(along)?.high,
  ),
  remarks,
  figures: (evidence) => [
    figure(
      evidence,
      {
        title: "Gradient predictiveness",
        caption: "The band is the range of ‖∇L(w) − ∇L(w − ηg)‖ over the steps along the gradient.",
        label: "distance of the gradients",
      },
      bands(gradientPredictiveness),
    ),
  ],
});

const told =
  "Steps on which the gradient changes by less than a hundredth of its length are left out: near the saddles of the deep linear network such changes are float32's roundings. Where all are, the largest step counts. (All counted in the first measurement.)";

/** SA18-7. */
export const smootherGradient = claim({
  id: "SA18-7",
  title: "The landscape is smoother",
  statement:
    "The effective β-smoothness along the direction of the gradient is lower with batch normalization.",
  source: "section 3.1, figure 4 (c)",
  published: "A figure only: lower with batch norm (from a reader's notes).",
  setting: { smoke: setting.smoke, laptop: `${setting.laptop} ${told}`, paper: `${setting.paper} ${told}` },
  runs,
  measures: ratios("largest ‖∇L(w) − ∇L(w − ηg)‖ ÷ ‖ηg‖ along the gradient", effectiveSmoothness),
  remarks,
  figures: (evidence) => [
    figure(
      evidence,
      {
        title: "Effective β-smoothness",
        caption: "The largest change of the gradient for the distance gone.",
        label: "effective β",
      },
      (series, seeds) =>
        curves(
          series,
          seeds.map((looks) => lookCurve(looks, ({ along }) => along && effectiveSmoothness(along))),
        ),
    ),
  ],
});
