import { optimizers } from "evenkeel";
import { mean } from "simple-statistics";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment, type RunContext } from "./run.js";

/** Short trainings of the same network at several learning rates. */
export interface LargestRateSettings {
  data: DataSettings;
  network: NetworkSettings;
  /** Of SGD. */
  momentum: number;
  /** Added to the gradient, times the weight. */
  weightDecay: number;
  batchSize: number;
  /** Of one training, however many epochs that makes. */
  steps: number;
  /** From the largest on. */
  rates: readonly number[];
}

/** How one of the trainings went. */
export interface RateTried {
  rate: number;
  /**
   * `diverged`: the loss or a weight became no finite number, or the loss at the end is above the first. `trained`: it
   * is below the first, and 5 % below that of guessing, which a network whose units have all died has too. `stayed`:
   * neither.
   */
  outcome: "diverged" | "stayed" | "trained";
  /** Loss of the first step; null when it was no finite number. */
  first: number | null;
  /** Mean loss over the last tenth of the steps; null when the loss or a weight became no finite number. */
  loss: number | null;
}

/** The largest rates. */
export interface LargestRateResult {
  /** The largest that does not diverge; null when all do. */
  stable: number | null;
  /** The largest that trains; null when none does. */
  trained: number | null;
  /** From the largest rate down to the one that trains. */
  tried: RateTried[];
}

/** The loss of guessing among ten classes. */
const guessing = Math.log(10);

/** Finds the largest of some learning rates at which a network does not diverge, and the largest at which it learns. */
export const largestRate = experiment<LargestRateSettings, LargestRateResult>({
  name: "largest-rate",
  revision: 2,
  seconds: ({ network, data, batchSize, steps, rates }) =>
    (rates.length / 2) * (0.2 + steps * stepSeconds(network, data, batchSize)),
  async run(settings, context) {
    const tried: RateTried[] = [];
    for (const [index, rate] of settings.rates.entries()) {
      context.progress(index / settings.rates.length);
      tried.push(await trial(settings, rate, context));
      if (tried.at(-1)!.outcome === "trained") break;
    }
    return {
      stable: tried.find(({ outcome }) => outcome !== "diverged")?.rate ?? null,
      trained: tried.find(({ outcome }) => outcome === "trained")?.rate ?? null,
      tried,
    };
  },
});

async function trial(
  { data, network, momentum, weightDecay, batchSize, steps }: LargestRateSettings,
  rate: number,
  { seed, runtime, source, signal }: RunContext,
): Promise<RateTried> {
  const { x, y } = (await load(data, { source })).train;
  const model = build(network, { seed, runtime });
  try {
    model.compile({
      optimizer: optimizers.sgd({ learningRate: rate, momentum, weightDecay }),
      loss: "sparseCategoricalCrossentropy",
    });
    const losses: number[] = [];
    let finite = true;
    await model.fit(x, y, {
      batchSize,
      epochs: Math.ceil(steps / Math.floor(x.shape[0]! / batchSize)),
      lastBatch: "drop",
      seed,
      callbacks: [
        {
          interval: steps,
          onStepsEnd: (taken, training) => {
            losses.push(...taken.map(({ logs }) => logs.loss!));
            if (losses.length >= steps) training.stop();
          },
        },
      ],
      onNaN: () => {
        finite = false;
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    signal.throwIfAborted();
    const first = Number.isFinite(losses[0]) ? losses[0]! : null;
    if (!finite || first === null) return { rate, outcome: "diverged", first, loss: null };
    const loss = mean(losses.slice(-Math.ceil(steps / 10)));
    const learned = loss < Math.min(first, 0.95 * guessing);
    return { rate, outcome: loss > first ? "diverged" : learned ? "trained" : "stayed", first, loss };
  } finally {
    await model.dispose();
  }
}
