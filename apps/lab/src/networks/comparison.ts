import { type Dataset, type Model, type Runtime, randomStream, type TrainTest, tensor } from "evenkeel";
import { type LoadProgress, loadDigits } from "../data/digits.ts";
import type { Experiment } from "./experiment.ts";
import { networkOf } from "./network.ts";

/** Loss and accuracy of one step, from before its update. */
export interface StepMeasures {
  loss: number;
  accuracy: number;
}

/** One of the networks, and how far it has come. */
export interface Competitor {
  readonly model: Model;
  readonly batchSize: number;
  /** Whether its loss or weights stopped being numbers; it takes no more steps then. */
  diverged: boolean;
  /** Seconds of training, without looking and evaluating. */
  seconds: number;
}

/** Networks that learn the same images in the same order, side by side. */
export class Comparison {
  /** Steps that each network has taken, unless it diverged. */
  steps = 0;
  private readonly orders = new Map<number, Uint32Array>();

  private constructor(
    readonly experiment: Experiment,
    readonly data: TrainTest,
    readonly competitors: readonly Competitor[],
  ) {}

  static async make(experiment: Experiment, data: TrainTest, runtime: Runtime): Promise<Comparison> {
    const competitors = await Promise.all(
      experiment.networks.map(async (settings) => ({
        model: await networkOf(settings, experiment.seed, runtime),
        batchSize: settings.batchSize,
        diverged: false,
        seconds: 0,
      })),
    );
    return new Comparison(experiment, data, competitors);
  }

  /** The training examples of a step: each epoch takes all in an order of its own, drawn from the seed. */
  batch(step: number, batchSize: number): Pick<Dataset, "x" | "y"> {
    return this.batches(step, 1, batchSize);
  }

  /**
   * Lets a network take steps from where all stand; `steps` counts when all have.
   *
   * @returns the measures of each step; fewer than `count` when it diverged.
   */
  async advance(competitor: Competitor, count: number): Promise<StepMeasures[]> {
    if (competitor.diverged) return [];
    const { x, y } = this.batches(this.steps, count, competitor.batchSize);
    const measures: StepMeasures[] = [];
    const before = performance.now();
    await competitor.model.fit(x, y, {
      batchSize: competitor.batchSize,
      shuffle: false,
      callbacks: [
        {
          onStepsEnd: (steps) =>
            void measures.push(...steps.map(({ logs }) => logs as unknown as StepMeasures)),
        },
      ],
      onNaN: () => {
        competitor.diverged = true;
        return "stop";
      },
      onWarning: () => {},
    });
    competitor.seconds += (performance.now() - before) / 1000;
    return measures.filter(({ loss }) => Number.isFinite(loss));
  }

  async dispose(): Promise<void> {
    for (const { model } of this.competitors) await model.dispose();
  }

  private batches(first: number, count: number, batchSize: number): Pick<Dataset, "x" | "y"> {
    const { x, y } = this.data.train;
    const examples = x.shape[0]!;
    const size = x.data.length / examples;
    const pixels = new Uint8Array(count * batchSize * size);
    const labels = new Uint8Array(count * batchSize);
    const stepsPerEpoch = Math.floor(examples / batchSize);
    for (let step = 0; step < count; step++) {
      const order = this.order(Math.floor((first + step) / stepsPerEpoch));
      const start = ((first + step) % stepsPerEpoch) * batchSize;
      for (let index = 0; index < batchSize; index++) {
        const example = order[start + index]!;
        const place = step * batchSize + index;
        pixels.set((x.data as Uint8Array).subarray(example * size, (example + 1) * size), place * size);
        labels[place] = (y.data as Uint8Array)[example]!;
      }
    }
    return { x: tensor(pixels, [count * batchSize, ...x.shape.slice(1)]), y: tensor(labels) };
  }

  private order(epoch: number): Uint32Array {
    const examples = this.data.train.x.shape[0]!;
    const known =
      this.orders.get(epoch) ?? randomStream(this.experiment.seed, "shuffle", epoch).permutation(examples);
    if (!this.orders.has(epoch)) this.orders.clear();
    this.orders.set(epoch, known);
    return known;
  }
}

let open: { key: string; comparison: Promise<Comparison> } | undefined;

/**
 * The comparison of an experiment. Pages share it: whoever asks for the experiment that is open gets the networks as
 * they are by now, trained on another page perhaps. Another experiment takes its place.
 *
 * @param fresh begins the experiment anew also when it is open. Default false.
 */
export async function openComparison(
  experiment: Experiment,
  runtime: Runtime,
  { fresh = false, onProgress }: { fresh?: boolean; onProgress?: LoadProgress } = {},
): Promise<Comparison> {
  const key = JSON.stringify(experiment);
  if (open?.key === key && !fresh) return open.comparison;
  const before = open?.comparison;
  const comparison = loadDigits(experiment.dataset, experiment.examples, onProgress).then((data) =>
    Comparison.make(experiment, data, runtime),
  );
  open = { key, comparison };
  comparison.catch(() => {
    if (open?.comparison === comparison) open = undefined;
  });
  await before?.then((old) => old.dispose()).catch(() => {});
  return comparison;
}
