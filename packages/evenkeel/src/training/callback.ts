import type { Tensor } from "../tensor/tensor.js";
import type { EpochLogs, Progress, StepLogs } from "./progress.js";

/** What a callback can see and do while a model trains. `M` is the model's class. */
export interface Training<M> {
  readonly model: M;
  readonly progress: Readonly<Progress>;
  /** The finished epochs of this training; a resumed one has those from before the interruption. */
  readonly epochs: readonly EpochLogs[];
  /** Tensors that callbacks keep for later, under names of their own. Checkpoints hold them too. */
  readonly kept: Map<string, Tensor>;
  /** The number of the last epoch of this training. */
  readonly lastEpoch: number;
  /** Optimiser steps in each epoch. */
  readonly stepsPerEpoch: number;
  /**
   * How the training ended, in `onTrainEnd`: after its last epoch, by a callback's `stop`, by its signal, or by
   * an error or a loss that is no number. Undefined before.
   */
  readonly outcome: "finished" | "stopped" | "aborted" | "failed" | undefined;
  /** Ends the training after the present steps. @param reason appears in the history. Default: stopped by a callback. */
  stop(reason?: string): void;
}

/** Something that takes part in a training. Every function may be asynchronous; the training waits for it. */
export interface Callback<M> {
  /**
   * Steps are run several at a time. With an interval, a run of steps ends at every multiple of it (counted
   * over the model's life), so that `onStepsEnd` sees the model exactly there.
   */
  readonly interval?: number;
  onTrainBegin?(training: Training<M>): void | Promise<void>;
  onEpochBegin?(epoch: number, training: Training<M>): void | Promise<void>;
  /** After a run of steps; the model is as the last of them left it. */
  onStepsEnd?(steps: readonly StepLogs[], training: Training<M>): void | Promise<void>;
  onEpochEnd?(epoch: EpochLogs, training: Training<M>): void | Promise<void>;
  /** For every callback whose `onTrainBegin` was reached, also when the training fails. */
  onTrainEnd?(training: Training<M>): void | Promise<void>;
}
