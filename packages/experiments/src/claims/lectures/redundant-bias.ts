import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import type { Figure, Mark, Plot } from "../../figures/figure.js";
import { percentiles } from "../../probes/summaries.js";
import { finalAccuracy } from "../../runs/curves.js";
import { parameterCount } from "../../runs/parameters.js";
import type { Size } from "../../runs/run.js";
import type { TrainingResult } from "../../runs/training.js";
import { learningCurves } from "../learning-curves.js";
import { batchNorm, lectureNetwork, lectureSetting, lectureTraining } from "./lecture-network.js";

const hidden = ["dense_1", "dense_2"] as const;

const withBias = { normalization: batchNorm, useBias: true } as const;

const normalizationOf = (layer: (typeof hidden)[number]) => `${layer}_normalization`;

/** With a bias and batch norm behind it. */
const biased = (size: Size) =>
  lectureTraining(size, withBias, {
    probe: {
      gradientNorms: hidden.flatMap((layer) => [`${layer}/bias`, `${layer}/kernel`]),
      affine: hidden.map(normalizationOf),
    },
  });

/** The networks of the lecture, whose parameters can be counted beforehand. */
const counted = () => ({
  plain: parameterCount({ network: lectureNetwork() }),
  normalized: parameterCount({ network: lectureNetwork(withBias) }),
  input: parameterCount({ network: lectureNetwork({ preprocessing: [], inputNormalization: batchNorm }) }),
  unbiased: parameterCount({ network: lectureNetwork({ normalization: batchNorm }) }),
});

/** AS22-10. */
export const biasGradient = claim({
  id: "AS22-10",
  title: "The bias before batch norm is redundant",
  statement:
    "A bias before batch norm learns nothing, since subtracting the mean takes it away and β does its work; without it there are fewer parameters.",
  source: "the part on Keras: use_bias=False",
  published:
    "Parameters, derived: 266,610 without batch norm; 1,600 more with it, of them 800 trainable, and 400 fewer without the biases; 3,136 more with it at the input, of them 1,568 trainable. Exact.",
  setting: lectureSetting,
  runs: (size) => ({ biased: biased(size), ...counted() }),
  measures: {
    gradient: {
      title: "greatest ‖∂L/∂bias‖ ÷ ‖∂L/∂kernel‖ of a hidden layer, throughout the training",
      of: ({ biased }) => Math.max(...shares(biased).map(({ y }) => y)),
      // A sum of 500 float32 terms that cancel: about √500 · 6·10⁻⁸ of a term, beside a kernel's gradient of many.
      rule: rules.exact(1e-5),
    },
    saved: {
      title: "parameters saved − 400",
      of: ({ normalized, unbiased }) => normalized.parameters - unbiased.parameters - 400,
      rule: rules.exact(0),
    },
    counts: {
      title: "greatest difference of the other parameter counts from those of the lecture's networks",
      of: ({ plain, normalized, input }) =>
        Math.max(
          Math.abs(plain.parameters - 266_610),
          Math.abs(normalized.parameters - plain.parameters - 1600),
          Math.abs(input.parameters - plain.parameters - 3136),
        ),
      rule: rules.exact(0),
    },
    trainable: {
      title: "greatest difference of the trainable parameters from 266,610 and 800, 400 and 1,568 more",
      of: ({ plain, normalized, input, unbiased }) =>
        Math.max(
          Math.abs(plain.trainable - 266_610),
          Math.abs(normalized.trainable - plain.trainable - 800),
          Math.abs(unbiased.trainable - plain.trainable - 400),
          Math.abs(input.trainable - plain.trainable - 1568),
        ),
      rule: rules.exact(0),
    },
  },
  figures: (evidence) => [
    {
      title: "The gradient of a bias before batch norm",
      caption: "As a share of the gradient of the same layer's kernel: float32's rounding, and no more.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "‖∂L/∂bias‖ ÷ ‖∂L/∂kernel‖", scale: "log" },
          marks: hidden.map((layer) => ({
            type: "dots",
            series: layer,
            points: across(evidence, ({ biased }) =>
              shares(biased).filter((point) => point.layer === layer),
            ).flat(),
          })),
        },
      ],
    },
    affineFigure(evidence.seeds[0]!),
  ],
});

/** AS22-11. */
export const withoutBias = claim({
  id: "AS22-11",
  title: "Without the bias, the same accuracy",
  statement: "Leaving out the bias before batch norm costs no accuracy.",
  source: "the part on Keras: use_bias=False",
  published: "No number.",
  setting: {
    ...lectureSetting,
    laptop: `${lectureSetting.laptop} That half a point is the same accuracy is our choice.`,
  },
  runs: (size) => ({
    biased: biased(size),
    unbiased: lectureTraining(size, { normalization: batchNorm }),
  }),
  measures: {
    accuracy: {
      title: "test accuracy at the end, without the bias − with it",
      unit: "points",
      of: ({ biased, unbiased }) => finalAccuracy(unbiased) - finalAccuracy(biased),
      rule: rules.between(-0.005, 0.005),
    },
  },
  remarks: {
    undecided: "The seeds differ by about the half point that we allow.",
    refuted: "At the end the two differ by more than the half point that we allow.",
  },
  figures: (evidence) => [
    {
      title: "Test accuracy with the bias and without it",
      caption: "Thick lines are means over the seeds, thin ones the seeds.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "test accuracy", domain: [0.9, 0.985] },
          marks: learningCurves(evidence, { biased: "with the bias", unbiased: "without the bias" }),
        },
      ],
    },
  ],
});

/** What batch norm's γ and β become in one seed: medians of the units, and where 70 % of them lie. */
function affineFigure({ seed, results }: { seed: number; results: { biased: TrainingResult } }): Figure {
  const panel = (of: "gamma" | "beta", title: string): Plot => {
    const ofLayer = (layer: (typeof hidden)[number]) =>
      results.biased.points.map(({ step, probe }) => {
        const values = probe!.affine[normalizationOf(layer)]![of];
        const [low, middle, high] = percentiles(Float32Array.from(values));
        return { x: step, y: middle, low, high };
      });
    return {
      type: "plot",
      title: `${title}, seed ${seed}`,
      x: { label: "step" },
      y: { label: title },
      marks: hidden.flatMap((layer): Mark[] => [
        { type: "band", series: layer, points: ofLayer(layer) },
        { type: "line", series: layer, points: ofLayer(layer) },
      ]),
    };
  };
  return {
    title: "What γ and β learn",
    caption:
      "Medians over the units of a layer, in bands from the 15th to the 85th percentile. Scale and offset are learned, from 1 and 0 on; β is the offset that the bias cannot give.",
    panels: [panel("gamma", "γ"), panel("beta", "β")],
  };
}

function shares({ points }: TrainingResult): { layer: string; x: number; y: number }[] {
  return points.flatMap(({ step, probe }) =>
    hidden.map((layer) => ({
      layer,
      x: step,
      y: probe!.gradientNorms[`${layer}/bias`]! / probe!.gradientNorms[`${layer}/kernel`]!,
    })),
  );
}
