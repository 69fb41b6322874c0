import type { NetworkSettings } from "../../runs/network.js";
import type { Run, Size } from "../../runs/run.js";
import { type TrainingResult, type TrainingSettings, training } from "../../runs/training.js";

/** Options of the lecture's network. */
export type LectureNetwork = Partial<Extract<NetworkSettings, { family: "mlp" }>>;

/** Pixels of 0 to 255 divided by 255. */
export const dividedBy255 = [{ type: "rescaling", scale: 1 / 255 }] as const;

/** Batch normalization with Keras's defaults. */
export const batchNorm = { type: "batchNormalization" } as const;

/** 784-300-100-10 with ReLU on MNIST, pixels divided by 255, without batch norm unless told. */
export const lectureNetwork = (options: LectureNetwork = {}): NetworkSettings => ({
  family: "mlp",
  inputShape: [28, 28],
  preprocessing: dividedBy255,
  normalization: "none",
  ...options,
});

/** How the network is trained: five epochs of full batches at laptop size. */
export const lecturePlan = {
  smoke: { data: { name: "mnist", train: 2000, test: 300 }, batchSize: 64, steps: 31, every: 31 },
  laptop: { data: { name: "mnist" }, batchSize: 128, steps: 2340, every: 234 },
  paper: { data: { name: "mnist" }, batchSize: 32, steps: 18_750, every: 1875 },
} as const satisfies Record<Size, Partial<TrainingSettings>>;

/** The rate on a grid of 0.03, 0.1, 0.3 and 1 at which the network without batch norm did best in five epochs. */
export const lectureRate = { type: "sgd", learningRate: 0.3 } as const;

/** The training of a variant. */
export const lectureTraining = (
  size: Size,
  options: LectureNetwork = {},
  more: Partial<Pick<TrainingSettings, "optimizer" | "probe">> = {},
): Run<TrainingResult> =>
  training({ ...lecturePlan[size], network: lectureNetwork(options), optimizer: lectureRate, ...more });

/** What all claims on the network say of it. */
export const lectureSetting = {
  smoke: "784-300-100-10 on 2000 images of MNIST, one epoch.",
  laptop:
    "784-300-100-10, ReLU, on MNIST, as in the lecture; five epochs of batches of 128 by SGD at 0.3, the best of 0.03, 0.1, 0.3 and 1 for the network without batch norm. The lecture gives neither batch size nor rate nor epochs.",
  paper: "As at laptop, ten epochs of batches of 32, Keras's default.",
} as const satisfies Record<Size, string>;
