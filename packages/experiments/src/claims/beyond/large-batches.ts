import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { PlacedLayer } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";
import { training } from "../../runs/training.js";
import { learningCurves } from "../learning-curves.js";

const plan = {
  smoke: { data: { name: "mnist", train: 2048, test: 500 }, batchSize: 1024, steps: 20, every: 10 },
  laptop: { data: { name: "mnist", train: 12_288 }, batchSize: 4096, steps: 300, every: 25 },
  paper: { data: { name: "mnist" }, batchSize: 4096, steps: 5000, every: 250 },
} as const satisfies Record<Size, object>;

/** One batch size, with statistics of the whole batch or of ghosts of 128. */
const trainings = (size: Size) => {
  const one = (normalization: PlacedLayer) =>
    training({
      ...plan[size],
      network: {
        family: "mlp",
        inputShape: [28, 28],
        preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
        normalization,
      },
      // Hoffer et al. 2017, section 4: the rate grows as the root of the batch, from 0.1 at 128.
      optimizer: { type: "sgd", learningRate: 0.1 * Math.sqrt(plan[size].batchSize / 128), momentum: 0.9 },
    });
  return {
    whole: one({ type: "batchNormalization", momentum: 0.9 }),
    ghosts: one({ type: "ghostBatchNormalization", virtualBatchSize: 128, momentum: 0.9 }),
  };
};

/** HO17-1. */
export const ghostsGeneralize = claim({
  id: "HO17-1",
  title: "Ghost batches",
  statement:
    "In large batches, statistics of small parts of the batch generalise better than those of the whole.",
  source: "its Ghost Batch Normalization",
  published: "That it closes the gap between large and small batches; no number at hand.",
  setting: {
    smoke: "784-300-100-10 on 2048 images of MNIST, batch 1024, 20 steps",
    laptop:
      "784-300-100-10 on 12,288 images of MNIST, batch 4096 in ghosts of 128, 300 steps at 0.1 · √(4096/128), momentum 0.9 for the steps and for the running statistics.",
    paper: "The same on all of MNIST for 5000 steps.",
  },
  runs: trainings,
  measures: {
    accuracy: {
      title: "test accuracy, ghosts of 128 − whole batches",
      unit: "points",
      of: ({ ghosts, whole }) => finalAccuracy(ghosts) - finalAccuracy(whole),
      rule: rules.above(0),
    },
  },
  figures: (evidence) => [
    {
      title: "Test accuracy by step",
      caption: "The same batches; only the statistics differ.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "step" },
          y: { label: "test accuracy" },
          marks: learningCurves(evidence, { whole: "whole batches", ghosts: "ghosts of 128" }),
        },
      ],
    },
  ],
});
