import {
  type Callback,
  type EpochLogs,
  type Logs,
  type Model,
  optimizers,
  type Runtime,
  type StepLogs,
  sequential,
  type TrainTest,
} from "evenkeel";
import { type ProbeBatch, probe } from "./probe.js";
import type { EpochRecord, Measures, Moment, Observer, RunRecord } from "./records.js";
import { optimizerChoices, type RunKey, type Settings } from "./settings.js";
import { variantNetwork } from "./variants.js";

/** How often the training loss is noted, and the inside of the first seed's networks measured, in a training. */
export const measurementsPerRun = 32;

/** What all trainings of a comparison share. */
export interface RunContext {
  settings: Settings;
  data: TrainTest;
  /** Where the network's inside is measured; without it nothing is measured. */
  probeBatch: ProbeBatch | undefined;
  runtime: Runtime;
  observer: Observer;
  /** Ends the training after the present steps. */
  signal: AbortSignal;
}

/** Trains one variant with one seed. A loss that is no number any more ends the training, not the comparison. */
export async function train(run: RunKey, context: RunContext): Promise<RunRecord> {
  const { settings, data, runtime, observer, signal } = context;
  const classes = data.train.classes!.length;
  const network = variantNetwork(run.variant, { ...settings, classes });
  const model = sequential(network.layers, { seed: run.seed, runtime });
  const { type, options } = optimizerChoices[settings.optimizer];
  model.compile({
    optimizer: optimizers[type]({ ...options, learningRate: run.learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const { trainable, nonTrainable } = model.summary(() => {});
  const record: RunRecord = {
    ...run,
    outcome: "finished",
    parameters: { trainable, nonTrainable },
    epochs: [],
    trace: [],
    probes: [],
  };
  let diverged: Required<Pick<RunRecord, "reason" | "divergence">> | undefined;
  try {
    const history = await model.fit(data.train.x, data.train.y, {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      validationData: [data.test.x, data.test.y],
      callbacks: [
        recording(record, context, async (moment) => {
          if (!context.probeBatch) return;
          const measured = await probe(model, network, context.probeBatch, moment);
          record.probes.push(measured);
          observer.probe?.(run, measured);
        }),
      ],
      onNaN: ({ step, loss, finding }) => {
        const what = Number.isNaN(loss) ? "NaN" : "infinite";
        diverged = {
          reason: `the loss became ${what} at step ${step}: ${finding}`,
          divergence: { loss: what, step },
        };
        return "stop";
      },
      signal,
      onWarning: () => {},
    });
    if (history.stopped !== undefined && record.epochs.length < settings.epochs) {
      record.outcome = diverged === undefined ? "interrupted" : "diverged";
      Object.assign(record, diverged ?? { reason: "stopped before its last epoch" });
    }
    if (record.outcome === "finished" && run.seed === settings.seeds[0]) {
      observer.model?.(run, await model.toOnnx());
    }
  } finally {
    await model.dispose();
  }
  observer.runEnds?.(record);
  return record;
}

/** Fills the record while the model trains. */
function recording(
  record: RunRecord,
  { observer, settings, data }: RunContext,
  measure: (moment: Moment) => Promise<void>,
): Callback<Model> {
  // Of the longest training: batch norm may need a step less in an epoch, and all are measured at the same steps.
  const totalSteps = Math.ceil(data.train.x.shape[0]! / settings.batchSize) * settings.epochs;
  const interval = Math.max(1, Math.round(totalSteps / measurementsPerRun));
  let secondsBefore = 0;
  let since: StepLogs[] = [];
  return {
    interval,
    async onTrainBegin({ stepsPerEpoch }) {
      observer.runBegins?.(record, stepsPerEpoch * settings.epochs);
      await measure({ step: 0, epoch: 0, seconds: 0 });
    },
    async onStepsEnd(steps, { progress, stepsPerEpoch }) {
      observer.steps?.(record, steps);
      since.push(...steps);
      if (progress.step % interval !== 0) return;
      const moment = {
        step: progress.step,
        epoch: progress.step / stepsPerEpoch,
        seconds: secondsBefore + progress.seconds,
      };
      record.trace.push({ ...moment, ...meanMeasures(since) });
      since = [];
      await measure(moment);
    },
    onEpochEnd(logs) {
      secondsBefore += logs.seconds;
      const epoch = epochRecord(logs, secondsBefore);
      record.epochs.push(epoch);
      observer.epoch?.(record, epoch);
    },
  };
}

function epochRecord({ epoch, step, seconds, logs }: EpochLogs, secondsSoFar: number): EpochRecord {
  return {
    epoch,
    step,
    seconds: secondsSoFar,
    epochSeconds: seconds,
    train: measuresOf(logs),
    test: { loss: logs.valLoss!, accuracy: logs.valAccuracy! },
  };
}

function measuresOf({ loss, accuracy }: Logs): Measures {
  return { loss: loss!, accuracy: accuracy! };
}

function meanMeasures(steps: readonly StepLogs[]): Measures {
  const total = { loss: 0, accuracy: 0, examples: 0 };
  for (const { batchSize, logs } of steps) {
    total.loss += logs.loss! * batchSize;
    total.accuracy += logs.accuracy! * batchSize;
    total.examples += batchSize;
  }
  return { loss: total.loss / total.examples, accuracy: total.accuracy / total.examples };
}
