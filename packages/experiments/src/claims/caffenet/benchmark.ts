import { mean, sampleStandardDeviation } from "simple-statistics";
import type { Figure } from "../../figures/figure.js";
import { finalAccuracy } from "../../runs/curves.js";
import { lsuvTraining } from "../../runs/lsuv.js";
import type { LayerSettings, NetworkSettings } from "../../runs/network.js";
import type { Run, Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";

type CaffeNet = Extract<NetworkSettings, { family: "caffeNet" }>;

/** What is trained at each size. */
interface Plan extends Omit<TrainingSettings, "network" | "optimizer"> {
  network: Required<Pick<CaffeNet, "inputShape" | "widthFactor" | "units">>;
  preprocessing: readonly LayerSettings[];
  /** Of two pieces and widths that make about as many parameters as the other activations have. */
  maxout: Required<Pick<CaffeNet, "widthFactor" | "units">>;
}

/** Mean and variance of the channels of CIFAR-10. */
const standardized: LayerSettings = {
  type: "normalization",
  mean: [125.3, 123.0, 113.9],
  variance: [63.0 ** 2, 62.1 ** 2, 66.7 ** 2],
};

const plans: Record<Size, Plan> = {
  smoke: {
    data: { name: "mnist", train: 160, test: 100 },
    network: { inputShape: [28, 28], widthFactor: 1 / 16, units: 16 },
    maxout: { widthFactor: 1 / 8, units: 24 },
    preprocessing: [
      { type: "rescaling", scale: 1 / 255 },
      { type: "averagePooling2d", poolSize: 4 },
    ],
    batchSize: 16,
    steps: 10,
    every: 10,
  },
  laptop: {
    data: { name: "cifar10", train: 7680, test: 4000 },
    network: { inputShape: [3, 32, 32], widthFactor: 1 / 4, units: 128 },
    maxout: { widthFactor: 3 / 8, units: 180 },
    preprocessing: [standardized],
    batchSize: 64,
    steps: 600,
    every: 600,
  },
  paper: {
    data: { name: "cifar10" },
    network: { inputShape: [3, 32, 32], widthFactor: 1, units: 512 },
    maxout: { widthFactor: 11 / 8, units: 724 },
    preprocessing: [
      { type: "randomCrop", height: 32, width: 32, padding: 4 },
      { type: "randomFlip" },
      standardized,
    ],
    batchSize: 256,
    steps: 12_000,
    every: 1000,
  },
};

/** Of 0.003, 0.01, 0.03 and 0.1 that at which the network without batch norm has the smallest loss at `laptop`. */
const learningRate = 0.03;

/** What all claims of the benchmark have in common. */
export const setting: Readonly<Record<Size, string>> = {
  smoke: "A tiny CaffeNet on 7×7 images of MNIST, 10 steps of 16.",
  laptop:
    "CaffeNet made for 32×32 with an eighth of the published filters and dense layers of 128 units in place of 2048, on 7680 images of CIFAR-10 seen 5 times (600 steps of 64; a first trial of 300 steps, with one seed, had underfitted) and 4000 test images, in place of ImageNet at 128 pixels; no augmentation. As published: LSUV initialisation, dropout 0.5, and batch norm without learned scale and shift, unless said. Our choice, one for all: SGD with momentum 0.9, L2 5·10⁻⁴ and a rate that falls from 0.03 to 0 by a cosine (of 0.003, 0.01, 0.03, 0.1 the best for the network without batch norm). Published are single runs; here are several seeds.",
  paper:
    "CaffeNet made for 32×32 with half the published filters and dense layers of 512 units, on CIFAR-10 with crops and flips, 12,000 steps of 256 (61 epochs), in place of ImageNet at 128 pixels; else as at laptop.",
};

/** What a network of the benchmark differs in. */
type Arm = Partial<Pick<CaffeNet, "normalization" | "placement" | "activation" | "dropoutRate">> & {
  /** Default `lsuv`. */
  initialization?: "lsuv" | "orthonormal";
  /** Whether it has the widths for maxout. Default no. */
  maxout?: true;
};

const withoutAffine = {
  type: "batchNormalization",
  momentum: 0.9,
  center: false,
  scale: false,
} as const;
const affine = { type: "batchNormalization", momentum: 0.9 } as const;

const before = { normalization: withoutAffine, placement: "before" } as const;
const beforeAffine = { normalization: affine, placement: "before" } as const;
const after = { normalization: withoutAffine, placement: "after" } as const;
const afterAffine = { normalization: affine, placement: "after" } as const;

/**
 * The networks of the benchmark, unless their names say otherwise with batch norm behind the activation. Those of equal
 * settings are trained once.
 */
const arms = {
  none: { normalization: "none" },
  before,
  beforeAffine,
  after,
  afterAffine,
  beforeOrthonormal: { ...beforeAffine, initialization: "orthonormal" },
  afterOrthonormal: { ...after, initialization: "orthonormal" },
  relu: after,
  rrelu: { ...after, activation: { type: "rrelu" } },
  prelu: { ...after, activation: "prelu" },
  elu: { ...after, activation: "elu" },
  maxout: { ...after, activation: { type: "maxout" }, maxout: true },
  sigmoid: { ...after, activation: "sigmoid" },
  tanh: { ...after, activation: "tanh" },
  linear: { ...after, activation: "linear" },
  dropout50: after,
  dropout20: { ...after, dropoutRate: 0.2 },
  dropout0: { ...after, dropoutRate: 0 },
} as const satisfies Record<string, Arm>;

/** A network of the benchmark, by what it differs in. */
export type ArmName = keyof typeof arms;

/** The trainings of some of them. */
export function trainings<Name extends ArmName>(
  size: Size,
  names: readonly Name[],
): Record<Name, Run<TrainingResult>> {
  const runs = names.map((name) => [name, run(size, arms[name])]);
  return Object.fromEntries(runs) as Record<Name, Run<TrainingResult>>;
}

function run(size: Size, { initialization = "lsuv", maxout, ...own }: Arm): Run<TrainingResult> {
  const { network, maxout: maxoutWidths, preprocessing, ...plan } = plans[size];
  const settings: TrainingSettings = {
    ...plan,
    network: { family: "caffeNet", ...network, ...(maxout && maxoutWidths), preprocessing, ...own },
    optimizer: {
      type: "sgd",
      learningRate: { type: "cosine", initial: learningRate, steps: plan.steps, final: 0 },
      momentum: 0.9,
      weightDecay: 5e-4,
    },
  };
  if (initialization === "lsuv") return lsuvTraining(settings);
  return training({ ...settings, network: { ...settings.network, kernelInitializer: "orthogonal" } });
}

/** A line of a published table, and the network that is measured for it; without one it was published only. */
export interface Line<Name extends ArmName> {
  label: string;
  accuracy: number;
  loss: number;
  arm?: Name;
}

/** A published table beside the one measured. */
export function tables<Name extends ArmName>(
  { seeds }: { seeds: readonly { results: Readonly<Record<Name, TrainingResult>> }[] },
  table: { title: string; caption: string; head: string; lines: readonly Line<Name>[] },
): Figure {
  const { title, caption, head, lines } = table;
  return {
    title,
    caption: `${caption} Measured: means over the seeds ± standard deviations.`,
    panels: [
      {
        type: "table",
        title: "published: ImageNet, single runs",
        origin: "published",
        head: [head, "accuracy", "log loss"],
        rows: lines.map(({ label, accuracy, loss }) => [label, accuracy.toFixed(3), loss.toFixed(2)]),
      },
      {
        type: "table",
        title: "measured",
        head: [head, "accuracy", "log loss"],
        rows: lines.flatMap(({ label, arm }) => {
          if (arm === undefined) return [];
          const trained = seeds.map(({ results }) => results[arm]);
          const losses = trained.flatMap((result) => finalLoss(result) ?? []);
          return [[label, spread(trained.map(finalAccuracy), 3), spread(losses, 2)]];
        }),
      },
    ],
  };
}

/** On the test set. Undefined when the training diverged. */
function finalLoss({ outcome, points }: TrainingResult): number | undefined {
  return outcome === "finished" ? points.at(-1)?.test?.loss : undefined;
}

function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return "diverged";
  const middle = mean([...values]).toFixed(digits);
  return values.length === 1 ? middle : `${middle} ± ${sampleStandardDeviation([...values]).toFixed(digits)}`;
}
