import { type Dataset, type Model, type Runtime, randomStream, type TrainTest, tensor } from "evenkeel";
import { type LoadProgress, loadDigits } from "../data/digits.ts";
import type { End } from "./end.ts";
import type { Experiment, NetworkSettings } from "./experiment.ts";
import { networkOf } from "./network.ts";

/** Loss and accuracy of one step, from before its update. */
export interface StepMeasures {
  loss: number;
  accuracy: number;
  /** Seconds that this network has trained for when the step is done, building its programs not counted. */
  seconds: number;
}

/** One of the networks, and how far it has come. */
export interface Competitor {
  readonly settings: NetworkSettings;
  readonly model: Model;
  readonly batchSize: number;
  /** Why it takes no more steps, when it has come to an end. */
  end: End | undefined;
  /** Seconds of training, without looking and evaluating. */
  seconds: number;
  /** What the library warns of: running statistics that are stale. */
  warnings: readonly string[];
}

/** Orders of epochs that are kept. */
const mostOrders = 8;

/** Networks that learn the same images in the same order, side by side. */
export class Comparison {
  /** Steps that each network has taken, unless it has come to an end. */
  steps = 0;
  /** Ends a training that goes on by itself, and waits for its end; set by who trains. */
  settle: () => Promise<void> = async () => {};
  /** Which network goes first in the next round. */
  private first = 0;
  private readonly orders = new Map<number, Uint32Array>();
  private latest: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly experiment: Experiment,
    readonly data: TrainTest,
    readonly competitors: readonly Competitor[],
  ) {}

  static async make(experiment: Experiment, data: TrainTest, runtime: Runtime): Promise<Comparison> {
    const competitors = await Promise.all(
      experiment.networks.map(async (settings) => ({
        settings,
        model: await networkOf(settings, experiment.seed, runtime),
        batchSize: settings.batchSize,
        end: undefined,
        seconds: 0,
        warnings: [],
      })),
    );
    return new Comparison(experiment, data, competitors);
  }

  /** The training examples of a step: each epoch takes all in an order of its own, drawn from the seed. */
  batch(step: number, batchSize: number): Pick<Dataset, "x" | "y"> {
    return this.batches(step, 1, batchSize);
  }

  /** Does something when nothing else is done with the networks: pages that share them take turns. */
  inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.latest.then(action);
    this.latest = result.catch(() => {});
    return result;
  }

  /**
   * Lets all networks take steps, one network after the other. They take turns at going first: whoever does is slower,
   * while the browser still compiles.
   *
   * @returns the measures of each network's steps; fewer than `count` where it came to an end.
   */
  async advanceAll(count: number): Promise<StepMeasures[][]> {
    const measures: StepMeasures[][] = this.competitors.map(() => []);
    for (let turn = 0; turn < measures.length; turn++) {
      const index = (this.first + turn) % measures.length;
      measures[index] = await this.advance(this.competitors[index]!, count);
    }
    this.first = (this.first + 1) % measures.length;
    this.steps += Math.max(...measures.map(({ length }) => length));
    return measures;
  }

  /**
   * Lets a network take steps from where all stand; `steps` counts when all have.
   *
   * @returns the measures of each step; fewer than `count` when it came to an end.
   */
  async advance(competitor: Competitor, count: number): Promise<StepMeasures[]> {
    if (competitor.end) return [];
    const { model, batchSize } = competitor;
    const { x, y } = this.batches(this.steps, count, batchSize);
    const measures: StepMeasures[] = [];
    const warnings: string[] = [];
    const before = competitor.seconds;
    const end = (how: End["how"], reason: string) => {
      competitor.end = { step: this.steps + measures.length, how, reason };
    };
    try {
      await model.fit(x, y, {
        batchSize,
        shuffle: false,
        callbacks: [
          {
            onStepsEnd(steps, { progress }) {
              const seconds = before + progress.seconds - competitor.seconds;
              for (const [index, { logs }] of steps.entries()) {
                const { loss, accuracy } = logs as { loss: number; accuracy: number };
                const share = (index + 1) / steps.length;
                measures.push({ loss, accuracy, seconds: competitor.seconds + share * seconds });
              }
              competitor.seconds += seconds;
            },
          },
        ],
        onNaN: ({ finding }) => {
          end("diverged", finding);
          return "stop";
        },
        onWarning: (message) => void warnings.push(message),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      end("refused", error.message);
    }
    competitor.warnings = warnings;
    return measures;
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
    // Networks with different batches are in different epochs.
    if (this.orders.size > mostOrders) this.orders.clear();
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
  await before
    ?.then(async (old) => {
      await old.settle();
      await old.inTurn(() => old.dispose());
    })
    .catch(() => {});
  return comparison;
}

/**
 * The comparison of an experiment that is open.
 *
 * @throws Error when another one is: whoever asks late must not put it in that one's place.
 */
export async function openedComparison(experiment: Experiment): Promise<Comparison> {
  if (open?.key !== JSON.stringify(experiment)) throw new Error("These networks are no longer open.");
  return open.comparison;
}
