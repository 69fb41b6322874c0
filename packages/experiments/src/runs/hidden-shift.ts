import { type Callback, type Model, take } from "evenkeel";
import { allFinite, channelMoments, norm } from "../probes/summaries.js";
import { epochsFor } from "./batches.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { type OptimizerSettings, optimizerOf } from "./optimizer.js";
import { experiment } from "./run.js";
import type { TrainingResult } from "./training.js";

/** A training in which the distribution of hidden values is followed. */
export interface HiddenShiftSettings {
  data: DataSettings;
  network: NetworkSettings;
  optimizer: OptimizerSettings;
  batchSize: number;
  steps: number;
  /** The shift by a single update is measured at every so many steps, at least 2. */
  every: number;
  /** Layers whose outputs are followed, in training mode, on the first test examples. */
  layers: readonly string[];
  /** How many of these. */
  examples: number;
}

/** How far a layer's distribution moved. */
export interface Shift {
  /** ‖change of the units' means‖ ÷ ‖their deviations‖. */
  mean: number;
  /** ‖change of the units' variances‖ ÷ ‖their variances‖. */
  variance: number;
}

/** The shifts by the update that follows a step, by layer. */
export interface ShiftPoint {
  step: number;
  shifts: Record<string, Shift>;
}

/** How the training went. */
export interface HiddenShiftResult extends Pick<TrainingResult, "outcome"> {
  /** Without those where a shift is no finite number, as that of units that never vary. */
  points: ShiftPoint[];
}

/** Trains a network, and measures how far single updates shift the distribution of hidden values. */
export const hiddenShift = experiment<HiddenShiftSettings, HiddenShiftResult>({
  name: "hidden-shift",
  revision: 1,
  seconds: ({ network, data, batchSize, steps }) => 0.5 + 1.3 * steps * stepSeconds(network, data, batchSize),
  async run(settings, context) {
    const { batchSize, steps, every, layers, examples } = settings;
    const { seed, runtime, signal, progress } = context;
    const { train, test } = await load(settings.data, context);
    const probe = take(test, examples);
    const model = build(settings.network, { seed, runtime });
    const result: HiddenShiftResult = { outcome: "finished", points: [] };
    let before: Record<string, Moments> | undefined;
    const moments = async () => {
      const { layers: outputs } = await model.inspect(probe.x, probe.y, { layers });
      return Object.fromEntries(layers.map((layer) => [layer, channelMoments(outputs[layer]!)]));
    };
    const following: Callback<Model> = {
      interval: 1,
      async onStepsEnd(_, fitting) {
        const { step } = fitting.progress;
        if (before) {
          const after = await moments();
          const shifts = layers.map((layer) => [layer, shift(before![layer]!, after[layer]!)] as const);
          const point = { step: step - 1, shifts: Object.fromEntries(shifts) };
          if (allFinite(point)) result.points.push(point);
        }
        if (step > steps) fitting.stop();
        before = step % every === 0 ? await moments() : undefined;
        progress(Math.min(1, step / steps));
      },
    };
    try {
      model.compile({
        optimizer: optimizerOf(settings.optimizer),
        loss: "sparseCategoricalCrossentropy",
      });
      await model.fit(train.x, train.y, {
        epochs: epochsFor(steps + 1, train.x.shape[0]!, batchSize),
        ...{ batchSize, seed, signal, lastBatch: "drop", callbacks: [following] },
        onNaN: () => {
          result.outcome = "diverged";
          return "stop";
        },
        onWarning: () => {},
      });
      signal.throwIfAborted();
      if (result.outcome === "finished" && model.steps <= steps) {
        throw new Error(`The training ended after ${model.steps} of ${steps + 1} steps.`);
      }
      return result;
    } finally {
      await model.dispose();
    }
  },
});

type Moments = ReturnType<typeof channelMoments>;

/** How far a distribution has moved, over all units together. */
export function shift(before: Moments, after: Moments): Shift {
  const change = (of: keyof Moments) => norm(after[of].map((value, unit) => value - before[of][unit]!));
  return {
    mean: change("mean") / norm(before.variance.map(Math.sqrt)),
    variance: change("variance") / norm(before.variance),
  };
}
