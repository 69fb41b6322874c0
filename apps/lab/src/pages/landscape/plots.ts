import type { Axis, Mark, Plot } from "evenkeel-experiments";
import type { Landscape, LandscapeLook } from "./measure.ts";

/** Values that span more than this are drawn on a logarithmic axis. */
const widest = 10;

/** What is drawn of one network's landscape, along the gradient. */
export interface AlongPlots {
  loss: Plot;
  gradient: Plot;
}

/**
 * Loss and change of the gradient along the gradient.
 *
 * @param names of the networks, in their order.
 * @param learningRates theirs, in which the steps are counted.
 */
export function alongPlots(
  look: LandscapeLook,
  names: readonly string[],
  { learningRates, scale }: { learningRates: readonly number[]; scale: "linear" | "log" },
): AlongPlots {
  const x: Axis = { label: "step along the gradient, in learning rates", scale };
  const lines = (value: (landscape: Landscape) => Curve): Mark[] =>
    look.networks.flatMap((landscape, index): Mark[] => {
      if (!landscape) return [];
      const { start, values } = value(landscape);
      const points = landscape.along.points.map(({ stepSize }, point) => ({
        // The probe counts in steps of training; a factor has no more digits than these.
        x: Number((stepSize / learningRates[index]!).toPrecision(6)),
        y: values[point]!,
      }));
      const all = scale === "log" ? points : [{ x: 0, y: start }, ...points];
      return [{ type: "line", series: names[index]!, points: all, dots: true }];
    });
  return {
    loss: plot("Loss along the gradient", x, "loss", lines(lossCurve)),
    gradient: plot(
      "Change of the gradient along it",
      x,
      "‖∇L(w) − ∇L(w − ηg)‖",
      lines(({ along }) => ({ start: 0, values: along.points.map((point) => point.gradientDistance) })),
    ),
  };
}

interface Curve {
  /** At the weights as they are. */
  start: number;
  values: (number | null)[];
}

function lossCurve({ along }: Landscape): Curve {
  return { start: along.loss, values: along.points.map(({ loss }) => loss) };
}

/** What is drawn over the training. */
export interface CoursePlots {
  loss: Plot;
  predictiveness: Plot;
  smoothness: Plot;
}

/**
 * Range of the loss, range of the gradient's change, and effective β-smoothness over the training.
 *
 * @param names of the networks, in their order.
 * @param every how many steps lie between two looks: the axis has room for the next one after the first.
 */
export function coursePlots(
  looks: readonly LandscapeLook[],
  names: readonly string[],
  every: number,
): CoursePlots {
  const first = looks[0]?.step ?? 0;
  const x: Axis = {
    label: "training step",
    domain: [first, Math.max(first + every, looks.at(-1)?.step ?? 0)],
  };
  const course = (index: number) =>
    looks.flatMap(({ step, networks }) => (networks[index] ? [{ step, landscape: networks[index] }] : []));
  const bands = (range: "loss" | "predictiveness") =>
    names.flatMap((series, index): Mark[] => {
      const points = course(index).flatMap(({ step, landscape }) =>
        landscape[range] ? [{ x: step, ...landscape[range] }] : [],
      );
      // A band of one look would not be seen, so both its edges are drawn.
      return [
        { type: "band", series, points },
        { type: "line", series, thin: true, points: points.map(({ x, low }) => ({ x, y: low })) },
        { type: "line", series, thin: true, points: points.map(({ x, high }) => ({ x, y: high })) },
      ];
    });
  const lines = (value: (landscape: Landscape) => number | undefined) =>
    names.map((series, index): Mark => {
      const points = course(index).map(({ step, landscape }) => ({ x: step, y: value(landscape) ?? null }));
      return { type: "line", series, points };
    });
  return {
    loss: plot("Range of the loss along the gradient", x, "loss", [
      ...bands("loss"),
      ...lines(({ along }) => along.loss),
    ]),
    predictiveness: plot("Gradient predictiveness", x, "‖∇L(w) − ∇L(w − ηg)‖", bands("predictiveness")),
    smoothness: plot(
      "Effective β-smoothness",
      x,
      "effective β",
      lines(({ smoothness }) => smoothness),
    ),
  };
}

function plot(title: string, x: Axis, label: string, marks: readonly Mark[]): Plot {
  const values = marks.flatMap(valuesOf).filter((value) => value > 0 && Number.isFinite(value));
  const isWide = Math.max(...values) > widest * Math.min(...values);
  return { type: "plot", title, x, y: { label, scale: isWide ? "log" : "linear" }, marks };
}

function valuesOf(mark: Mark): number[] {
  if (mark.type === "band") return mark.points.flatMap(({ low, high }) => [low, high]);
  if (mark.type !== "line") return [];
  return mark.points.flatMap(({ y }) => (y === null ? [] : [y]));
}
