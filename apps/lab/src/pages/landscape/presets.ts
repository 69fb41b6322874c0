import type { Preset } from "../../frame/page.ts";
import type { Settings } from "./settings.ts";

/** Each sentence says what comes out, and was checked against it. */
export const presets: readonly Preset<Settings>[] = [
  {
    name: "At the start",
    settings: {},
    look: "The network without batch norm begins on a plateau: its loss and its gradient hardly change along the step, less than the other's. Train 50 steps, and it is the other way round.",
  },
  {
    name: "After 100 steps",
    settings: { steps: 100 },
    look: "Behind the plateau, the gradient of the network without batch norm changes several times as much along the step, and at the far end the loss has risen; with batch norm it is less than half there.",
  },
  {
    name: "A thousand learning rates out",
    settings: { steps: 20, from: 0.01, to: 1000, points: 20, scale: "log" },
    look: "Far out the loss without batch norm is in the hundred thousands or more. With batch norm it is about a hundred: larger weights are divided out again.",
  },
  {
    name: "Too large a rate",
    settings: { learningRate: [3], steps: 20, every: 1 },
    look: "Without batch norm the first steps lead to losses of millions and more, and then to a plateau near 2.3, which the training does not leave. With batch norm it goes on.",
    fails: true,
  },
  {
    name: "Deep, with large weights",
    settings: { depth: [10], initialScale: [2] },
    look: "Ten layers multiply what each of them does: without batch norm the loss grows to a hundred million within four learning rates. The first steps of training end it.",
    fails: true,
  },
  {
    name: "Flat, and not learning",
    settings: { depth: [6], activation: ["sigmoid"], steps: 100 },
    look: "Six layers of sigmoids without batch norm stay at a loss of 2.3, with a smoothness like the other's. A smooth landscape is not enough to learn on.",
    fails: true,
  },
  {
    name: "Batches of two",
    settings: { batchSize: [2], steps: 20, every: 1 },
    look: "Here the network with batch norm has the rougher landscape: of two values x̂ is about ±1, however near they lie. Its gradient is several times as long, and changes as much more.",
    fails: true,
  },
  {
    name: "Frozen",
    settings: { frozen: [true], steps: 20 },
    look: "Frozen with the statistics that it began with, 0 and 1, batch norm does nothing: both landscapes are nearly the same.",
    fails: true,
  },
];
