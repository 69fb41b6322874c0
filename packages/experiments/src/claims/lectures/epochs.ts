import { mean, median } from "simple-statistics";
import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import { chance } from "../../runs/curves.js";
import { epochsInTurns, type TimedTraining } from "../../runs/epochs-in-turns.js";
import type { Size } from "../../runs/run.js";
import { batchNorm, lectureNetwork, lectureRate } from "./lecture-network.js";

const plan = {
  smoke: { data: { name: "mnist", train: 2000, test: 300 }, batchSize: 64, epochs: 2, every: 31 },
  laptop: { data: { name: "mnist" }, batchSize: 128, epochs: 15, every: 117 },
  paper: { data: { name: "mnist" }, batchSize: 32, epochs: 50, every: 625 },
} as const satisfies Record<Size, object>;

/** Test accuracy that both networks are to reach, and one that takes longer. */
const target = 0.97;
const laterTarget = 0.98;

/** Without batch norm, then with it. */
const bothNetworks = (size: Size) => ({
  turns: epochsInTurns({
    ...plan[size],
    networks: [lectureNetwork(), lectureNetwork({ normalization: batchNorm })],
    optimizer: lectureRate,
  }),
});

const setting = {
  smoke: "784-300-100-10 on 2000 images of MNIST, two epochs.",
  laptop:
    "784-300-100-10, ReLU, on MNIST, batches of 128, SGD at 0.3 (the best of 0.03, 0.1, 0.3 and 1 without batch norm), 15 epochs, both networks in the same process, epoch by epoch in turns on one core. The lecture gives no settings. Tested at every quarter of an epoch.",
  paper: "As at laptop, 50 epochs of batches of 32, Keras's default.",
} as const satisfies Record<Size, string>;

type Both = { turns: readonly [plain: TimedTraining, normalized: TimedTraining] };

/** With batch norm ÷ without. */
const quotient = (title: string, of: (training: TimedTraining) => number) => ({
  title: `${title}, with batch norm ÷ without`,
  unit: "ratio" as const,
  scale: "log" as const,
  of: ({ turns: [plain, normalized] }: Both) => of(normalized) / of(plain),
});

/** AS22-1. */
export const fewerEpochs = claim({
  id: "AS22-1",
  title: "Longer epochs, but fewer",
  statement:
    "With batch norm an epoch takes longer, fewer epochs reach the same accuracy, and the total time falls.",
  source: "the part on its advantages",
  published: "No number.",
  setting,
  runs: bothNetworks,
  measures: {
    epochTime: { ...quotient("time of an epoch", secondsPerEpoch), rule: rules.above(1) },
    epochs: {
      ...quotient("epochs to a test accuracy of 97 % (all of them, where it was not reached)", (training) =>
        epochsTo(training, target),
      ),
      rule: rules.below(1),
    },
    time: {
      ...quotient(
        "seconds to a test accuracy of 97 % (of all epochs, where it was not reached)",
        (training) => secondsTo(training, target),
      ),
      rule: rules.below(1),
    },
    laterTime: quotient("seconds to 98 % (of all epochs, where it was not reached)", (training) =>
      secondsTo(training, laterTarget),
    ),
  },
  remarks: {
    undecided:
      "Times are taken on whatever machine this runs on; where it was busy, the difference of a few percent in an epoch's time is lost in it.",
    refuted: "In this small network, at this rate, what the epochs save does not outweigh what they cost.",
  },
  figures: (evidence) => [
    {
      title: "Test accuracy by epoch and by time",
      caption: "The same trainings twice: against epochs, and against the time spent in training steps.",
      panels: [
        accuracyPlot(evidence, { title: "by epoch", label: "epoch" }),
        accuracyPlot(evidence, { title: "by time", label: "seconds", perEpoch: secondsPerEpoch }),
      ],
    },
  ],
});

/** AS22-7. */
export const moreEpochs = claim({
  id: "AS22-7",
  title: "More epochs may exceed the net without it",
  statement: "With more epochs, the accuracy with batch norm may exceed that of the network without it.",
  source: "the part on its advantages",
  published: "No number.",
  setting,
  runs: bothNetworks,
  measures: {
    best: {
      title: "best test accuracy of the training, with batch norm − without",
      unit: "points",
      of: ({ turns: [plain, normalized] }) => best(normalized) - best(plain),
      rule: rules.above(0),
    },
    final: {
      title: "test accuracy at the end, with batch norm − without",
      unit: "points",
      of: ({ turns: [plain, normalized] }) => final(normalized) - final(plain),
    },
  },
  remarks: {
    undecided:
      "The rate is the best for the network without batch norm; at it, both end within what seeds differ by.",
    refuted:
      "The rate is the best for the network without batch norm; at it, that network ends as high or higher. Batch norm's gain comes with larger rates (BJ18-1).",
  },
  figures: (evidence) => [
    {
      title: "Test accuracy by epoch",
      caption: "Where both have nearly ended learning.",
      panels: [accuracyPlot(evidence, { title: "measured", label: "epoch", domain: [0.96, 0.985] })],
    },
  ],
});

/** Accuracy against epochs, each of which is as long as its mean over the seeds. */
function accuracyPlot(
  evidence: Evidence<ReturnType<typeof bothNetworks>>,
  { title, label, perEpoch = () => 1, domain = [0.9, 0.985] }: PlotRequest,
): Figure["panels"][number] {
  const lines = (series: string, which: 0 | 1) => {
    const trainings = across(evidence, ({ turns }) => turns[which]);
    const length = mean(trainings.map(perEpoch));
    const points = ({ points, stepsPerEpoch }: TimedTraining) =>
      points.map(({ step, accuracy }) => ({ x: (step / stepsPerEpoch) * length, y: accuracy }));
    return curves(series, trainings.map(points));
  };
  return {
    type: "plot",
    title,
    x: { label },
    y: { label: "test accuracy", domain },
    marks: [...lines("without batch norm", 0), ...lines("with batch norm", 1)],
  };
}

interface PlotRequest {
  title: string;
  label: string;
  /** What the x axis counts for an epoch. Default 1. */
  perEpoch?: (training: TimedTraining) => number;
  domain?: readonly [number, number];
}

function secondsPerEpoch({ seconds }: TimedTraining): number {
  return median([...seconds]);
}

function epochsTo({ points, stepsPerEpoch, seconds }: TimedTraining, accuracy: number): number {
  const first = points.find((point) => point.accuracy >= accuracy);
  return first ? first.step / stepsPerEpoch : seconds.length;
}

function secondsTo(training: TimedTraining, accuracy: number): number {
  return epochsTo(training, accuracy) * secondsPerEpoch(training);
}

function best({ points }: TimedTraining): number {
  return Math.max(chance, ...points.map(({ accuracy }) => accuracy));
}

function final({ outcome, points }: TimedTraining): number {
  return outcome === "diverged" ? chance : points.at(-1)!.accuracy;
}
