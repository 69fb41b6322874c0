import { mean } from "simple-statistics";
import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Plot } from "../../figures/figure.js";
import type { DivergingStep } from "../../probes/diverging-step.js";
import { divergence } from "../../runs/diverging-step.js";
import { type GradientLineResult, gradientLine } from "../../runs/gradient-line.js";
import type { Size } from "../../runs/run.js";
import {
  images,
  inDepth,
  layerNumbered,
  type Normalized,
  residual,
  withNorm,
  withoutNorm,
} from "./networks.js";

/** Where divergence begins: the loss is so many times what it was. */
const diverged = 1000;

/** s from 1.5·10⁻⁵ to 0.2, evenly on a logarithmic scale. */
const stepSizes = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    Number((1.5e-5 * (0.2 / 1.5e-5) ** (index / (count - 1))).toPrecision(3)),
  );

const line = {
  smoke: { depth: 14, batchSize: 16, batches: [1, 2], sizes: 6, shrink: 1, rates: [0.1, 0.0001] },
  laptop: { depth: 110, batchSize: 32, batches: [1, 4, 7], sizes: 25, shrink: 2, rates: [0.1, 0.0001] },
  paper: { depth: 110, batchSize: 128, batches: [1, 4, 7], sizes: 25, shrink: 1, rates: [0.1, 0.0001] },
} as const satisfies Record<Size, object>;

const lines = (size: Size) => {
  const { depth, batchSize, batches, sizes, shrink, rates } = line[size];
  const along = (normalized: Normalized, learningRate: number) =>
    gradientLine({
      data: images(size, { train: 1024 }),
      network: residual(size, depth, normalized, { shrink }),
      optimizer: { type: "sgd", learningRate, momentum: 0.9, weightDecay: 5e-4 },
      batchSize,
      batches,
      stepSizes: stepSizes(sizes),
    });
  return { plain: along("nowhere", rates[1]), normalized: along("everywhere", rates[0]) };
};

/** The first step size of the grid at which the loss has diverged; the last one where it never does. */
function divergingSize({ batches, stepSizes }: GradientLineResult): number {
  return geometricMean(
    batches.map(({ relativeLosses }) => {
      const index = relativeLosses.findIndex((loss) => loss === null || loss > diverged);
      return index < 0 ? stepSizes.at(-1)! : stepSizes[index]!;
    }),
  );
}

/** The step size of the grid with the lowest loss. */
function bestSize({ batches, stepSizes }: GradientLineResult): number {
  return geometricMean(
    batches.map(({ relativeLosses }) => {
      const losses = relativeLosses.map((loss) => loss ?? Number.POSITIVE_INFINITY);
      return stepSizes[losses.indexOf(Math.min(...losses))]!;
    }),
  );
}

const geometricMean = (values: readonly number[]) => Math.exp(mean(values.map(Math.log)));

/** BJ18-5. */
export const lossAlongGradient = claim({
  id: "BJ18-5",
  title: "The loss along the gradient",
  statement:
    "Along the gradient the loss of an unnormalised residual network explodes at steps near 10⁻³, while with batch norm steps of up to about 10⁻¹ improve it.",
  source: "section 2.1, figure 3",
  published:
    "Without batch norm the lowest loss is at 2 to 4·10⁻⁴ and a millionfold loss at 3 to 7·10⁻³; with it the lowest is at 0.03 to 0.1, and the loss at most triples up to 0.2 (read off a figure). The loss is called diverged from 1000 times on (from a reader's notes).",
  setting: {
    smoke: "A small ResNet-14 on digits",
    laptop:
      "ResNet-110 on images of 16×16 in batches of 32 (published: 32×32, 128): batches 1, 4 and 7 of a training at rate 0.1 with batch norm and 10⁻⁴ without, 25 step sizes.",
    paper: "ResNet-110, batches of 128 images of 32×32.",
  },
  runs: lines,
  measures: {
    diverging: {
      title: "step size at which the loss has diverged (0.2 where it never does), with batch norm ÷ without",
      of: ({ plain, normalized }) => divergingSize(normalized) / divergingSize(plain),
      scale: "log",
      unit: "ratio",
      rule: rules.above(10),
    },
    best: {
      title: "step size of the lowest loss, with ÷ without",
      of: ({ plain, normalized }) => bestSize(normalized) / bestSize(plain),
      scale: "log",
      unit: "ratio",
      rule: rules.above(10),
    },
    firstDiverging: {
      title: "diverging step size of the first batch, without",
      of: ({ plain }) => divergingSize({ ...plain, batches: plain.batches.slice(0, 1) }),
      scale: "log",
    },
    divergingWithout: {
      title: "diverging step size without (0.2 where it never does)",
      of: ({ plain }) => divergingSize(plain),
      scale: "log",
    },
    bestWithout: { title: "best step size without", of: ({ plain }) => bestSize(plain), scale: "log" },
    bestWith: { title: "best step size with", of: ({ normalized }) => bestSize(normalized), scale: "log" },
  },
  figures: (evidence) => [
    {
      title: "Relative loss along the gradient",
      caption:
        "L(w − s∇L) ÷ L(w) on the same batch, by the number of the batch. Values that are no number are left out, and so are those above 10⁸.",
      panels: [
        {
          type: "table",
          title: "published (read off a figure)",
          origin: "published",
          head: ["", "lowest at s =", "at large s"],
          rows: [
            [withNorm, "0.03, 0.04, 0.1", "at most 3, 1.5, 1 at 0.2"],
            [withoutNorm, "2 to 4·10⁻⁴", "10⁶ at 3, 4, 7·10⁻³"],
          ],
        },
        linePlot(evidence, "normalized", withNorm),
        linePlot(evidence, "plain", withoutNorm),
      ],
    },
  ],
  remarks: {
    refuted:
      "With batch norm no step up to 0.2, the largest looked at, multiplies the loss by 1000. Without it, the first batch shows the published curve, from 0.0015 on; the other two bear more, 0.03 in the mean of the three, so that the ratio that can be seen is 6, not 10.",
    undecided:
      "At laptop size, in a first measurement of one seed, the first batch showed the published curve without batch norm: the loss, 250 at the beginning, was more than 1000 times as large from steps of 0.0026 on. Before the fourth and the seventh batch it was 7.0 and 3.5, above that of guessing (2.3), and stayed below 1000 times that at all steps up to 0.2. We did not isolate why.",
  },
});

function linePlot(
  evidence: Evidence<ReturnType<typeof lines>>,
  network: "plain" | "normalized",
  title: string,
): Plot {
  const { batches } = evidence.seeds[0]!.results[network];
  return {
    type: "plot",
    title,
    x: { label: "step size s", scale: "log" },
    y: { label: "relative loss", scale: "log" },
    marks: [
      ...batches.flatMap(({ batch }, index) =>
        curves(
          `batch ${batch}`,
          across(evidence, (results) => {
            const { stepSizes, batches } = results[network];
            return batches[index]!.relativeLosses.map((loss, at) => ({
              x: stepSizes[at]!,
              y: loss === null || loss > 1e8 ? null : loss,
            }));
          }),
        ),
      ),
      { type: "rule", axis: "y", at: 1 },
    ],
  };
}

/** Layers by number. */
const step = {
  smoke: { depth: 14, examples: 16, layers: [4, 8, 12] },
  laptop: { depth: 110, examples: 64, layers: [8, 44, 80] },
  paper: { depth: 110, examples: 128, layers: [8, 44, 80] },
} as const satisfies Record<Size, object>;

const steps = (size: Size) => {
  const { depth, examples, layers } = step[size];
  return {
    plain: divergence({
      data: images(size, { train: examples }),
      network: residual(size, depth, "nowhere"),
      examples,
      layers: layers.map((number) => layerNumbered(depth, number).layer),
      relativeLoss: diverged,
    }),
  };
};

type Moment = "mean" | "variance";

/** What there is of each layer along the step. */
interface Course {
  atBeginning: number;
  least: number;
  atEnd: number;
}

/** The largest channel mean or variance of each layer, in size. */
function largest({ shares }: DivergingStep, moment: Moment): Course[] {
  return Object.keys(shares[0]!.moments)
    .sort(inDepth)
    .map((layer) => {
      const sizes = shares.map(({ moments }) => Math.max(...moments[layer]![moment].map(Math.abs)));
      return { atBeginning: sizes[0]!, least: Math.min(...sizes), atEnd: sizes.at(-1)! };
    });
}

const nth = ["first", "second", "third"] as const;

/** One layer against the one before it. */
const deeper = (
  what: string,
  moment: Moment,
  layer: 1 | 2,
  of: (course: Course) => number,
  rule?: ReturnType<typeof rules.above>,
) => ({
  title: `${what}, ${nth[layer]} layer ÷ ${nth[layer - 1]}`,
  of: ({ plain }: { plain: DivergingStep }) => {
    const found = largest(plain, moment);
    return of(found[layer]!) / of(found[layer - 1]!);
  },
  scale: "log" as const,
  unit: "ratio" as const,
  ...(rule && { rule }),
});

/** How much more it grows over the step. */
const growth = (moment: Moment, layer: 1 | 2) =>
  deeper(
    `growth of the largest channel ${moment} over the step, end ÷ beginning`,
    moment,
    layer,
    ({ atBeginning, atEnd }) => atEnd / atBeginning,
    rules.above(1),
  );

const fromLeast = ({ least, atEnd }: Course) => atEnd / least;
const atEnd = ({ atEnd }: Course) => atEnd;

/** BJ18-6. */
export const divergingDepths = claim({
  id: "BJ18-6",
  title: "Where divergence happens",
  statement:
    "When a gradient step makes an unnormalised network diverge, channel means and variances blow up, most of all in the deepest layers.",
  source: "section 3.1, figure 4",
  published:
    "At the end of the step, where the loss is 1000 times as large: layer 8 has means of −1 to 1.5 and variances to 1, layer 44 −4000 to 2500 and 6·10⁶, layer 80 to 3·10⁸ and 6·10¹⁶ (read off a figure).",
  setting: {
    smoke: "A small ResNet-14 on 16 digits, layers 4, 8 and 12",
    laptop:
      "ResNet-110 without batch norm at initialisation, one batch of 64 images (published: 128), the step along the gradient at whose end the loss is 1000 times as large (as a reader's notes say of the published one); layers 8, 44 and 80. What is counted from the least value on the way was added after a first measurement, and decides nothing.",
    paper: "As at laptop with 128 images.",
  },
  runs: steps,
  measures: {
    means: growth("mean", 1),
    deepMeans: growth("mean", 2),
    variances: growth("variance", 1),
    deepVariances: growth("variance", 2),
    meansAtEnd: deeper("largest channel mean at the end of the step", "mean", 1, atEnd),
    deepMeansAtEnd: deeper("the same", "mean", 2, atEnd),
    fromLeast: deeper("largest channel mean, end of the step ÷ least on the way", "mean", 1, fromLeast),
    deepFromLeast: deeper("the same", "mean", 2, fromLeast),
    stepSize: {
      title: "step size at which the loss is 1000 times as large",
      of: ({ plain }) => plain.stepSize,
      scale: "log",
    },
  },
  figures: (evidence) => {
    const { size, seeds } = evidence;
    return (["mean", "variance"] as const).flatMap((moment) => [
      courses(evidence, moment),
      heats(size, seeds[0]!.results.plain, moment),
    ]);
  },
  remarks: {
    refuted:
      "At laptop size, in a first measurement of one seed, the deep layers began the step with the largest means and the loss fell before it rose: the largest channel means of layers 8, 44 and 80 went from 1.0, 13 and 112 over least values of 0.6, 1.0 and 1.7 to 0.7, 2.2 and 91. Over the whole step they became 0.7, 0.16 and 0.8 times as large; from their least values on, deeper layers grew more.",
    undecided:
      "At the end of the step the largest channel means are ten and eleven times as large from one layer to the next deeper one; but so they were at the beginning, since the network without batch norm grows with depth. How much they grow over the step itself differs from seed to seed.",
  },
});

/** Beginning, least and end of every layer, geometric means over the seeds. */
function courses(evidence: Evidence<ReturnType<typeof steps>>, moment: Moment): Figure {
  const seeds = across(evidence, ({ plain }) => largest(plain, moment));
  const written = (layer: number, of: (course: Course) => number) =>
    geometricMean(seeds.map((courses) => of(courses[layer]!))).toPrecision(2);
  return {
    title: `Largest channel ${moment} along the diverging step`,
    caption: "In size; geometric means over the seeds.",
    panels: [
      {
        type: "table",
        title: "measured",
        head: ["layer", "at the beginning", "least on the way", "at the end"],
        rows: step[evidence.size].layers.map((number, layer) => [
          number,
          written(layer, ({ atBeginning }) => atBeginning),
          written(layer, ({ least }) => least),
          written(layer, atEnd),
        ]),
      },
    ],
  };
}

/** Channels × share of the step; logarithms, or the colours would show one column. */
function heats(size: Size, { shares }: DivergingStep, moment: Moment): Figure {
  const { depth, layers } = step[size];
  return {
    title: `Channel ${moment}s along the diverging step`,
    caption: `Rows: channels; columns: tenths of the step. Shown is ${moment === "mean" ? "sign(mean)·log₁₀(1 + |mean|)" : "log₁₀(1 + variance)"}. One seed.`,
    panels: [
      {
        type: "table",
        title: "published, at the end of the step (read off a figure)",
        origin: "published",
        head: ["layer", moment],
        rows:
          moment === "mean"
            ? [
                [8, "−1 to 1.5"],
                [44, "−4000 to 2500"],
                [80, "to 3·10⁸"],
              ]
            : [
                [8, "to 1"],
                [44, "to 6·10⁶"],
                [80, "to 6·10¹⁶"],
              ],
      },
      ...layers.map((number): Plot => {
        const { layer } = layerNumbered(depth, number);
        const channels = shares[0]!.moments[layer]![moment];
        return {
          type: "plot",
          title: `layer ${number}`,
          x: { label: "tenths of the step" },
          y: { label: "channel" },
          marks: [
            {
              type: "heat",
              values: channels.map((_, channel) =>
                shares.map(({ moments }) => signedLog(moments[layer]![moment][channel]!)),
              ),
              diverging: moment === "mean",
            },
          ],
        };
      }),
    ],
  };
}

const signedLog = (value: number) => Math.sign(value) * Math.log10(1 + Math.abs(value));
