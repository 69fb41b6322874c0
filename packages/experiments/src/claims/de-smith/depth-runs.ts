import type { Runs } from "../../claim/claim.js";
import type { DataSettings } from "../../runs/data.js";
import type { NetworkSettings } from "../../runs/network.js";
import { atRates } from "../../runs/rate-search.js";
import type { Size } from "../../runs/run.js";
import type { TrainingSettings } from "../../runs/training.js";
import { type Method, methods } from "./published.js";

/** Depths as the paper counts them: of WRN-n-2, which has (n − 4)/2 blocks. */
export const depths = {
  smoke: { shallow: 10, deep: 40 },
  laptop: { shallow: 16, deep: 100, deepest: 1000 },
  paper: { shallow: 16, deep: 100, deepest: 1000 },
} as const satisfies Record<Size, object>;

export type Depth = "shallow" | "deep" | "deepest";

/** What is trained at one depth, and for how long. */
interface DepthPlan {
  /** Default all. */
  methods?: readonly Method[];
  /** The rates, as powers of 2. */
  exponents: readonly number[];
  /** Methods with rates of their own. Default none. */
  own?: Partial<Record<Method, readonly number[]>>;
  steps: number;
}

/** Far smaller rates for what diverges at all of the others, to tell too large a rate from no rate at all. */
const smaller = [-25, -19, -13] as const;

const plan: Record<Size, Partial<Record<Depth, DepthPlan>>> = {
  smoke: {
    shallow: { exponents: [-6, -3], steps: 40 },
    deep: { exponents: [-6, -3], steps: 40 },
  },
  laptop: {
    shallow: { exponents: [-9, -7, -5, -3, -1], steps: 200 },
    deep: {
      exponents: [-9, -7, -5, -3, -1],
      own: { "SkipInit, α = 1": [...smaller, -9, -7, -5, -3, -1] },
      steps: 200,
    },
    deepest: {
      methods: ["SkipInit, α = 1/√d", "divided by √2"],
      exponents: [-6],
      own: { "divided by √2": [-12, -6] },
      steps: 100,
    },
  },
  paper: {
    shallow: { exponents: [-4, -3, -2, -1, 0, 1], steps: 156_200 },
    deep: {
      exponents: [-6, -5, -4, -3, -2, -1, 0],
      own: { "SkipInit, α = 1": [...smaller, -6, -5, -4, -3, -2, -1, 0] },
      steps: 156_200,
    },
    deepest: { exponents: [-8, -6, -4, -3, -2, -1, 0], steps: 156_200 },
  },
};

function choiceOf(method: Method, blocks: number) {
  const alpha = { "SkipInit, α = 1/√d": 1 / Math.sqrt(blocks), "SkipInit, α = 0": 0, "SkipInit, α = 1": 1 };
  if (method === "batch norm") {
    return { residual: "sum", normalization: { type: "batchNormalization", momentum: 0.9 } } as const;
  }
  return method === "divided by √2"
    ? ({ residual: "dividedByRoot2" } as const)
    : ({ residual: { skipInit: alpha[method] } } as const);
}

function networkOf(size: Size, method: Method, depth: number): NetworkSettings {
  const blocks = (depth - 4) / 2;
  if (size === "paper") {
    return {
      family: "wideResNet",
      depth,
      widthFactor: 2,
      preprocessing: [
        { type: "rescaling", scale: 1 / 64, offset: -2 },
        { type: "randomCrop", height: 32, width: 32, padding: 4 },
        { type: "randomFlip" },
      ],
      ...choiceOf(method, blocks),
    };
  }
  return {
    family: "residualMlp",
    blocks,
    units: size === "smoke" ? 16 : 64,
    inputShape: [28, 28],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    ...choiceOf(method, blocks),
  };
}

const data = {
  smoke: { name: "mnist", train: 1280, test: 300 },
  laptop: { name: "mnist", train: 12_800, test: 1000 },
  paper: { name: "cifar10" },
} as const satisfies Record<Size, DataSettings>;

/** A training as the paper's, with half a cosine in place of its rate that is constant at first and then halved. */
function trainingAt(
  size: Size,
  method: Method,
  { depth, steps }: { depth: number; steps: number },
): (rate: number) => TrainingSettings {
  return (initial) => ({
    data: data[size],
    network: networkOf(size, method, depth),
    optimizer: {
      type: "sgd",
      learningRate: { type: "cosine", initial, steps, final: 0 },
      momentum: 0.9,
      weightDecay: 5e-4,
    },
    batchSize: 64,
    steps,
    every: Math.ceil(steps / 4),
  });
}

/** The whole table, run by run: a search for the best rate for every method at every depth. */
export function tableOfDepths(size: Size): Runs {
  const searches = (Object.entries(plan[size]) as [Depth, DepthPlan][]).flatMap(([name, planned]) => {
    const depth = (depths[size] as typeof depths.paper)[name];
    const { methods: some = methods, exponents, own = {}, steps } = planned;
    return some.map((method) =>
      atRates(search(method, name), own[method] ?? exponents, trainingAt(size, method, { depth, steps })),
    );
  });
  return Object.assign({}, ...searches);
}

/** What the runs of a search are called before their rates. */
export function search(method: Method, depth: Depth): string {
  return `${method}, ${depth}`;
}

/** Long enough that accuracies hardly rise any more: what is compared is where they end. */
const ending = {
  smoke: { depth: "shallow", exponents: [-6, -3], steps: 40, data: data.smoke },
  laptop: { depth: "shallow", exponents: [-4, -3, -2, -1, 0], steps: 2811, data: { name: "mnist" } },
  paper: { depth: "deepest", exponents: [-8, -6, -4, -3, -2, -1, 0], steps: 156_200, data: data.paper },
} as const satisfies Record<Size, object>;

/** Batch normalization and SkipInit, trained to the end at one depth. */
export function endings(size: Size): Runs {
  const { depth: name, exponents, data, steps } = ending[size];
  const depth = (depths[size] as typeof depths.paper)[name];
  const searched = (method: Method) => {
    const settings = trainingAt(size, method, { depth, steps });
    return atRates(search(method, name), exponents, (rate) => ({ ...settings(rate), data }));
  };
  return { ...searched("batch norm"), ...searched("SkipInit, α = 0") };
}
