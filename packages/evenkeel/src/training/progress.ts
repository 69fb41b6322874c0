import type { LastBatch } from "./plan.js";

/** Loss and metrics by name. */
export type Logs = Record<string, number>;

/** One optimiser step as it went. */
export interface StepLogs {
  /** Counted from 1 over the model's whole life. */
  step: number;
  /** Counted from 1. */
  epoch: number;
  batchSize: number;
  learningRate: number;
  /** Of this batch, before its update. */
  logs: Logs;
}

/** One epoch as it went. */
export interface EpochLogs {
  /** Counted from 1. */
  epoch: number;
  /** Means over the epoch's examples, as they were trained on; validation results as `valLoss`, `valAccuracy`; of several outputs `OUTPUT/valLoss`. */
  logs: Logs;
  /** Time spent in its steps: without building programs, validation and callbacks. */
  seconds: number;
  /** Steps taken up to its end, over the model's whole life. */
  step: number;
}

/** The settings of a `fit` that a resumed one must share to give the same result. */
export interface FitSettings {
  /** Epochs, counted over the model's life, that were finished before it began. */
  firstEpoch: number;
  /** The epoch, counted likewise, after which the training is finished. */
  lastEpoch: number;
  /** Examples in the data, those for validation included. */
  examples: number;
  batchSize: number;
  seed: number;
  shuffle: boolean;
  lastBatch: LastBatch;
  validationSplit: number;
}

/** How far the training has come. */
export interface Progress {
  /** Finished epochs. */
  epoch: number;
  /** Batches of the epoch under way that are done. */
  batch: number;
  /** Optimiser steps in total. */
  step: number;
  /** The steps among them that were taken before the present optimiser began, and its schedule with it. */
  compiledAt: number;
  /** How often each batch normalization's running statistics were updated, by the layer's name. */
  statisticsUpdates: Record<string, number>;
  /** Sums over the examples of the epoch under way. */
  sums: Logs;
  examples: number;
  /** Of the epoch under way. */
  seconds: number;
  epochs: EpochLogs[];
}

/** The progress of a model that has not been trained. */
export function noProgress(): Progress {
  return {
    epoch: 0,
    batch: 0,
    step: 0,
    compiledAt: 0,
    statisticsUpdates: {},
    sums: {},
    examples: 0,
    seconds: 0,
    epochs: [],
  };
}

/** What `fit` returns. */
export interface History {
  /** Numbers of the epochs of this fit, counted from 1. */
  epoch: number[];
  /** The same numbers as in `epochs`, by name: `loss`, `accuracy`, `valLoss`, … one for each epoch. */
  history: Record<string, number[]>;
  epochs: EpochLogs[];
  /** Why the training ended before its last epoch, if it did. */
  stopped: string | undefined;
}

/** The history of some epochs. */
export function historyOf(epochs: readonly EpochLogs[], stopped: string | undefined): History {
  const history: Record<string, number[]> = {};
  for (const { logs } of epochs) {
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value);
    }
  }
  return { epoch: epochs.map(({ epoch }) => epoch), history, epochs: [...epochs], stopped };
}
