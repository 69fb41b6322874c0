import type { Axis, Mark, Place, Plot } from "./figure.js";
import { linearTicks, logTicks, type Ticks, ticksAt } from "./ticks.js";

/** An axis with everything decided. */
export type DrawnAxis = NumberAxis | BandAxis;

/** An axis of numbers. */
export interface NumberAxis extends Ticks {
  scale: "linear" | "log";
  label: string;
  domain: readonly [number, number];
  /** Whether the domain was asked for, so that marks may lie outside. */
  cut: boolean;
}

/** An axis of names, each with a band of its own. */
export interface BandAxis {
  scale: "band";
  label: string;
  domain: readonly string[];
}

/** What an axis must show: numbers from and to, or names. */
export interface Need {
  /** Undefined where nothing has a place on the axis. */
  extent?: readonly [number, number];
  names: readonly string[];
  /** Whether something on it begins at 0, which then is the axis' end. */
  fromZero: boolean;
}

/** Room beside the marks, a share of the domain. */
const margin = 0.04;

/** Whether a value has a place on the axis. */
export function hasPlace(value: Place | null | undefined, { scale }: Pick<Axis, "scale">): value is Place {
  if (typeof value === "string") return scale === "band";
  return typeof value === "number" && Number.isFinite(value) && (scale !== "log" || value > 0);
}

/** What a plot's marks need of its axis. */
export function needOf({ marks, ...axes }: Pick<Plot, "x" | "y" | "marks">, which: "x" | "y"): Need {
  const axis = axes[which];
  const places = marks
    .flatMap((mark) => placesOf(mark, which, axis.scale))
    .filter((place) => hasPlace(place, axis));
  const numbers = places.filter((place) => typeof place === "number");
  const fromZero =
    axis.scale !== "log" &&
    which === "y" &&
    marks.some(({ type }) => type === "bars" || type === "histogram");
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of fromZero ? [0, ...numbers] : numbers) {
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  return {
    ...(low <= high && { extent: [low, high] as const }),
    names: [...new Set(places.map(String))],
    fromZero,
  };
}

/** Where lines, dots and bars have something along x. */
export function pointPlaces({ marks }: Pick<Plot, "marks">): Place[] {
  return marks.flatMap((mark) =>
    mark.type !== "heat" && "points" in mark ? mark.points.map(({ x }) => x) : [],
  );
}

/**
 * Decides an axis: its domain is what was asked for, or what is needed and a little more. What was asked for does not
 * count where nothing would be seen.
 *
 * @param places where something is: a logarithmic axis has its ticks there, if they are few, and a linear one none
 * between whole numbers.
 */
export function drawnAxis(axis: Axis, need: Need, places: readonly Place[] = []): DrawnAxis {
  const { label, scale = "linear", domain: asked } = axis;
  if (scale === "band") return { scale, label, domain: need.names };
  const cut = asked !== undefined && isFit(asked, axis, need);
  const domain = cut ? asked : widened(need, scale);
  const ticks =
    scale === "log"
      ? (ticksAt(places, domain) ?? logTicks(...domain))
      : linearTicks(...domain, { whole: places.length > 0 && places.every(Number.isInteger) });
  return { scale, label, domain, cut, ...ticks };
}

function isFit([from, to]: readonly [number, number], axis: Axis, { extent }: Need): boolean {
  const isDomain = from < to && [from, to].every((end) => hasPlace(end, axis));
  return isDomain && (!extent || (extent[0] <= to && extent[1] >= from));
}

/**
 * The needs of axes that are to be compared: axes of one label and one kind share what they show, unless one of them
 * would then use too little of its length.
 *
 * @param least the share of its length that each must use.
 */
export function sharedNeeds(axes: readonly Axis[], needs: readonly Need[], least: number): Need[] {
  return axes.map((axis, index) => {
    const need = needs[index]!;
    const alike = needs.filter(
      (_, other) =>
        axes[other]!.label === axis.label && axes[other]!.scale === axis.scale && !axes[other]!.domain,
    );
    if (axis.domain || alike.length < 2) return need;
    const extents = alike.flatMap(({ extent }) => (extent ? [extent] : []));
    if (axis.scale === "band") return { ...need, names: [...new Set(alike.flatMap(({ names }) => names))] };
    const to = axis.scale === "log" ? Math.log : (value: number) => value;
    const length = ([low, high]: readonly [number, number]) => to(high) - to(low);
    const union = [
      Math.min(...extents.map(([low]) => low)),
      Math.max(...extents.map(([, high]) => high)),
    ] as const;
    const comparable = extents.every(
      (extent) => length(extent) === 0 || length(extent) >= least * length(union),
    );
    return comparable && extents.length > 0 ? { ...need, extent: union } : need;
  });
}

function widened({ extent, fromZero }: Need, scale: "linear" | "log"): [number, number] {
  if (!extent) return scale === "log" ? [1, 10] : [0, 1];
  const [low, high] = extent;
  if (scale === "log") {
    const factor = low === high ? 3 : (high / low) ** margin;
    return [low / factor, high * factor];
  }
  const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * margin;
  return [fromZero && low === 0 ? 0 : low - room, fromZero && high === 0 ? 0 : high + room];
}

/** All places along an axis where a mark has something. */
function placesOf(mark: Mark, which: "x" | "y", scale: Axis["scale"]): (Place | null | undefined)[] {
  switch (mark.type) {
    case "line":
    case "dots":
      return mark.points.map((point) => point[which]);
    case "bars":
      return which === "x"
        ? barPlaces(mark.points, scale)
        : mark.points.flatMap(({ y, low, high }) => [y, low, high]);
    case "band":
      return mark.points.flatMap(({ x, low, high }) => (which === "x" ? [x] : [low, high]));
    case "histogram":
      return [...(which === "x" ? mark.edges : mark.heights)];
    case "heat":
      return [];
    case "rule":
      return mark.axis === which ? [mark.at] : [];
  }
}

/** Bars need half the room between two of them on both sides. */
function barPlaces(points: readonly { x: Place }[], scale: Axis["scale"]): Place[] {
  const log = scale === "log";
  const places = points.map(({ x }) => x);
  const numbers = places.filter((x) => typeof x === "number" && (!log || x > 0)) as number[];
  if (scale === "band" || numbers.length < 2) return places;
  const [to, from] = log ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value];
  const sorted = numbers.map(to).sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, index) => place - sorted[index]!);
  const half = Math.min(...gaps.filter((gap) => gap > 0)) / 2;
  if (!Number.isFinite(half)) return places;
  return [...places, from(sorted[0]! - half), from(sorted.at(-1)! + half)];
}
