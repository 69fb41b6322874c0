import type { Mark, Plot } from "evenkeel-experiments/figures";
import { smoothed } from "../../../networks/trace.ts";
import { type Along, alongAxis, alongLabels, ends, hasBegun, type Shown, spoken } from "./shown.ts";

/** A plot, and what it says in words. */
export interface Spoken {
  plot: Plot;
  label: string;
}

/** Losses above this are cut off on an axis that is not logarithmic, where there are any. */
const mostLoss = 5;

/** The loss of the training's batches: every step faint, and smoothed. */
export function lossPlot(networks: readonly Shown[], along: Along, logarithmic: boolean): Spoken {
  const highest = Math.max(
    0,
    ...networks.flatMap(({ history }) => history.trace.points.map(({ high }) => high)),
  );
  const marks = networks.flatMap(({ letter, history }): Mark[] => {
    const { points } = history.trace;
    const means = smoothed(points, "loss");
    return [
      {
        type: "line",
        series: `${letter} raw`,
        thin: true,
        points: points.flatMap(({ [along]: x, low, high }) =>
          low === high
            ? [{ x, y: low }]
            : [
                { x, y: low },
                { x, y: high },
              ],
        ),
      },
      {
        type: "line",
        series: letter,
        points: points.map(({ [along]: x }, index) => ({ x, y: means[index]! })),
      },
    ];
  });
  const cut = !logarithmic && highest > 2 * mostLoss;
  return {
    plot: {
      type: "plot",
      title: `Training loss by ${along === "step" ? "step" : "second"}`,
      x: alongAxis(networks, along),
      y: {
        label: "training loss",
        scale: logarithmic ? "log" : "linear",
        ...(cut && { domain: [0, mostLoss] as const }),
      },
      marks: [...marks, ...ends(networks, along)],
    },
    label: `Training loss by ${alongLabels[along]}; now ${spoken(networks, (network) =>
      smoothed(network.history.trace.points, "loss").at(-1),
    )}`,
  };
}

/** Accuracy on test images, and thin the smoothed one of the training's batches. */
export function accuracyPlot(networks: readonly Shown[], along: Along): Spoken {
  const marks = networks.flatMap(({ letter, history }): Mark[] => {
    const { points } = history.trace;
    const means = smoothed(points, "accuracy");
    return [
      {
        type: "line",
        series: `${letter} raw`,
        thin: true,
        points: points.map(({ [along]: x }, index) => ({ x, y: 100 * means[index]! })),
      },
      {
        type: "line",
        series: letter,
        points: history.looks.map(({ [along]: x, test }) => ({ x, y: 100 * test.accuracy })),
      },
    ];
  });
  return {
    plot: {
      type: "plot",
      title: `Accuracy by ${along === "step" ? "step" : "second"}`,
      x: alongAxis(networks, along),
      y: { label: "accuracy on test images, %", ...(!hasBegun(networks) && { domain: [0, 100] as const }) },
      marks: [...marks, ...ends(networks, along)],
    },
    label: `Accuracy on test images in percent, by ${alongLabels[along]}; now ${spoken(
      networks,
      (network) => {
        const last = network.history.looks.at(-1);
        return last && 100 * last.test.accuracy;
      },
    )}`,
  };
}

/** The same test images in training mode and in inference mode: one network. */
export function modesPlot(network: Shown, of: "accuracy" | "loss"): Spoken {
  const { letter, name, history } = network;
  const factor = of === "accuracy" ? 100 : 1;
  const seen = history.looks.flatMap(({ step, modes }) =>
    modes
      ? [{ x: step, training: factor * modes.training[of], inference: factor * modes.inference[of] }]
      : [],
  );
  const last = seen.at(-1);
  const unit = of === "accuracy" ? "accuracy on test images, %" : "loss on test images";
  return {
    plot: {
      type: "plot",
      title: `${letter}: ${name}`,
      x: alongAxis([network], "step"),
      y: { label: unit },
      marks: [
        {
          type: "band",
          series: `${letter} raw`,
          points: seen.map(({ x, training, inference }) => ({
            x,
            low: Math.min(training, inference),
            high: Math.max(training, inference),
          })),
        },
        {
          type: "line",
          series: "training mode",
          points: seen.map(({ x, training }) => ({ x, y: training })),
        },
        {
          type: "line",
          series: `${letter} raw`,
          points: seen.map(({ x, inference }) => ({ x, y: inference })),
        },
      ],
    },
    label: last
      ? `${letter}: ${unit}: now ${last.training.toPrecision(3)} in training mode, ${last.inference.toPrecision(3)} in inference mode`
      : `${letter}: ${unit}: nothing yet`,
  };
}
