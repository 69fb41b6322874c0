import { optimizers, take } from "evenkeel";
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
  /** Of one training; every batch is a new one. */
  steps: number;
  /** From the largest on. */
  rates: readonly number[];
}

/** How one of the trainings ended. */
export interface RateTried {
  rate: number;
  trains: boolean;
  /** Mean loss over the last tenth of the steps; null when the loss or a weight became no finite number. */
  loss: number | null;
}

/** The largest rate that trains. */
export interface LargestRateResult {
  /** Null when none does. */
  largest: number | null;
  /** From the largest rate down to the one that trains. */
  tried: RateTried[];
}

/** The loss of guessing among ten classes. */
const guessing = Math.log(10);

/**
 * Finds the largest of some learning rates at which a network trains: all stays finite, and over the last tenth of the
 * steps the loss is below what it was at the first step and 5 % below that of guessing, which a network whose units
 * have all died has too.
 */
export const largestRate = experiment<LargestRateSettings, LargestRateResult>({
  name: "largest-rate",
  revision: 1,
  seconds: ({ network, data, batchSize, steps, rates }) =>
    (rates.length / 2) * (0.2 + steps * stepSeconds(network, data, batchSize)),
  async run(settings, context) {
    const tried: RateTried[] = [];
    for (const [index, rate] of settings.rates.entries()) {
      context.progress(index / settings.rates.length);
      tried.push(await trial(settings, rate, context));
      if (tried.at(-1)!.trains) return { largest: rate, tried };
    }
    return { largest: null, tried };
  },
});

async function trial(
  { data, network, momentum, weightDecay, batchSize, steps }: LargestRateSettings,
  rate: number,
  { seed, runtime, signal }: RunContext,
): Promise<RateTried> {
  const { x, y } = take((await load(data)).train, batchSize * steps);
  const model = build(network, { seed, runtime });
  try {
    model.compile({
      optimizer: optimizers.sgd({ learningRate: rate, momentum, weightDecay }),
      loss: "sparseCategoricalCrossentropy",
    });
    const losses: number[] = [];
    let diverged = false;
    await model.fit(x, y, {
      batchSize,
      seed,
      callbacks: [
        {
          onStepsEnd: (taken) => {
            losses.push(...taken.map(({ logs }) => logs.loss!));
          },
        },
      ],
      onNaN: () => {
        diverged = true;
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    signal.throwIfAborted();
    if (diverged) return { rate, trains: false, loss: null };
    const loss = mean(losses.slice(-Math.ceil(steps / 10)));
    return { rate, trains: loss < Math.min(losses[0]!, 0.95 * guessing), loss };
  } finally {
    await model.dispose();
  }
}
