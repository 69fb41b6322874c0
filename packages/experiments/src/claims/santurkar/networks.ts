import { deepLinear } from "../../runs/deep-linear.js";
import { type LandscapeSettings, landscape } from "../../runs/landscape.js";
import type { NetworkSettings, PlacedLayer } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";

/** The networks that are compared, by what stands in front of every activation. */
export type Variant = "plain" | "normalized" | "noisy" | "plainNoisy" | "l1" | "l2" | "linf";

const normalizations: Readonly<Record<Variant, PlacedLayer>> = {
  plain: "none",
  normalized: { type: "batchNormalization", momentum: 0.9 },
  noisy: { type: "noisyBatchNormalization", momentum: 0.9 },
  plainNoisy: { type: "shiftingNoise" },
  l1: { type: "batchNormalization", momentum: 0.9, deviation: "l1" },
  l2: { type: "batchNormalization", momentum: 0.9, deviation: "l2" },
  linf: { type: "batchNormalization", momentum: 0.9, deviation: "linf" },
};

/** What they are called in figures. */
export const names: Readonly<Record<Variant, string>> = {
  plain: "without batch norm",
  normalized: "with batch norm",
  noisy: "with noisy batch norm",
  plainNoisy: "noise without batch norm",
  l1: "ℓ1",
  l2: "ℓ2",
  linf: "ℓ∞",
};

/** `count` numbers from the first to the last, evenly on a logarithmic scale. */
function logSpaced(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first * (last / first) ** (index / (count - 1)));
}

const images = {
  smoke: {
    data: { name: "mnist", train: 2000, test: 300 },
    plan: { batchSize: 64, steps: 60, every: 20, histogramBins: 20 },
    longPlan: { batchSize: 64, steps: 60, every: 20, histogramBins: 20 },
    along: logSpaced(1 / 2, 4, 4),
    observed: "dense_2",
  },
  laptop: {
    data: { name: "cifar10", test: 1000 },
    plan: { batchSize: 64, steps: 350, every: 50 },
    longPlan: { batchSize: 64, steps: 1500, every: 125, histogramBins: 40 },
    along: logSpaced(1 / 2, 4, 10),
    observed: "conv_3_1",
  },
  paper: {
    data: { name: "cifar10" },
    plan: { batchSize: 128, steps: 15_000, every: 500, histogramBins: 40 },
    longPlan: { batchSize: 128, steps: 15_000, every: 500, histogramBins: 40 },
    along: logSpaced(1 / 2, 4, 10),
    observed: "conv_3_1",
  },
} as const;

const laptopSetting = (steps: string) =>
  `VGG-11 of a quarter of the width on CIFAR-10, batch 64, ${steps}, where published are 15,000 of batch 128; 1000 test images. As published (a reader's notes): plain SGD at the constant rate 0.1, Glorot initialisation, no augmentation. Our choice: the depth 11, pixels scaled to about mean 0 and deviation 1, a running average of momentum 0.9.`;

/** What is run in place of the published VGG, in words. */
export const imageSetting: Readonly<Record<Size, string>> = {
  smoke: "An MLP of three layers of 32 units on 2000 images of MNIST, batch 64, 60 steps at rate 0.1.",
  laptop: laptopSetting("350 steps, half an epoch"),
  paper:
    "VGG-11 on CIFAR-10. As published (a reader's notes): plain SGD, batch 128, 15,000 steps at the constant rate 0.1, Glorot initialisation, no augmentation. The depth, the scale of pixels (about mean 0 and deviation 1) and the momentum 0.9 of the running average were not given.",
};

const noise =
  "The noise, from a reader's notes: every value that batch norm gives (without it: that goes into an activation) is multiplied by a draw of N(σ, 0.1), and one of U(μ − 0.1, μ + 0.1) is added, while training. Both are new for every value at every step. μ of U(−0.5, 0.5) and σ of U(1, 1.25) are new at every step too, and drawn per channel: the notes say per layer; as remembered, the paper says per unit.";

/** The same for claims about noise. */
export const noisySetting: Readonly<Record<Size, string>> = {
  smoke: `${imageSetting.smoke} ${noise}`,
  laptop: `${imageSetting.laptop} ${noise}`,
  paper: `${imageSetting.paper} ${noise}`,
};

/** What the network on images is called in figures. */
export const imageNetworkName = (size: Size) => (size === "smoke" ? "MLP" : "VGG");

function imageNetwork(size: Size, variant: Variant): NetworkSettings {
  const shared = { kernelInitializer: "glorotUniform", normalization: normalizations[variant] } as const;
  if (size === "smoke") {
    return {
      family: "mlp",
      inputShape: [28, 28],
      units: [32, 32, 32],
      preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
      ...shared,
    };
  }
  return {
    family: "vgg",
    depth: 11,
    widthFactor: size === "laptop" ? 0.25 : 1,
    // The mean of CIFAR-10's pixels is 121, their deviation 63.
    preprocessing: [{ type: "rescaling", scale: 1 / 63, offset: -121 / 63 }],
    ...shared,
  };
}

/** The network on images. The landscape is measured with and without batch norm, where it is compared. */
export function imageRun(size: Size, variant: Variant) {
  return imageTraining(size, variant, images[size].plan);
}

/** The same, trained long enough at laptop to leave the plain network's first plateau far behind. */
export function longImageRun(size: Size, variant: "plain" | "normalized") {
  return imageTraining(size, variant, images[size].longPlan);
}

function imageTraining(
  size: Size,
  variant: Variant,
  plan: Pick<LandscapeSettings, "batchSize" | "steps" | "every" | "histogramBins">,
) {
  const { data, along, observed } = images[size];
  const isCompared = variant === "plain" || variant === "normalized";
  const settings: LandscapeSettings = {
    data,
    network: imageNetwork(size, variant),
    learningRate: 0.1,
    ...plan,
    ...(isCompared && { along, covariateShift: true }),
    distributionOf: variant === "plain" ? observed : `${observed}_normalization`,
  };
  return landscape(settings);
}

const linear = {
  smoke: { examples: 20, steps: 100, noisySteps: 50, every: 50, along: logSpaced(1 / 100, 30, 4) },
  laptop: { examples: 100, steps: 10_000, noisySteps: 3000, every: 500, along: logSpaced(1 / 100, 30, 12) },
  paper: { examples: 1000, steps: 10_000, noisySteps: 10_000, every: 250, along: logSpaced(1 / 100, 30, 12) },
} as const satisfies Record<Size, object>;

/** What is run of the deep linear network, in words. */
export const linearSetting: Readonly<Record<Size, string>> = {
  smoke: "The deep linear network of 25 layers on 20 Gaussian examples, 100 steps of gradient descent.",
  laptop:
    "As published (a reader's notes): a linear network of 25 layers of 10 units, A Gaussian, 10,000 full-batch steps at rate 10⁻⁶ on ‖Wx − Ax‖². Not given, and our choice: the sum over the examples (the mean squared error at a rate that makes the same steps), and 100 examples.",
  paper:
    "As published (a reader's notes): a linear network of 25 layers of 10 units, A Gaussian, 10,000 full-batch steps at rate 10⁻⁶ on ‖Wx − Ax‖². Not given, and our choice: the sum over the examples, and 1000 examples.",
};

/** The same, with what is run of noisy batch norm. */
export const noisyLinearSetting: Readonly<Record<Size, string>> = {
  smoke: `${linearSetting.smoke} Noisy batch norm takes half the steps.`,
  laptop: `${linearSetting.laptop} Noisy batch norm, which is costly, takes 3000 of the steps, and is compared there. ${noise}`,
  paper: `${linearSetting.paper} ${noise}`,
};

/** The deep linear network. */
export function linearRun(size: Size, variant: Exclude<Variant, "plainNoisy">) {
  const { steps, noisySteps, ...rest } = linear[size];
  return deepLinear({
    depth: 25,
    units: 10,
    normalization: normalizations[variant],
    learningRate: 1e-6,
    steps: variant === "noisy" ? noisySteps : steps,
    ...rest,
  });
}

/** Both settings, for claims that are tested on both. */
export const bothSettings: Readonly<Record<Size, string>> = {
  smoke: `${imageSetting.smoke} ${linearSetting.smoke}`,
  laptop: `${imageSetting.laptop} ${linearSetting.laptop}`,
  paper: `${imageSetting.paper} ${linearSetting.paper}`,
};

/** Both settings, with the longer training on images. */
export const longSettings: Readonly<Record<Size, string>> = {
  ...bothSettings,
  laptop: `${laptopSetting("1500 steps, two epochs")} Lengthened after a first measurement of 350 steps, in which SA18-4 had come out confirmed and SA18-5, 6 and 7 refuted (0.19×, 0.41× and 0.85×). ${linearSetting.laptop}`,
};
