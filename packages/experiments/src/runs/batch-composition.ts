import { type Dataset, type Model, randomStream, type Tensor } from "evenkeel";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { type OptimizerSettings, optimizerOf } from "./optimizer.js";
import { experiment } from "./run.js";
import { type CurvePoint, type Measures, measuresOf, type TrainingResult } from "./training.js";

/** A training whose batches are made up once, or anew in every epoch. */
export interface BatchCompositionSettings {
  data: DataSettings;
  network: NetworkSettings;
  optimizer: OptimizerSettings;
  batchSize: number;
  epochs: number;
  /**
   * `fixed`: the same examples always make a batch together; `reshuffled`: they are drawn anew for every epoch. Either
   * way the batches come in a new order in every epoch.
   */
  composition: "fixed" | "reshuffled";
}

/** Trains a network with batches of fixed or of changing composition; evaluates it after every epoch. */
export const batchComposition = experiment<BatchCompositionSettings, TrainingResult>({
  name: "batch-composition",
  revision: 1,
  seconds: ({ network, data, batchSize, epochs }) =>
    1 + ((epochs * (data.train ?? 60_000)) / batchSize) * stepSeconds(network, data, batchSize),
  async run(settings, { seed, runtime, source, signal, progress }) {
    const { optimizer, batchSize, epochs, composition } = settings;
    const { train, test } = await load(settings.data, { source });
    const model = build(settings.network, { seed, runtime });
    const result: TrainingResult = { outcome: "finished", steps: 0, points: [], seconds: 0 };
    try {
      model.compile({
        optimizer: optimizerOf(optimizer),
        loss: "sparseCategoricalCrossentropy",
        metrics: ["accuracy"],
      });
      result.points.push(await pointOf(model, test));
      const examples = train.x.shape[0]!;
      for (let epoch = 0; epoch < epochs && result.outcome === "finished"; epoch++) {
        const [x, y] = rowsOf(train, epochOrder({ seed, epoch, examples, batchSize, composition }));
        const history = await model.fit(x, y, {
          batchSize,
          shuffle: false,
          seed,
          signal,
          onNaN: ({ step, finding }) => {
            Object.assign(result, { outcome: "diverged", reason: `step ${step}: ${finding}` });
            return "stop";
          },
          onWarning: () => {},
        });
        signal.throwIfAborted();
        for (const { seconds, logs } of history.epochs) {
          result.seconds += seconds;
          result.points.push(await pointOf(model, test, measuresOf(logs)));
        }
        progress((epoch + 1) / epochs);
      }
      result.steps = model.steps;
      return result;
    } finally {
      await model.dispose();
    }
  },
});

/** Which examples make the epoch's batches, one batch after another. Those that fill no batch are left out. */
export function epochOrder({
  seed,
  epoch,
  examples,
  batchSize,
  composition,
}: {
  seed: number;
  epoch: number;
  examples: number;
  batchSize: number;
  composition: BatchCompositionSettings["composition"];
}): number[] {
  const members = randomStream(seed, "composition", composition === "fixed" ? 0 : epoch).permutation(
    examples,
  );
  const batches = Math.floor(examples / batchSize);
  return Array.from(randomStream(seed, "batches", epoch).permutation(batches)).flatMap((batch) =>
    Array.from(members.subarray(batch * batchSize, (batch + 1) * batchSize)),
  );
}

/** The examples of these numbers, in this order. */
function rowsOf({ x, y }: Dataset, order: readonly number[]): [Tensor, Tensor] {
  return [gathered(x, order), gathered(y, order)];
}

function gathered({ shape, data, type }: Tensor, order: readonly number[]): Tensor {
  const [, ...rest] = shape;
  const size = rest.reduce((product, length) => product * length, 1);
  const source = data as Uint8Array;
  const target = new (source.constructor as Uint8ArrayConstructor)(order.length * size);
  for (const [place, row] of order.entries()) {
    target.set(source.subarray(row * size, (row + 1) * size), place * size);
  }
  return { type, shape: [order.length, ...rest], data: target } as Tensor;
}

async function pointOf(model: Model, { x, y }: Dataset, train?: Measures): Promise<CurvePoint> {
  const test = measuresOf(await model.evaluate(x, y));
  return { step: model.steps, ...(train && { train }), ...(test && { test }) };
}
