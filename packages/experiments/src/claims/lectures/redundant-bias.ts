import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { across } from "../../figures/across.js";
import { finalAccuracy } from "../../runs/curves.js";
import { parameterCount } from "../../runs/parameters.js";
import type { Size } from "../../runs/run.js";
import type { TrainingResult } from "../../runs/training.js";
import { batchNorm, lectureNetwork, lectureSetting, lectureTraining } from "./lecture-network.js";

const hidden = ["dense_1", "dense_2"] as const;

const withBias = { normalization: batchNorm, useBias: true } as const;

/** With a bias and batch norm behind it. */
const biased = (size: Size) =>
  lectureTraining(size, withBias, {
    probe: { gradientNorms: hidden.flatMap((layer) => [`${layer}/bias`, `${layer}/kernel`]) },
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
    "Parameters, derived: 266,610 without batch norm; 1,600 more with it, 400 fewer of them without the biases; 3,136 more with it at the input. Exact.",
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
      title: "greatest difference of the other parameter counts from the lecture's",
      of: ({ plain, normalized, input }) =>
        Math.max(
          Math.abs(plain.parameters - 266_610),
          Math.abs(normalized.parameters - plain.parameters - 1600),
          Math.abs(input.parameters - plain.parameters - 3136),
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
  ],
});

/** AS22-11. */
export const withoutBias = claim({
  id: "AS22-11",
  title: "Without the bias, the same accuracy",
  statement: "Leaving out the bias before batch norm costs no accuracy.",
  source: "the part on Keras: use_bias=False",
  published: "No number.",
  setting: lectureSetting,
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
});

function shares({ points }: TrainingResult): { layer: string; x: number; y: number }[] {
  return points.flatMap(({ step, probe }) =>
    hidden.map((layer) => ({
      layer,
      x: step,
      y: probe!.gradientNorms[`${layer}/bias`]! / probe!.gradientNorms[`${layer}/kernel`]!,
    })),
  );
}
