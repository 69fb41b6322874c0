import { divisorOf, shortcutVariance, statisticsOf } from "./normalization.ts";
import { written } from "./numbers.ts";
import type { Settings } from "./page.ts";
import type { Work } from "./work.ts";

/** Something to know of this batch. */
export interface Note {
  title: string;
  text: string;
  /** Whether something goes wrong. */
  warns: boolean;
}

/** What is to be said of this batch in this mode. */
export function notesOn(settings: Settings, work: Work): Note[] {
  const rules = settings.mode === "training" ? [one, two, same, largeEpsilon] : [farOff, oneAtInference];
  return [...rules, shortcut].flatMap((rule) => rule(settings, work) ?? []);
}

type Rule = (settings: Settings, work: Work) => Note | undefined;

const one: Rule = ({ values, beta }) => {
  if (values.length !== 1) return undefined;
  return {
    title: "A batch of one",
    text: `The mean is the value itself: x − mean = ${written(values[0]!, 12)} − ${written(values[0]!, 12)} = 0, whatever the value is, so y = beta = ${written(beta)}. Nothing about the example is left, and nothing can be learned from it. Keras gives beta without a word; PyTorch stops with an error. Evenkeel refuses to train with batches of one before it begins, and a lone example at the end of an epoch joins the batch before it.`,
    warns: true,
  };
};

const two: Rule = ({ values, epsilon }, { batch, points }) => {
  if (values.length !== 2 || batch.variance === 0) return undefined;
  const half = Math.abs(values[1]! - values[0]!) / 2;
  return {
    title: "A batch of two",
    text: `Both values are ${written(half)} from their mean, which is their standard deviation, too: x̂ = ±${written(half)} / √(${written(half ** 2)} + ${written(epsilon)}) = ±${written(Math.abs(points[0]!.standardised))}. Wherever they are, they come out in the same two places, as long as epsilon is small beside their variance; all that is left is which of them is larger.`,
    warns: true,
  };
};

const same: Rule = ({ values, epsilon, beta }, { batch }) => {
  if (values.length === 1 || batch.variance > 0) return undefined;
  return {
    title: "All values are the same",
    text: `The variance is 0, and 0 / √0 is no number. With epsilon it is 0 / √(0 + ${written(epsilon)}) = 0, so y = beta = ${written(beta)}. A pixel that is black in all images of a batch is such a channel.`,
    warns: false,
  };
};

const largeEpsilon: Rule = (settings, { batch }) => {
  const deviation = Math.sqrt(batch.variance);
  const comesOut = deviation / divisorOf(batch, settings);
  if (batch.variance === 0 || comesOut > 0.95) return undefined;
  return {
    title: "Epsilon is not small here",
    text: `Beside a variance of ${written(batch.variance)}, an epsilon of ${written(settings.epsilon)} counts: x̂ has a standard deviation of ${written(comesOut, 3)} instead of 1.`,
    warns: true,
  };
};

const farOff: Rule = ({ values }, { points, batch, running }) => {
  const { mean, variance } = statisticsOf(points.map(({ standardised }) => standardised));
  const deviation = Math.sqrt(variance);
  const fits =
    values.length === 1 ? Math.abs(mean) < 3 : Math.abs(mean) < 0.5 && deviation > 2 / 3 && deviation < 1.5;
  if (fits) return undefined;
  const cameOut =
    values.length === 1
      ? `x̂ of the one value is ${written(mean, 3)}, far outside of what these statistics stand for`
      : `x̂ has mean ${written(mean, 3)} and standard deviation ${written(deviation, 3)} instead of 0 and 1`;
  return {
    title: "The running statistics are far from this batch",
    text: `They say mean ${written(running.mean)} and variance ${written(running.variance)}; the batch has ${written(batch.mean)} and ${written(batch.variance)}. So ${cameOut}, and whatever follows the layer sees numbers that it never saw in training. Either the statistics are stale (too few steps, see below), or this batch is of another kind than those they were learned from.`,
    warns: true,
  };
};

const oneAtInference: Rule = ({ values }) => {
  if (values.length !== 1) return undefined;
  return {
    title: "A batch of one",
    text: "At inference that is no trouble: the running statistics do not come from this batch, so each value is mapped alone, the same in any company.",
    warns: false,
  };
};

const shortcut: Rule = ({ values }, { batch }) => {
  const careless = shortcutVariance(values);
  if (batch.variance === 0 || Math.abs(careless - batch.variance) < 0.05 * batch.variance) return undefined;
  return {
    title: "A large mean beside a small spread",
    text: `The variance is ${written(batch.variance)}. By the short formula mean(x²) − mean(x)², in the 32-bit numbers that networks compute with, it would be ${written(careless)}: what tells the values apart is lost in their large squares. Evenkeel subtracts something near the mean before anything else is computed.`,
    warns: false,
  };
};
