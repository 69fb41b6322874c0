import { transfer } from "comlink";
import type { LoadProgress } from "../data/digits.ts";
import type { ServiceContext } from "../engine/context.ts";
import { type Classification, classified } from "./classification.ts";
import { type Comparison, openComparison } from "./comparison.ts";
import type { Experiment } from "./experiment.ts";
import type { History, Update } from "./history.ts";
import { Trainer } from "./trainer.ts";

/** A comparison that is open: what came of it so far, and what it is about. */
export interface Opened {
  history: History;
  /** Numbers that each network learns. */
  parameters: readonly number[];
  /** Training images; fewer than were asked for where there are no more. */
  examples: number;
  testExamples: number;
  classes: readonly string[];
}

/** A test image. */
export interface TestImage {
  /** 28 rows of 28, 0 to 255. */
  pixels: Uint8Array;
  label: number;
}

/** What the Train page asks of its networks. One comparison is open at a time. */
export function serve({ runtime }: ServiceContext) {
  let trainer: Promise<Trainer> | undefined;
  const opened = async () => {
    if (!trainer) throw new Error("No networks are open.");
    return await trainer;
  };

  return {
    /**
     * Opens the networks of an experiment, as they are if they are open already. Another run ends.
     *
     * @param fresh begins anew also then.
     */
    async open(experiment: Experiment, fresh: boolean, onProgress: LoadProgress): Promise<Opened> {
      const before = trainer;
      const opening = Promise.resolve(before)
        .then((old) => old?.stop())
        .catch(() => {})
        .then(() => openComparison(experiment, runtime, { fresh, onProgress }))
        .then(trainerOf);
      trainer = opening;
      return openedBy(await opening);
    },

    /** Trains until it is paused or no network goes on. */
    async run(onUpdate: (update: Update) => void): Promise<void> {
      await (await opened()).run(onUpdate);
    },

    /** Ends a run; it stands still then. */
    async pause(): Promise<void> {
      await (await trainer?.catch(() => undefined))?.stop();
    },

    /** Takes one step, when nothing runs. */
    async step(): Promise<Update> {
      return await (await opened()).advance(1);
    },

    /** What each network says of an image of 28 × 28 pixels. */
    async classify(pixels: Uint8Array): Promise<(Classification | undefined)[]> {
      const { comparison } = await opened();
      const found: (Classification | undefined)[] = [];
      for (const competitor of comparison.competitors) found.push(await classified(competitor, pixels));
      return found;
    },

    async testImage(index: number): Promise<TestImage> {
      const { x, y } = (await opened()).comparison.data.test;
      const pixels = (x.data as Uint8Array).slice(index * 784, (index + 1) * 784);
      return transfer({ pixels, label: Number(y.data[index]) }, [pixels.buffer]);
    },
  };
}

/** Trainers of comparisons, which other pages may have trained meanwhile. */
const trainers = new WeakMap<Comparison, Trainer>();

/** The trainer of a comparison, which has looked at it as it is now. */
async function trainerOf(comparison: Comparison): Promise<Trainer> {
  const trainer = trainers.get(comparison) ?? new Trainer(comparison);
  trainers.set(comparison, trainer);
  const last = trainer.history.networks[0]!.looks.at(-1);
  if (!last || trainer.history.steps !== comparison.steps) await trainer.advance(0);
  return trainer;
}

function openedBy({ history, comparison: { competitors, data } }: Trainer): Opened {
  return {
    history,
    parameters: competitors.map(({ model }) => model.summary(() => {}).trainable),
    examples: data.train.x.shape[0]!,
    testExamples: data.test.x.shape[0]!,
    classes: data.train.classes!,
  };
}
