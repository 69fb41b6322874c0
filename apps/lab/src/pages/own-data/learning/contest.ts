import type { Model, Runtime } from "evenkeel";
import type { TrainingSettings } from "../settings.ts";
import type { Examples } from "./examples.ts";
import { type Measures, measuresOf } from "./measures.ts";
import { networkFor } from "./network.ts";

/** One epoch of a network. */
export interface EpochMeasures {
  /** Counted from 1. */
  epoch: number;
  /** Means over the epoch's batches, as they were trained on. */
  training: Measures;
  validation: Measures;
}

/** How a network's training ended. */
export interface End {
  /**
   * `diverged`: its loss or weights are no numbers any more, and it keeps the weights from before that step; `refused`:
   * it cannot be trained so.
   */
  how: "finished" | "stopped" | "diverged" | "refused";
  /** Why, where it did not come to its last epoch by itself. */
  reason: string | undefined;
}

/** How far a network has come. */
export interface Standing {
  normalized: boolean;
  epochs: readonly EpochMeasures[];
  /** How much of its training is done, from 0 to 1. */
  progress: number;
  /** Undefined while it trains. */
  end: End | undefined;
}

/** How long the epochs between two reports should take, for each network. */
const reportMilliseconds = 60;

/** Two networks of one seed that learn the same examples in the same order, without and with batch normalization. */
export class Contest {
  readonly contestants: readonly Contestant[];

  constructor(
    readonly examples: Examples,
    readonly settings: TrainingSettings,
    readonly runtime: Runtime,
  ) {
    this.contestants = [false, true].map(
      (normalized) => new Contestant(examples, settings, normalized, runtime),
    );
  }

  get standings(): Standing[] {
    return this.contestants.map(({ standing }) => standing);
  }

  /** Trains both, a few epochs each in turns, until their last epoch or the signal. */
  async train(signal: AbortSignal, onReport: (standings: Standing[]) => void): Promise<void> {
    let epochs = 1;
    let reported = performance.now();
    const report = () => {
      reported = performance.now();
      onReport(this.standings);
    };
    const onSteps = () => {
      if (performance.now() - reported > 2 * reportMilliseconds) report();
    };
    while (this.contestants.some(({ isOver }) => !isOver)) {
      const begin = performance.now();
      const running = this.contestants.filter(({ isOver }) => !isOver);
      for (const contestant of running) await contestant.advance(epochs, { signal, onSteps });
      const milliseconds = (performance.now() - begin) / running.length;
      epochs = Math.max(1, Math.min(2 * epochs, Math.floor((epochs * reportMilliseconds) / milliseconds)));
      report();
    }
  }

  async dispose(): Promise<void> {
    for (const { model } of this.contestants) await model.dispose();
  }
}

/** One of the two networks. */
export class Contestant {
  readonly model: Model;
  /** What the library warns of. */
  warnings: readonly string[] = [];
  private readonly epochs: EpochMeasures[] = [];
  private end: End | undefined;
  /** Of the epoch under way, the share that is done. */
  private begun = 0;

  constructor(
    private readonly examples: Examples,
    private readonly settings: TrainingSettings,
    readonly normalized: boolean,
    runtime: Runtime,
  ) {
    this.model = networkFor(examples, settings, { normalized, runtime });
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  get standing(): Standing {
    const { normalized, epochs, end, begun, settings } = this;
    const progress = end ? 1 : Math.min(1, (epochs.length + begun) / settings.epochs);
    return { normalized, epochs: [...epochs], progress, end };
  }

  /** Trains for some epochs more. @param onSteps is called after every run of steps. */
  async advance(
    count: number,
    { signal, onSteps }: { signal: AbortSignal; onSteps: () => void },
  ): Promise<void> {
    const { examples, settings, model } = this;
    const { train, validation, target } = examples;
    const [y, validationY] = [train, validation].map((part) =>
      target.task === "class" ? part.y : target.scaling.transform(part.y),
    );
    const warnings: string[] = [];
    try {
      const { stopped, epochs } = await model.fit(train.x, y!, {
        epochs: Math.min(count, settings.epochs - this.epochs.length),
        batchSize: Math.min(settings.batchSize, train.x.shape[0]!),
        validationData: [validation.x, validationY!],
        signal,
        callbacks: [
          {
            onStepsEnd: (_, { progress, stepsPerEpoch }) => {
              this.begun = progress.epoch - this.epochs.length + progress.batch / stepsPerEpoch;
              onSteps();
            },
          },
        ],
        onNaN: ({ finding, step }) => {
          this.end = { how: "diverged", reason: `In step ${step}: ${finding}` };
          return "stop";
        },
        onWarning: (message) => void warnings.push(message.replace(/^evenkeel: /, "")),
      });
      for (const { epoch, logs } of epochs) {
        const training = measuresOf(logs, examples);
        this.epochs.push({ epoch, training, validation: measuresOf(logs, examples, true) });
      }
      this.begun = 0;
      this.warnings = warnings;
      if (this.epochs.length === settings.epochs) this.end ??= { how: "finished", reason: undefined };
      else if (stopped) this.end ??= { how: "stopped", reason: undefined };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.end = { how: "refused", reason: error.message };
    }
  }
}
