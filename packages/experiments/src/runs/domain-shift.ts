import { rescaler, type Tensor, take } from "evenkeel";
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
  /** How many training images of a domain, of which the labels do not matter, they are taken from. */
  recalibrationExamples: number;
}

/** Test accuracy in one domain. */
export interface DomainAccuracy {
  name: string;
  /** By what training left. */
  accuracy: number;
  /** With batch normalization's running statistics replaced by those of the domain; without any, the same. */
  recalibrated: number;
}

/** What the training and the tests gave. */
export interface DomainShiftResult extends Pick<TrainingResult, "outcome"> {
  domains: DomainAccuracy[];
}

/** Trains a network on a data set, and tests it on the same images with another look. */
export const domainShift = experiment<DomainShiftSettings, DomainShiftResult>({
  name: "domain-shift",
  revision: 1,
  seconds: ({ domains, ...settings }) =>
    training.seconds(settings) + 3e-5 * domains.length * (settings.data.test ?? 10_000),
  async run({ domains, normalizations = [], recalibrationExamples, ...settings }, context) {
    const data = await load(settings.data);
    const model = build(settings.network, { seed: context.seed, runtime: context.runtime });
    const accuracyIn = async (domain: Domain) => {
      const { x, y } = data.test;
      return (await model.evaluate(looking(x, domain), y)).accuracy!;
    };
    try {
      const { outcome } = await train(model, data, settings, context);
      const accuracies: number[] = [];
      for (const domain of domains) accuracies.push(await accuracyIn(domain));
      const recalibrated: number[] = [];
      for (const domain of domains) {
        context.signal.throwIfAborted();
        if (normalizations.length > 0) {
          const examples = take(data.train, recalibrationExamples);
          const batchSize = Math.min(500, recalibrationExamples);
          const images = { ...examples, x: looking(examples.x, domain) };
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
        })),
      };
    } finally {
      await model.dispose();
    }
  },
});

/** The images as they look in a domain. */
export function looking(images: Tensor, { scale, offset }: Domain): Tensor<"float32"> {
  return rescaler({ scale, offset }).transform(images);
}
