import type { Preset } from "../../frame/page.ts";
import type { ExperimentChoice } from "../../networks/fields.ts";

/** Comparisons that are known to show something: what they say has been seen. */
export const presets: readonly Preset<ExperimentChoice>[] = [
  {
    name: "With and without",
    settings: {},
    look: "After 100 steps, the network with batch norm names nine test images of ten; the other takes about three times as many. Compare by seconds too: a step with batch norm takes longer.",
  },
  {
    name: "Learning rate 4",
    settings: { learningRate: [4] },
    look: "Without batch norm the loss explodes and is no number any more after a few steps. With it, the same rate is rough at first, and then the network learns.",
  },
  {
    name: "Twelve sigmoid layers",
    settings: { activation: ["sigmoid"], depth: [12] },
    look: "Without batch norm nothing is learned: under Gradients, less than a millionth of the last layers’ gradient reaches the first. With it, the same network passes 90%.",
  },
  {
    name: "Small initial weights",
    settings: { initialScale: [0.3], depth: [6] },
    look: "Without batch norm the values fade from layer to layer, and the loss stays at 2.3, that of guessing. Batch norm takes the weights’ scale away: compare the layers under Pre-activations.",
  },
  {
    name: "Large initial weights",
    settings: { activation: ["tanh"], initialScale: [10], depth: [6] },
    look: "Without batch norm most units are driven to −1 or 1, where tanh is flat, and nothing is learned. With it, the network learns, if slowly.",
  },
  {
    name: "Small and large rate",
    settings: {
      networks: 4,
      placement: ["none", "before", "none", "before"],
      learningRate: [0.02, 0.02, 0.5, 0.5],
    },
    look: "With batch norm the rate matters less: at 0.02 as at 0.5 those networks are ahead of their twins without it in the first 100 steps.",
  },
  {
    name: "Before or after the activation",
    settings: { placement: ["before", "after"] },
    look: "Ioffe and Szegedy put it before the activation; after it does as well here, or a little better. Compare their distributions under Pre-activations.",
  },
  {
    name: "Batch sizes",
    settings: { networks: 4, placement: ["before"], batchSize: [4, 16, 64, 256] },
    look: "The fewer examples in a batch, the noisier its statistics and the slower the learning by steps. Compare by seconds: small batches take less of them.",
  },
  {
    name: "Batches of two",
    settings: { batchSize: [2] },
    fails: true,
    look: "Of two examples, batch norm leaves only which is larger: each value becomes about −1 or 1. The network with it stays far behind the one without.",
  },
  {
    name: "Stale statistics",
    settings: { placement: ["before"], momentum: [0.9, 0.999] },
    fails: true,
    look: "Both learn the same, step by step. But with momentum 0.999 the running statistics come too late: compare training against inference during the first 500 steps.",
  },
  {
    name: "Frozen",
    settings: { networks: 3, placement: ["none", "before", "before"], frozen: [false, true, false] },
    fails: true,
    look: "Frozen before it has seen anything, batch norm divides by 1 and shifts by 0: its curve lies on that of the network without it.",
  },
  {
    name: "Raw pixels",
    settings: { placement: ["none", "input"] },
    fails: true,
    look: "Batch norm on raw pixels learns faster than dividing by 255. Yet its test loss at inference goes up: pixels that are nearly always 0 have tiny running variances, and one stroke there becomes a huge value.",
  },
];
