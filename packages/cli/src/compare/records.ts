import type { StepLogs } from "evenkeel";
import type { RunKey } from "./settings.js";

/** Loss and share of right answers. */
export interface Measures {
  loss: number;
  accuracy: number;
}

/** Where a training stands when something is measured. */
export interface Moment {
  /** Optimiser steps taken. */
  step: number;
  /** The same in epochs, with a fraction. */
  epoch: number;
  /** Time spent training, without evaluation and probes. */
  seconds: number;
}

/** An epoch, and the test set after it. */
export interface EpochRecord extends Moment {
  /** Of this epoch alone. */
  epochSeconds: number;
  /** Mean over the epoch's batches, as they were trained on. */
  train: Measures;
  test: Measures;
}

/** The mean training loss and accuracy since the point before. */
export interface TracePoint extends Moment, Measures {}

/** The 15th, 50th and 85th percentile of some values. */
export type Percentiles = readonly [low: number, middle: number, high: number];

/** The network's inside at one moment of a training, measured on the probe batch. */
export interface Probe extends Moment {
  /** Of the probe batch in training mode: batch normalization by the batch itself. */
  training: Measures;
  /** Of the same batch in inference mode: by the running statistics. */
  inference: Measures;
  /** What goes into the activation functions, by hidden layer, over all its units and the whole batch. */
  preActivations: Record<string, Percentiles>;
  /** Length of the loss's gradient with respect to a layer's kernel. */
  gradientNorms: Record<string, number>;
  /** Scales and shifts over the channels of each batch normalization. */
  affine: Record<string, { gamma: Percentiles; beta: Percentiles }>;
}

/** Where a training's loss became no number. */
export interface Divergence {
  loss: "NaN" | "infinite";
  /** The optimiser step at which it was noticed. */
  step: number;
}

/** How a training ended. */
export type Outcome = "finished" | "diverged" | "interrupted";

/** One training, from the first step to the last. */
export interface RunRecord extends RunKey {
  outcome: Outcome;
  /** Why it did not finish. */
  reason?: string;
  /** Of a training that diverged. */
  divergence?: Divergence;
  parameters: { trainable: number; nonTrainable: number };
  epochs: EpochRecord[];
  trace: TracePoint[];
  /** Empty except for the first seed. */
  probes: Probe[];
}

/** What is told while a comparison runs, to whoever shows or keeps it. */
export interface Observer {
  /** @param steps that the training takes when nothing ends it early. */
  runBegins?(run: RunKey, steps: number): void;
  /** After some steps. */
  steps?(run: RunKey, steps: readonly StepLogs[]): void;
  probe?(run: RunKey, probe: Probe): void;
  epoch?(run: RunKey, epoch: EpochRecord): void;
  runEnds?(run: RunRecord): void;
  /** The trained network of an arm's first seed, as an ONNX file; none of a training that did not finish. */
  model?(run: RunKey, bytes: Uint8Array): void;
}
