import { requireKnown } from "../options/known.js";
import type { Callback, Training } from "../training/callback.js";
import type { EpochLogs, Logs } from "../training/progress.js";

/** Where progress is shown: `process.stderr` and its like. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether a line can be written again. */
  isTTY?: boolean;
  columns?: number;
}

/** Options of `callbacks.progress`. */
export interface ProgressOptions {
  /** Default `process.stderr`; in a browser the console. */
  stream?: ProgressStream;
}

/**
 * Shows how the training goes. On a terminal one line is kept up to date (epoch, share, steps a second, loss,
 * metrics, time left); elsewhere every epoch gets a line.
 */
export function progress(options: ProgressOptions = {}): Callback<unknown> {
  const { stream = defaultStream() } = requireKnown("callbacks.progress", options, { stream: true });
  let firstStep = 0;
  let firstBatches = 0;
  let begin: number | undefined;
  const rewrite = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  return {
    onTrainBegin() {
      begin = undefined;
    },
    onStepsEnd(steps, training) {
      const { progress } = training;
      // The first steps also fill caches; the rate is that of the steps after them.
      if (begin === undefined) {
        begin = performance.now();
        firstStep = progress.step;
        firstBatches = batchesDone(training);
      }
      const rate = (progress.step - firstStep) / ((performance.now() - begin) / 1000);
      const left = (training.lastEpoch * training.stepsPerEpoch - batchesDone(training)) / rate;
      const timing =
        batchesDone(training) > firstBatches ? `${Math.round(rate)} steps/s  ${seconds(left)} left  ` : "";
      const share = Math.round((100 * progress.batch) / training.stepsPerEpoch);
      rewrite(`${title(progress.epoch + 1, training)}  ${share} %  ${timing}${listed(steps.at(-1)!.logs)}`);
    },
    onEpochEnd(epoch: EpochLogs, training) {
      rewrite("");
      stream.write(`${title(epoch.epoch, training)}  ${epoch.seconds.toFixed(2)} s  ${listed(epoch.logs)}\n`);
    },
    onTrainEnd() {
      rewrite("");
    },
  };
}

function defaultStream(): ProgressStream {
  const lines: ProgressStream = { write: (text) => console.log(text.trimEnd()) };
  return globalThis.process?.stderr ?? lines;
}

function title(epoch: number, { lastEpoch }: Training<unknown>): string {
  return `epoch ${String(epoch).padStart(String(lastEpoch).length)}/${lastEpoch}`;
}

function batchesDone({ progress, stepsPerEpoch }: Training<unknown>): number {
  return progress.epoch * stepsPerEpoch + progress.batch;
}

function listed(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join("  ");
}

function seconds(value: number): string {
  const whole = Math.ceil(value);
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
