import { type Dataset, type Model, type Tensor, take, tensor } from "evenkeel";
import { randomBatches } from "./batches.js";
import { load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";
import { type TrainingResult, type TrainingSettings, train, training } from "./training.js";

/** A training, after which test examples are answered in several ways. */
export interface SingleExamplesSettings extends TrainingSettings {
  /** How many test examples are answered one at a time. */
  singles: number;
  /** Sizes of the batches of test examples that are normalized by their own statistics. */
  sizes: readonly number[];
}

/** Answers by running statistics, and by those of the batch that an example came in. */
export interface SingleExamplesResult extends Pick<TrainingResult, "outcome"> {
  /** Share of right answers on the test set by running statistics. */
  running: number;
  /** The largest difference of an output, as a share of the largest output, between an example alone and in a batch of all. */
  alone: number;
  /**
   * By the statistics of batches of test examples, from the least size on; without those where outputs are not finite,
   * or all 0 by running statistics.
   */
  batches: BatchAnswers[];
}

/** Answers by the statistics of the batch. */
export interface BatchAnswers {
  /** 1: an example that is its own mean, so that x̂ = 0. */
  size: number;
  /** Share of right answers. */
  accuracy: number;
  /** Root mean square difference of the outputs from those by running statistics, as a share of these outputs' own. */
  difference: number;
}

/**
 * Trains a network with batch normalization, and compares inference by running and by batch statistics.
 *
 * @throws Error when outputs by running statistics are no finite numbers.
 */
export const singleExamples = experiment<SingleExamplesSettings, SingleExamplesResult>({
  name: "single-examples",
  revision: 1,
  seconds: ({ singles, sizes, ...settings }) =>
    training.seconds(settings) + 3e-4 * singles + 3e-5 * sizes.length * (settings.data.test ?? 10_000),
  async run({ singles, sizes, ...settings }, context) {
    const data = await load(settings.data, context);
    const model = build(settings.network, { seed: context.seed, runtime: context.runtime });
    try {
      const { outcome } = await train(model, data, settings, context);
      const { accuracy } = await model.evaluate(data.test.x, data.test.y);
      const few = take(data.test, singles);
      const batches: BatchAnswers[] = [await ownMean(model, few)];
      for (const size of sizes) {
        context.signal.throwIfAborted();
        const count = Math.ceil(data.test.x.shape[0]! / size);
        batches.push(await answers(model, randomBatches(data.test, { size, count, seed: context.seed })));
      }
      return {
        outcome,
        running: accuracy!,
        alone: await aloneAgainstTogether(model, few),
        batches: batches.filter(({ difference }) => Number.isFinite(difference)),
      };
    } finally {
      await model.dispose();
    }
  },
});

/** The output layer of all ready networks. */
const output = "output";

async function aloneAgainstTogether(model: Model, { x }: Dataset): Promise<number> {
  const together = await model.predict(x, { batchSize: x.shape[0]! });
  const alone = await model.predict(x, { batchSize: 1 });
  const largest = together.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = together.data.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - alone.data[index]!)),
    0,
  );
  // Outputs that are all 0 either way differ by nothing.
  const share = difference === 0 ? 0 : difference / largest;
  if (Number.isFinite(share)) return share;
  throw new Error("The network's outputs by running statistics are no finite numbers.");
}

/** Each example twice is a batch whose mean is the example: what a batch of one would be. */
async function ownMean(model: Model, examples: Dataset): Promise<BatchAnswers> {
  const twice = (values: Tensor, example: number) => {
    const length = values.data.length / values.shape[0]!;
    const data = Uint8Array.from({ length: 2 * length }, (_, index) =>
      Number(values.data[example * length + (index % length)]),
    );
    return tensor(data, [2, ...values.shape.slice(1)]);
  };
  const pairs = Array.from({ length: examples.x.shape[0]! }, (_, example) => ({
    x: twice(examples.x, example),
    y: twice(examples.y, example),
  }));
  return { ...(await answers(model, pairs)), size: 1 };
}

/** Answers of all batches in training mode, which changes nothing in the model. */
async function answers(model: Model, batches: readonly { x: Tensor; y: Tensor }[]): Promise<BatchAnswers> {
  let [accuracy, squares, ownSquares] = [0, 0, 0];
  for (const { x, y } of batches) {
    const found = await model.inspect(x, y, { layers: [output] });
    const running = await model.predict(x);
    accuracy += found.measures.accuracy! / batches.length;
    for (const [index, value] of found.layers[output]!.data.entries()) {
      squares += (value - running.data[index]!) ** 2;
      ownSquares += running.data[index]! ** 2;
    }
  }
  return { size: batches[0]!.x.shape[0]!, accuracy, difference: Math.sqrt(squares / ownSquares) };
}
