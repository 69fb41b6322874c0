import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { finalAccuracy } from "../../runs/curves.js";
import type { TrainingResult } from "../../runs/training.js";
import { setting, tables, trainings } from "./benchmark.js";

/** "Nearly equal": less apart than the 2.5 points that the place of batch norm makes in the published table. */
const nearlyEqual = rules.between(-0.02, 0.02);

const thanRelu = (title: string, arm: "rrelu" | "prelu" | "elu") => ({
  title: `test accuracy, ${title} − ReLU`,
  unit: "points" as const,
  of: (results: Record<"relu" | typeof arm, TrainingResult>) =>
    finalAccuracy(results[arm]) - finalAccuracy(results.relu),
  rule: nearlyEqual,
});

/** CB16-3. */
export const activationsNearlyEqual = claim({
  id: "CB16-3",
  title: "ReLU-like activations become nearly equal",
  statement:
    "With batch norm behind the activation, CaffeNet with ReLU, RReLU, PReLU and ELU is nearly as accurate with one as with another.",
  source: "batchnorm page, table of activations",
  published:
    "Accuracy on ImageNet 0.498 (ELU), 0.499 (ReLU), 0.500 (RReLU), 0.503 (PReLU), a spread of 0.005; Maxout 0.487, sigmoid 0.475, in a later copy of the page TanH 0.448 and none 0.384; single runs.",
  setting: {
    ...setting,
    laptop: `${setting.laptop} Maxout has two pieces, and filters and units that make about as many parameters as the others' (its published widths are not known). "Nearly" is to within two points: our choice, less than the 2.5 points that the place of batch norm makes in the published table.`,
  },
  runs: (size) => trainings(size, ["relu", "rrelu", "prelu", "elu", "maxout", "sigmoid", "tanh", "linear"]),
  measures: {
    rrelu: thanRelu("RReLU", "rrelu"),
    prelu: thanRelu("PReLU", "prelu"),
    elu: thanRelu("ELU", "elu"),
    spread: {
      title: "best − worst test accuracy of the four in each seed",
      unit: "points",
      of: ({ relu, rrelu, prelu, elu }) => {
        const accuracies = [relu, rrelu, prelu, elu].map(finalAccuracy);
        return Math.max(...accuracies) - Math.min(...accuracies);
      },
    },
  },
  remarks: {
    refuted:
      "In a short training of a narrow CaffeNet on CIFAR-10, one of the activations ended more than two points away from ReLU; we did not isolate why. The published networks learned from far more images.",
    undecided: "The interval of a difference reaches the two points that we allow.",
  },
  figures: (evidence) => [
    tables(evidence, {
      title: "Activations, with batch norm behind them",
      caption: "CaffeNet, without learned scale and shift.",
      head: "activation",
      lines: [
        { label: "ReLU", accuracy: 0.499, loss: 2.21, arm: "relu" },
        { label: "RReLU", accuracy: 0.5, loss: 2.2, arm: "rrelu" },
        { label: "PReLU", accuracy: 0.503, loss: 2.19, arm: "prelu" },
        { label: "ELU", accuracy: 0.498, loss: 2.23, arm: "elu" },
        { label: "Maxout", accuracy: 0.487, loss: 2.28, arm: "maxout" },
        { label: "Sigmoid", accuracy: 0.475, loss: 2.35, arm: "sigmoid" },
        { label: "TanH (later copy)", accuracy: 0.448, loss: 2.5, arm: "tanh" },
        { label: "none (later copy)", accuracy: 0.384, loss: 2.96, arm: "linear" },
      ],
    }),
  ],
});
