import type { Model } from "evenkeel";
import { stepsPerEpoch as stepsOf } from "./batches.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { type OptimizerSettings, optimizerOf } from "./optimizer.js";
import { experiment, type RunContext } from "./run.js";

/** Two networks that are trained in the same way, and timed. */
export interface EpochsInTurnsSettings {
  data: DataSettings;
  networks: readonly [NetworkSettings, NetworkSettings];
  optimizer: OptimizerSettings;
  batchSize: number;
  epochs: number;
  /** The test set is evaluated at every so many steps. */
  every: number;
}

/** How one network learned. */
export interface TimedTraining {
  outcome: "finished" | "diverged";
  stepsPerEpoch: number;
  /** Of each epoch: time spent in its steps alone. */
  seconds: number[];
  /** On the test set, in inference mode. */
  points: { step: number; accuracy: number }[];
}

/**
 * Trains two networks in one process, an epoch of the one and an epoch of the other, so that a machine that is busy
 * for a while is so for both. Which of them comes first alternates.
 */
export const epochsInTurns = experiment<EpochsInTurnsSettings, [TimedTraining, TimedTraining]>({
  name: "epochs-in-turns",
  revision: 1,
  seconds: ({ data, networks, batchSize, epochs }) => {
    const steps = epochs * Math.floor((data.train ?? 60_000) / batchSize);
    return 1 + networks.reduce((sum, network) => sum + steps * stepSeconds(network, data, batchSize), 0);
  },
  async run(settings, context) {
    const { seed, runtime, signal, progress } = context;
    const models = settings.networks.map((network) => build(network, { seed, runtime }));
    try {
      const [first, second] = await Promise.all(models.map((model) => contestant(model, settings, context)));
      for (let epoch = 0; epoch < settings.epochs; epoch++) {
        for (const each of epoch % 2 === 0 ? [first!, second!] : [second!, first!]) {
          if (each.result.outcome === "finished") await each.epoch();
          signal.throwIfAborted();
        }
        progress((epoch + 1) / settings.epochs);
      }
      return [first!.result, second!.result];
    } finally {
      for (const model of models) await model.dispose();
    }
  },
});

/** A network, its training so far, and how to train it for one more epoch. */
async function contestant(
  model: Model,
  { data: dataSettings, optimizer, batchSize, every }: EpochsInTurnsSettings,
  { seed, source, signal }: RunContext,
): Promise<{ result: TimedTraining; epoch(): Promise<void> }> {
  const { train, test } = await load(dataSettings, { source });
  model.compile({
    optimizer: optimizerOf(optimizer),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const stepsPerEpoch = stepsOf(train.x.shape[0]!, batchSize);
  const result: TimedTraining = { outcome: "finished", stepsPerEpoch, seconds: [], points: [] };
  const epoch = async () => {
    const { epochs } = await model.fit(train.x, train.y, {
      batchSize,
      seed,
      lastBatch: "drop",
      callbacks: [
        {
          interval: every,
          async onStepsEnd(_, { progress: { step } }) {
            if (step % every !== 0) return;
            const { accuracy } = await model.evaluate(test.x, test.y);
            result.points.push({ step, accuracy: accuracy! });
          },
        },
      ],
      onNaN: () => {
        result.outcome = "diverged";
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    result.seconds.push(...epochs.map(({ seconds }) => seconds));
  };
  return { result, epoch };
}
