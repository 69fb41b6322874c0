import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { Size } from "../../runs/run.js";
import { learningCurves } from "../learning-curves.js";
import { batchNorm, lectureRate, lectureSetting, lectureTraining } from "./lecture-network.js";

const raw = (size: Size, learningRate: number) =>
  lectureTraining(size, { preprocessing: [] }, { optimizer: { type: "sgd", learningRate } });

/** Pixels divided by 255, raw through batch norm, and raw: at the same rate and at smaller ones. */
const inputs = (size: Size) => ({
  divided: lectureTraining(size),
  normalized: lectureTraining(size, { preprocessing: [], inputNormalization: batchNorm }),
  raw: raw(size, lectureRate.learningRate),
  raw0_01: raw(size, 0.01),
  raw0_001: raw(size, 0.001),
  raw0_0001: raw(size, 0.0001),
});

/** AS22-2. */
export const inputLayer = claim({
  id: "AS22-2",
  title: "Batch norm in place of scaling by hand",
  statement: "A batch normalization at the input replaces dividing the pixels by 255.",
  source: "the part on Keras: batch normalization right after Flatten",
  published: "No number.",
  setting: {
    ...lectureSetting,
    laptop: `${lectureSetting.laptop} Raw pixels are tried at 0.01, 0.001 and 0.0001, too.`,
  },
  runs: inputs,
  measures: {
    replaces: {
      title: "test accuracy at the end, batch norm at the input − pixels ÷ 255",
      unit: "points",
      of: ({ normalized, divided }) => finalAccuracy(normalized) - finalAccuracy(divided),
      rule: rules.above(-0.005),
    },
    needed: {
      title: "test accuracy at the end, batch norm at the input − raw pixels at the same rate",
      unit: "points",
      of: (results) => finalAccuracy(results.normalized) - finalAccuracy(results.raw),
      rule: rules.above(0),
    },
    raw: {
      title: "test accuracy at the end, batch norm at the input − raw pixels at their best rate",
      unit: "points",
      of: ({ normalized, ...others }) =>
        finalAccuracy(normalized) -
        Math.max(...[others.raw, others.raw0_01, others.raw0_001, others.raw0_0001].map(finalAccuracy)),
    },
  },
  remarks: {
    undecided:
      "Batch norm at the input makes raw pixels usable; whether it is as good as dividing by 255 to half a point, seeds leave open.",
    refuted:
      "Batch norm makes raw pixels usable, but ends lower than dividing by 255: perhaps since it gives pixels at the border, which are nearly always 0, the same spread as all others, so that a rare stroke there becomes a very large input.",
  },
  figures: (evidence) => {
    const series = {
      divided: "pixels ÷ 255",
      normalized: "batch norm at the input",
      raw: "raw at 0.3",
      raw0_01: "raw at 0.01",
      raw0_001: "raw at 0.001",
      raw0_0001: "raw at 0.0001",
    } as const;
    return [
      {
        title: "Test accuracy by step and form of the input",
        caption: "Thick lines are means over the seeds; the network is the same behind all inputs.",
        panels: [
          {
            type: "plot",
            title: "measured",
            x: { label: "step" },
            y: { label: "test accuracy" },
            marks: learningCurves(evidence, series),
          },
        ],
      },
    ];
  },
});
