import * as Plot from "@observablehq/plot";
import { isOnLogAxis, logTicks } from "evenkeel-experiments/figures";
import { svg } from "evenkeel-experiments/report";
import type { RunRecord } from "../compare/records.js";
import { type VariantName, variants } from "../compare/variants.js";
import { enumerated, roundPercent } from "../results/wording.js";
import type { Figure, FigureData, Panel } from "./figure.js";
import { colorOf, lineStyles } from "./palette.js";

/** A point of a learning curve. */
interface Point {
  epoch: number;
  seconds: number;
  value: number;
}

/** A variant's curves: each seed's, and the mean of those. */
interface Curves {
  variant: VariantName;
  seeds: Point[][];
  mean: Point[];
}

/** The share of mistakes of a network that has hardly learned: its curve is left out of the frame. */
const hardlyLearned = 0.6;

const size = { width: 460, height: 340, marginLeft: 52, marginRight: 16, marginTop: 14, marginBottom: 38 };

/** Test accuracy against epochs and against seconds. Undefined where no epoch was trained to its end. */
export function accuracyFigure({ settings, variants: shown, runs }: FigureData): Figure | undefined {
  const curves = curvesOf(shown, runs, (run) =>
    run.epochs.map(({ epoch, seconds, test }) => ({ epoch, seconds, value: 1 - test.accuracy })),
  ).filter(({ mean }) => mean.length > 0);
  if (curves.length === 0) return undefined;
  const target = 1 - settings.target;
  // A variant that learned nothing would press all others into the top of the frame.
  const [inFrame, below] = partition(curves, ({ mean }) => Math.min(...mean.map(itsValue)) < hardlyLearned);
  const errors = inFrame.flatMap(({ seeds, mean }) => [...seeds.flat(), ...mean].map(itsValue));
  const lowest = Math.max(1e-4, Math.min(target, ...errors.filter((error) => error > 0)));
  const ticks = [
    0.9, 0.8, 0.7, 0.5, 0.3, 0.2, 0.1, 0.07, 0.05, 0.04, 0.03, 0.02, 0.015, 0.01, 0.005, 0.002, 0.001,
  ];
  const absent = below.map(({ variant }) => variants[variant].title);
  const options: Plot.PlotOptions = {
    y: {
      type: "log",
      reverse: true,
      domain: [lowest * 0.92, Math.min(1, Math.max(...errors, target) * 1.05)],
      ticks: ticks.filter((error) => error > lowest * 0.92 && error < Math.max(...errors, target) * 1.05),
      labelArrow: "up",
      tickFormat: (error: number) => `${Number((100 - error * 100).toFixed(1))}`,
      label: "test accuracy, %",
      grid: true,
    },
    marks: [Plot.ruleY([target], { stroke: "currentColor", strokeDasharray: "1 3" })],
  };
  return {
    title: "Test accuracy",
    caption: `Left by epoch, right by seconds of training: batch norm has to win on the right to be worth its cost. Thick lines are means over the seeds, thin ones the seeds. The scale stretches the top, where the differences are: equal steps are equal factors in the share of mistakes.${absent.length > 0 ? ` Far below the frame: ${enumerated(absent)}.` : ""}`,
    rows: [byEpochAndSeconds(inFrame, options, target)],
  };
}

/** Training loss against epochs and against seconds. Undefined where there is no loss to draw: all diverged at once. */
export function lossFigure({ variants: shown, runs }: FigureData): Figure | undefined {
  const curves = curvesOf(shown, runs, (run) =>
    run.trace.map(({ epoch, seconds, loss }) => ({ epoch, seconds, value: loss })),
  );
  // A loss of exactly 0 has no place on the axis: its curve goes along the bottom.
  const losses = curves
    .flatMap(({ seeds, mean }) => [...seeds.flat(), ...mean].map(itsValue))
    .filter(isOnLogAxis);
  if (losses.length === 0) return undefined;
  const bottom = Math.min(...losses) * 0.9;
  // One wild step of unscaled pixels would press all other curves to the bottom.
  const top = Math.min(Math.max(...losses), Math.max(4, 10 * bottom));
  const options: Plot.PlotOptions = {
    y: {
      type: "log",
      domain: [bottom, top],
      clamp: true,
      ...logTicks(bottom, top),
      label: "training loss",
      grid: true,
    },
  };
  return {
    title: "Training loss",
    caption:
      "Mean over the steps since the point before, on batches as they were trained on. A curve that goes on falling while its test accuracy stands still is learning its training set by heart.",
    rows: [byEpochAndSeconds(curves, options)],
  };
}

/** The same curves on two axes. @param target the share of mistakes that is raced to; its curves have dots. */
function byEpochAndSeconds(curves: readonly Curves[], options: Plot.PlotOptions, target?: number): Panel[] {
  const named = (x: string) =>
    target === undefined || x === "seconds"
      ? []
      : [
          // On the left, where there are no accuracies before the first epoch's end.
          Plot.text([target], {
            y: (error: number) => error,
            text: (error: number) => `target ${roundPercent(1 - error)}`,
            frameAnchor: "left",
            textAnchor: "start",
            dx: 4,
            dy: -7,
            fillOpacity: 0.7,
          }),
        ];
  const axes = [
    { x: "epoch", label: "epoch", title: "by epoch" },
    { x: "seconds", label: "seconds of training", title: "by second" },
  ] as const;
  return axes.map(({ x, label, title }) => ({
    title,
    svg: svg({
      ...size,
      ...options,
      x: { label, labelAnchor: "right", nice: false, zero: true },
      marks: [
        ...(options.marks ?? []),
        ...named(x),
        ...curves.flatMap(({ variant, seeds }) =>
          seeds.map((points) =>
            Plot.line(points, {
              x,
              y: "value",
              stroke: colorOf(variant),
              strokeWidth: 0.7,
              strokeOpacity: 0.45,
            }),
          ),
        ),
        ...curves.flatMap(({ variant, mean }) => [
          Plot.line(mean, {
            x,
            y: "value",
            stroke: colorOf(variant),
            strokeWidth: 2.2,
            strokeDasharray: lineStyles[variant].dash,
          }),
          ...(target !== undefined
            ? [Plot.dot(mean, { x, y: "value", fill: colorOf(variant), r: 2.6 })]
            : []),
        ]),
      ],
    }),
  }));
}

function curvesOf(
  shown: readonly VariantName[],
  runs: readonly RunRecord[],
  points: (run: RunRecord) => Point[],
): Curves[] {
  return shown.map((variant) => {
    const seeds = runs.filter((run) => run.variant === variant).map(points);
    const longest = Math.max(0, ...seeds.map((seed) => seed.length));
    const mean = Array.from({ length: longest }, (_, index) => {
      const there = seeds.flatMap((seed) => seed[index] ?? []);
      const average = (name: keyof Point) =>
        there.reduce((sum, point) => sum + point[name], 0) / there.length;
      return { epoch: average("epoch"), seconds: average("seconds"), value: average("value") };
    });
    return { variant, seeds: seeds.length > 1 ? seeds : [], mean };
  });
}

function itsValue({ value }: Point): number {
  return value;
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
