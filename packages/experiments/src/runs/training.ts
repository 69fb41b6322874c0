import {
  type Callback,
  type Dataset,
  loadCheckpoint,
  type Model,
  type ResumeOptions,
  type Training,
  type TrainTest,
  take,
} from "evenkeel";
import { type Inside, type InsideRequest, inside } from "../probes/inside.js";
import { allFinite } from "../probes/summaries.js";
import { epochsFor } from "./batches.js";
import { type Keeper, keeperOf } from "./checkpoint.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { type OptimizerSettings, optimizerOf } from "./optimizer.js";
import { experiment, type RunContext } from "./run.js";

/** A network's training on a data set. */
export interface TrainingSettings {
  data: DataSettings;
  network: NetworkSettings;
  optimizer: OptimizerSettings;
  batchSize: number;
  /** Optimiser steps, however many epochs that makes. */
  steps: number;
  /** The test set is evaluated, and the inside looked at, before the first step and at every so many steps. */
  every: number;
  /** Whether the training examples are evaluated in inference mode at the end, at most so many of them. Default 0. */
  trainExamples?: number;
  /** What is looked at inside, on the first test examples (default 500). Default nothing. */
  probe?: InsideRequest & { examples?: number };
}

/** Loss and share of right answers. */
export interface Measures {
  loss: number;
  accuracy: number;
}

/** Where a training stands. */
export interface CurvePoint {
  step: number;
  /** Means over the steps since the point before, on batches as they were trained on. None before the first step. */
  train?: Measures;
  /** On the test set, in inference mode. Without, when the loss there is no finite number. */
  test?: Measures;
  /** Without, when not all numbers in it are finite. */
  probe?: Inside;
}

/** How a training went. */
export interface TrainingResult {
  /** `diverged`: the loss or a weight was no finite number any more. */
  outcome: "finished" | "diverged";
  /** Why, and where, when it diverged. */
  reason?: string;
  /** Steps taken. */
  steps: number;
  points: CurvePoint[];
  /** On training examples in inference mode, at the end, if it was asked for. */
  train?: Measures;
  /** Time spent in the steps. */
  seconds: number;
}

/** Trains a network, and looks at it from time to time. */
export const training = experiment<TrainingSettings, TrainingResult>({
  name: "training",
  revision: 1,
  seconds: ({ network, data, batchSize, steps }) => 0.3 + steps * stepSeconds(network, data, batchSize),
  async run(settings, context) {
    const { seed, runtime, checkpoint } = context;
    const data = await load(settings.data, context);
    // One that is not there, or damaged, is no loss but of time: the run begins afresh.
    const begun = checkpoint && (await loadCheckpoint(checkpoint.path, { runtime }).catch(() => undefined));
    const model = begun ?? build(settings.network, { seed, runtime });
    try {
      return await train(model, data, settings, context, undefined, checkpoint && keeperOf(checkpoint));
    } finally {
      await model.dispose();
    }
  },
});

/** What a training needs to know beside model and data. */
export type TrainingPlan = Omit<TrainingSettings, "data" | "network">;

/**
 * Trains a model for a number of steps.
 *
 * @param look is called before the first step and at every `every` steps, after the test set has been evaluated; the
 * model's weights must be left as they are.
 * @param keeper keeps the training's state from time to time; a model that comes from there goes on.
 * @throws what the context's signal says when it is aborted; Error when the training ended before its last step.
 */
export async function train(
  model: Model,
  data: TrainTest,
  plan: TrainingPlan,
  { seed, signal, progress }: Pick<RunContext, "seed" | "signal" | "progress">,
  look?: (point: CurvePoint) => Promise<void>,
  keeper?: Keeper<CurvePoint[]>,
): Promise<TrainingResult> {
  const { optimizer, batchSize, steps, every, trainExamples = 0, probe } = plan;
  const goesOn = keeper !== undefined && model.steps > 0;
  if (!goesOn) {
    model.compile({
      optimizer: optimizerOf(optimizer),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
  }
  const result: TrainingResult = { outcome: "finished", steps: 0, points: [], seconds: 0 };
  const probed = probe && take(data.test, Math.min(probe.examples ?? 500, countOf(data.test)));
  const measure = async (step: number, train?: Measures) => {
    const test = measuresOf(await model.evaluate(data.test.x, data.test.y));
    const found = probed && (await inside(model, probed, probe));
    const point: CurvePoint = {
      step,
      ...(train && { train }),
      ...(test && { test }),
      ...(found && allFinite(found) && { probe: found }),
    };
    result.points.push(point);
    await look?.(point);
  };
  const epochs = epochsFor(steps, countOf(data.train), batchSize);
  const callback = observing({
    ...{ steps, every, progress },
    async begin(training) {
      const earlier = keeper?.restored(training);
      if (!earlier) return measure(0);
      result.points = earlier;
      progress(model.steps / steps);
    },
    async measure(step, train, training) {
      await measure(step, train);
      if (step < steps) await keeper?.keep(training, result.points);
    },
  });
  const observed: ResumeOptions = {
    // A run of steps ends at every point, and at the last step also where that is none of these.
    callbacks: [callback, { interval: steps }],
    onNaN: ({ step, finding }) => {
      Object.assign(result, { outcome: "diverged", reason: `step ${step}: ${finding}` });
      return "stop";
    },
    signal,
    onWarning: () => {},
  };
  const { x, y } = data.train;
  // Every step of a training has a whole batch: noise that depends on the batch size is the same in all of them.
  const lastBatch = countOf(data.train) >= batchSize ? "drop" : "keep";
  const history = goesOn
    ? await model.resume(x, y, observed)
    : await model.fit(x, y, { epochs, batchSize, seed, lastBatch, ...observed });
  signal.throwIfAborted();
  result.steps = model.steps;
  if (result.outcome === "finished" && model.steps < steps) {
    throw new Error(
      `The training ended after ${model.steps} of ${steps} steps. If it went on from a checkpoint, remove that.`,
    );
  }
  result.seconds =
    history.epochs.reduce((sum, { seconds }) => sum + seconds, 0) + callback.unfinishedSeconds();
  if (trainExamples > 0 && result.outcome === "finished") {
    const { x, y } = take(data.train, Math.min(trainExamples, countOf(data.train)));
    const measures = measuresOf(await model.evaluate(x, y));
    if (measures) result.train = measures;
  }
  return result;
}

/** Measures every so many steps, and ends the training after the last. */
function observing({
  steps,
  every,
  progress: tell,
  begin,
  measure,
}: Pick<TrainingPlan, "steps" | "every"> &
  Pick<RunContext, "progress"> & {
    begin(training: Training<Model>): Promise<void>;
    measure(step: number, train: Measures, training: Training<Model>): Promise<void>;
  }): Callback<Model> & { unfinishedSeconds(): number } {
  let since = { loss: 0, accuracy: 0, steps: 0 };
  let unfinished = 0;
  return {
    interval: every,
    onTrainBegin: begin,
    async onStepsEnd(taken, training) {
      const { step, seconds } = training.progress;
      unfinished = seconds;
      for (const { logs, step: number } of taken) {
        if (number > steps) break;
        since = {
          loss: since.loss + logs.loss!,
          accuracy: since.accuracy + logs.accuracy!,
          steps: since.steps + 1,
        };
      }
      tell(step / steps);
      if (step % every === 0 || step === steps) {
        const { loss, accuracy, steps: count } = since;
        since = { loss: 0, accuracy: 0, steps: 0 };
        await measure(step, { loss: loss / count, accuracy: accuracy / count }, training);
      }
      if (step >= steps) training.stop();
    },
    onEpochEnd() {
      unfinished = 0;
    },
    unfinishedSeconds: () => unfinished,
  };
}

/** @returns undefined when the loss is no finite number. */
export function measuresOf({
  loss = Number.NaN,
  accuracy = 0,
}: Record<string, number>): Measures | undefined {
  return Number.isFinite(loss) ? { loss, accuracy } : undefined;
}

function countOf(dataset: Dataset): number {
  return dataset.x.shape[0]!;
}
