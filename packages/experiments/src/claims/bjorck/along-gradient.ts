import { mean } from "simple-statistics";
import { claim, type Evidence } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across, curves } from "../../figures/across.js";
import type { Figure, Plot } from "../../figures/figure.js";
import type { DivergingStep } from "../../probes/diverging-step.js";
import { divergence } from "../../runs/diverging-step.js";
import { type GradientLineResult, gradientLine } from "../../runs/gradient-line.js";
import type { Size } from "../../runs/run.js";
import { images, layerNumbered, type Normalized, residual, withNorm, withoutNorm } from "./networks.js";

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
    "Without batch norm the lowest loss is at 2 to 4·10⁻⁴ and a millionfold loss at 3 to 7·10⁻³; with it the lowest is at 0.03 to 0.1, and the loss at most triples up to 0.2 (read off a figure). The loss is called diverged from 1000 times on.",
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
      "The first batch shows the published curve. By the fourth, steps at 10⁻⁴ along the very large first gradients have taken this network to a flat place with a small loss, where it tolerates far longer steps than the published one did.",
    undecided:
      "The first batch shows the published curve. By the fourth, steps at 10⁻⁴ along the very large first gradients may have taken a network to a flat place with a small loss, where it tolerates far longer steps than the published one did.",
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

/** The largest channel mean or variance of each layer, in size, at each part of the way. */
function largest({ shares }: DivergingStep, moment: Moment): { atEnd: number; least: number }[] {
  return Object.keys(shares[0]!.moments).map((layer) => {
    const sizes = shares.map(({ moments }) => Math.max(...moments[layer]![moment].map(Math.abs)));
    return { atEnd: sizes.at(-1)!, least: Math.min(...sizes) };
  });
}

const nth = ["first", "second", "third"] as const;

/** At the end of the step, one layer against the one before it. */
const deeper = (moment: Moment, layer: 1 | 2) => ({
  title: `largest channel ${moment} at the end of the step, ${nth[layer]} layer ÷ ${nth[layer - 1]}`,
  of: ({ plain }: { plain: DivergingStep }) => {
    const found = largest(plain, moment);
    return found[layer]!.atEnd / found[layer - 1]!.atEnd;
  },
  scale: "log" as const,
  unit: "ratio" as const,
  rule: rules.above(1),
});

/** The loss falls before it rises, and activations with it: what blows up does so from its least value on the way. */
const blowUp = (moment: Moment, layer: 0 | 1 | 2, rule?: ReturnType<typeof rules.above>) => ({
  title:
    layer === 0
      ? `blow-up of the largest channel ${moment}, end of the step ÷ least on the way, first layer`
      : `the same of the ${nth[layer]} layer ÷ that of the ${nth[layer - 1]}`,
  of: ({ plain }: { plain: DivergingStep }) => {
    const [own, before] = [layer, layer - 1].map((index) => largest(plain, moment)[index]);
    return own!.atEnd / own!.least / (before ? before.atEnd / before.least : 1);
  },
  scale: "log" as const,
  unit: "ratio" as const,
  ...(rule && { rule }),
});

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
      "ResNet-110 without batch norm at initialisation, one batch of 64 images (published: 128), the step along the gradient at whose end the loss is 1000 times as large; layers 8, 44 and 80.",
    paper: "As at laptop with 128 images.",
  },
  runs: steps,
  measures: {
    means: deeper("mean", 1),
    deepMeans: deeper("mean", 2),
    variances: deeper("variance", 1),
    deepVariances: deeper("variance", 2),
    blowUp: blowUp("mean", 0),
    deepBlowUp: blowUp("mean", 1, rules.above(1)),
    deepestBlowUp: blowUp("mean", 2, rules.above(1)),
    stepSize: {
      title: "step size at which the loss is 1000 times as large",
      of: ({ plain }) => plain.stepSize,
      scale: "log",
    },
  },
  figures: ({ size, seeds }) =>
    (["mean", "variance"] as const).map((moment) => heats(size, seeds[0]!.results.plain, moment)),
});

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
