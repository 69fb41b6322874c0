import { type Dataset, rescaler, type Tensor, take } from "evenkeel";
import {
  type NormalizedLayer,
  preciseStatistics,
  setRunningStatistics,
} from "../probes/precise-statistics.js";
import { load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";
import { type TrainingResult, type TrainingSettings, train, training } from "./training.js";

/** Images of another look: every pixel x, 0 to 255, becomes scale · x + offset. */
export interface Domain {
  name: string;
  scale: number;
  offset: number;
}

/** A training on images as they are, and a test on images of other domains. */
export interface DomainShiftSettings extends TrainingSettings {
  domains: readonly Domain[];
  /** The batch normalizations whose statistics are taken anew, with the layers before them. Default none. */
  normalizations?: readonly NormalizedLayer[];
  /** How many training images of a domain, of which the labels do not matter, statistics are taken from. */
  recalibrationExamples: number;
}

/** Test accuracy in one domain. */
export interface DomainAccuracy {
  name: string;
  /** By what training left. */
  accuracy: number;
  /** With batch normalization's running statistics replaced by those of the domain; without any, the same. */
  recalibrated: number;
  /** By what training left, on images whose pixels are given the mean and deviation of those trained on. */
  restandardized: number;
}

/** What the training and the tests gave. */
export interface DomainShiftResult extends Pick<TrainingResult, "outcome"> {
  domains: DomainAccuracy[];
}

/** Trains a network on a data set, and tests it on the same images with another look. */
export const domainShift = experiment<DomainShiftSettings, DomainShiftResult>({
  name: "domain-shift",
  revision: 2,
  seconds: ({ domains, ...settings }) =>
    training.seconds(settings) + 5e-5 * domains.length * (settings.data.test ?? 10_000),
  async run({ domains, normalizations = [], recalibrationExamples, ...settings }, context) {
    const data = await load(settings.data, context);
    const model = build(settings.network, { seed: context.seed, runtime: context.runtime });
    const examples = take(data.train, recalibrationExamples);
    const trained = pixelMoments(examples.x);
    const accuracyOn = async (x: Tensor) => (await model.evaluate(x, data.test.y)).accuracy!;
    const accuracyIn = (domain: Domain) => accuracyOn(looking(data.test.x, domain));
    try {
      const { outcome } = await train(model, data, settings, context);
      const accuracies: number[] = [];
      const restandardized: number[] = [];
      for (const domain of domains) {
        context.signal.throwIfAborted();
        accuracies.push(await accuracyIn(domain));
        const seen = pixelMoments(looking(examples.x, domain));
        const scale = trained.deviation / seen.deviation;
        const back = { scale, offset: trained.mean - scale * seen.mean };
        restandardized.push(await accuracyOn(looking(looking(data.test.x, domain), back)));
      }
      const recalibrated: number[] = [];
      for (const domain of domains) {
        context.signal.throwIfAborted();
        if (normalizations.length > 0) {
          const batchSize = Math.min(500, recalibrationExamples);
          const images: Dataset = { ...examples, x: looking(examples.x, domain) };
          const statistics = await preciseStatistics(model, images, { batchSize, normalizations });
          await setRunningStatistics(model, statistics);
        }
        recalibrated.push(await accuracyIn(domain));
      }
      return {
        outcome,
        domains: domains.map(({ name }, index) => ({
          name,
          accuracy: accuracies[index]!,
          recalibrated: recalibrated[index]!,
          restandardized: restandardized[index]!,
        })),
      };
    } finally {
      await model.dispose();
    }
  },
});

/** Mean and deviation of all pixels of some images together. */
function pixelMoments({ data }: Tensor): { mean: number; deviation: number } {
  const pixels = data as ArrayLike<number>;
  let sum = 0;
  for (let index = 0; index < pixels.length; index++) sum += pixels[index]!;
  const mean = sum / pixels.length;
  let squares = 0;
  for (let index = 0; index < pixels.length; index++) squares += (pixels[index]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / pixels.length) };
}

/** The images as they look in a domain. */
export function looking(
  images: Tensor,
  { scale, offset }: Pick<Domain, "scale" | "offset">,
): Tensor<"float32"> {
  return rescaler({ scale, offset }).transform(images);
}
