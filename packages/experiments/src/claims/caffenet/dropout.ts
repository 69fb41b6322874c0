import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { finalAccuracy } from "../../runs/curves.js";
import { setting, tables, trainings } from "./benchmark.js";

/** CB16-4. */
export const littleDropoutIsBest = claim({
  id: "CB16-4",
  title: "A little dropout is best",
  statement:
    "In CaffeNet with batch norm, dropout of 0.2 gives a better accuracy than dropout of 0.5 and than none.",
  source: "batchnorm page, table of dropout rates",
  published: "Accuracy on ImageNet 0.513 without dropout, 0.527 at 0.2, 0.499 at 0.5; single runs.",
  setting,
  runs: (size) => trainings(size, ["dropout50", "dropout20", "dropout0"]),
  measures: {
    none: {
      title: "test accuracy, dropout 0.2 − none",
      unit: "points",
      of: ({ dropout20, dropout0 }) => finalAccuracy(dropout20) - finalAccuracy(dropout0),
      rule: rules.above(0),
    },
    half: {
      title: "test accuracy, dropout 0.2 − 0.5",
      unit: "points",
      of: ({ dropout20, dropout50 }) => finalAccuracy(dropout20) - finalAccuracy(dropout50),
      rule: rules.above(0),
    },
  },
  remarks: {
    refuted:
      "In a short training of a narrow CaffeNet on CIFAR-10, dropout of 0.2 ended lower than none or than 0.5; we did not isolate why.",
    undecided: "Dropout of 0.2 and none, or 0.5, lie closer together than these seeds can tell apart.",
  },
  figures: (evidence) => [
    tables(evidence, {
      title: "Dropout, with batch norm behind the ReLU",
      caption: "CaffeNet, without learned scale and shift; dropout behind both hidden dense layers.",
      head: "dropout",
      lines: [
        { label: "0.5", accuracy: 0.499, loss: 2.21, arm: "dropout50" },
        { label: "0.2", accuracy: 0.527, loss: 2.09, arm: "dropout20" },
        { label: "0", accuracy: 0.513, loss: 2.19, arm: "dropout0" },
      ],
    }),
  ],
});
