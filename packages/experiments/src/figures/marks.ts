import * as Plot from "@observablehq/plot";
import type { Mark, Place, Point } from "./figure.js";
import { type DrawnAxis, hasPlace } from "./frame.js";
import { heatMark } from "./heat.js";
import type { SeriesStyle } from "./series.js";
import { thinned } from "./thinning.js";

/** What marks are drawn into. */
export interface Frame {
  x: DrawnAxis;
  y: DrawnAxis;
  /** The inner width, without margins. */
  width: number;
  styles: ReadonlyMap<string, SeriesStyle>;
  /** Series that have bars, in the order in which they stand side by side. */
  barSeries: readonly string[];
}

/** The share of a band, or of the room between two numbers, that stays empty. */
export const bandPadding = 0.2;

const widestBar = 44;

/** What is drawn later covers what is drawn before. */
const layers: readonly Mark["type"][] = ["heat", "band", "histogram", "bars", "rule", "line", "dots"];

/** The marks from back to front: thin lines behind thick ones. */
export function inLayers(marks: readonly Mark[]): Mark[] {
  const layer = (mark: Mark) => layers.indexOf(mark.type) - (mark.type === "line" && mark.thin ? 0.5 : 0);
  return [...marks].sort((a, b) => layer(a) - layer(b));
}

/** Draws one mark. */
export function drawMark(mark: Mark, frame: Frame): Plot.Markish[] {
  switch (mark.type) {
    case "line":
      return line(mark, frame);
    case "band":
      return band(mark, frame);
    case "dots":
      return [dots(placed(mark.points, frame), frame, { ...styleOf(mark, frame), r: 3.2 })];
    case "bars":
      return bars(mark, frame);
    case "histogram":
      return histogram(mark, frame);
    case "heat":
      return [heatMark(mark)];
    case "rule":
      return rule(mark, frame);
  }
}

function line(mark: Mark & { type: "line" }, frame: Frame): Plot.Markish[] {
  const { color, dash } = styleOf(mark, frame);
  // What has no place on the axis leaves a gap.
  const points = thinned(
    mark.points.map((point) => (isPlaced(point, frame) ? point : { ...point, y: null })),
  );
  const there = placed(points, frame);
  const drawn = Plot.line(
    points.filter(({ x }) => hasPlace(x, frame.x)).map(({ x, y }) => ({ x: name(x, frame), y })),
    {
      x: "x",
      y: "y",
      stroke: color,
      strokeDasharray: dash,
      strokeWidth: mark.thin ? 0.7 : 2,
      strokeOpacity: mark.thin ? 0.45 : 1,
      clip: isCut(frame),
    },
  );
  // A line of a single point would not be seen.
  const dotted = mark.dots || there.length === 1;
  const look = mark.thin ? { color, r: 1.4, opacity: 0.45 } : { color, r: 2.8 };
  return dotted ? [drawn, dots(there, frame, look)] : [drawn];
}

function band(mark: Mark & { type: "band" }, frame: Frame): Plot.Markish[] {
  const { color } = styleOf(mark, frame);
  const points = mark.points.map(({ x, low, high }) => {
    const there = [low, high].every((value) => hasPlace(value, frame.y));
    return { x, low: there ? low : null, high: there ? high : null };
  });
  return [
    Plot.areaY(
      points.filter(({ x }) => hasPlace(x, frame.x)),
      { x: "x", y1: "low", y2: "high", fill: color, fillOpacity: 0.18, clip: isCut(frame) },
    ),
  ];
}

/** Those within the frame: cut in halves at its edge, they would look like something else. */
function dots(
  points: readonly { x: Place; y: number }[],
  { x, y }: Frame,
  look: { color: string; r: number; opacity?: number },
): Plot.Markish {
  const inside = points.filter((point) => isWithin(point.x, x) && isWithin(point.y, y));
  return Plot.dot(inside, { x: "x", y: "y", r: look.r, fill: look.color, fillOpacity: look.opacity ?? 1 });
}

function isWithin(place: Place, axis: DrawnAxis): boolean {
  if (axis.scale === "band") return true;
  return Number(place) >= axis.domain[0] && Number(place) <= axis.domain[1];
}

function bars(mark: Mark & { type: "bars" }, frame: Frame): Plot.Markish[] {
  const { color } = styleOf(mark, frame);
  const points = placed(mark.points, frame);
  const among = Math.max(1, frame.barSeries.length);
  const room = barRoom(frame, mark.points);
  const barWidth = Math.min(widestBar, room / among);
  // From the middle of the place to the middle of this series' bar.
  const dx = (frame.barSeries.indexOf(mark.series) - (among - 1) / 2) * barWidth;
  const clip = isCut(frame);
  const bar = Plot.ruleX(points, {
    x: "x",
    y1: bottomOf(frame),
    y2: "y",
    dx,
    stroke: color,
    strokeOpacity: 0.85,
    strokeWidth: Math.max(1, barWidth * 0.92),
    clip,
  });
  const spread = points.filter(
    (point): point is typeof point & { low: number; high: number } =>
      hasPlace(point.low, frame.y) && hasPlace(point.high, frame.y),
  );
  if (spread.length === 0) return [bar];
  return [
    bar,
    Plot.ruleX(spread, { x: "x", y1: "low", y2: "high", dx, stroke: "currentColor", strokeWidth: 1.4, clip }),
  ];
}

function histogram(mark: Mark & { type: "histogram" }, frame: Frame): Plot.Markish[] {
  const { color } = styleOf(mark, frame);
  const bins = mark.heights.flatMap((height, index) => {
    const [from, to] = [mark.edges[index], mark.edges[index + 1]];
    const there = hasPlace(from, frame.x) && hasPlace(to, frame.x) && hasPlace(height, frame.y);
    return there ? [{ from: Number(from), to: Number(to), height }] : [];
  });
  const bottom = bottomOf(frame);
  const outline = bins.flatMap(({ from, to, height }) => [
    { x: from, y: height },
    { x: to, y: height },
  ]);
  const ends = outline.length > 0 ? [outline[0]!, outline.at(-1)!] : [];
  const clip = isCut(frame);
  return [
    Plot.areaY(outline, { x: "x", y1: bottom, y2: "y", fill: color, fillOpacity: 0.22, clip }),
    Plot.line(
      ends.length > 0 ? [{ x: ends[0]!.x, y: bottom }, ...outline, { x: ends[1]!.x, y: bottom }] : [],
      { x: "x", y: "y", stroke: color, strokeWidth: 1.4, strokeLinejoin: "miter", clip },
    ),
  ];
}

function rule({ at, axis }: Mark & { type: "rule" }, frame: Frame): Plot.Markish[] {
  if (!hasPlace(at, frame[axis])) return [];
  const look = { stroke: "currentColor", strokeOpacity: 0.7, strokeDasharray: "3 3", clip: isCut(frame) };
  return [axis === "x" ? Plot.ruleX([at], look) : Plot.ruleY([at], look)];
}

/** The words of rules, which stand before everything else. */
export function ruleLabels(marks: readonly Mark[], frame: Frame): Plot.Markish[] {
  return marks.flatMap((mark) => {
    if (mark.type !== "rule" || !mark.label || !hasPlace(mark.at, frame[mark.axis])) return [];
    if (!isWithin(mark.at, frame[mark.axis])) return [];
    const look = { text: [mark.label], fill: "currentColor", stroke: "var(--ground)", strokeWidth: 4 };
    // On the side where there is room.
    const side = isNearEnd(mark.at, frame.x) ? { textAnchor: "end", dx: -4 } : { textAnchor: "start", dx: 4 };
    return mark.axis === "x"
      ? Plot.text([mark.at], {
          ...look,
          ...side,
          x: [mark.at],
          frameAnchor: "top",
          dy: 2,
        } as Plot.TextOptions)
      : Plot.text([mark.at], {
          ...look,
          y: [mark.at],
          frameAnchor: "right",
          textAnchor: "end",
          dx: -3,
          dy: -8,
        });
  });
}

function isNearEnd(at: number, axis: DrawnAxis): boolean {
  if (axis.scale === "band") return false;
  const to = axis.scale === "log" ? Math.log : (value: number) => value;
  const [low, high] = axis.domain;
  return to(at) - to(low) > 0.7 * (to(high) - to(low));
}

function styleOf({ series }: { series: string }, { styles }: Frame): SeriesStyle {
  return styles.get(series) ?? { color: "currentColor" };
}

/** The points that have a place on both axes. */
function placed<P extends Point>(points: readonly P[], frame: Frame): (P & { y: number })[] {
  return points
    .filter((point): point is P & { y: number } => isPlaced(point, frame))
    .map((point) => ({ ...point, x: name(point.x, frame) }));
}

function isPlaced({ x, y }: Point, frame: Frame): boolean {
  return hasPlace(x, frame.x) && hasPlace(y, frame.y);
}

/** On a band axis numbers are names too. */
function name(x: Place, frame: Frame): Place {
  return frame.x.scale === "band" ? String(x) : x;
}

/** Where bars and histograms begin: at 0, or at the axis' end where 0 has no place. */
function bottomOf({ y }: Frame): number {
  if (y.scale === "band") return 0;
  const [low, high] = y.domain;
  return y.scale === "log" ? low : Math.min(Math.max(0, low), high);
}

/** How wide the bars of one place may be together. */
function barRoom({ x, width, barSeries }: Frame, points: readonly Point[]): number {
  const share = 1 - bandPadding;
  if (x.scale === "band") return (width / (x.domain.length + bandPadding)) * share;
  const to = x.scale === "log" ? Math.log : (value: number) => value;
  const places = points.filter((point) => hasPlace(point.x, x)).map((point) => to(Number(point.x)));
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, index) => place - sorted[index]!);
  if (gaps.length === 0) return widestBar * barSeries.length;
  return (Math.min(...gaps) / (to(x.domain[1]) - to(x.domain[0]))) * width * share;
}

/** Marks are cut off at the frame where the domain was asked for. */
function isCut({ x, y }: Frame): boolean {
  return [x, y].some((axis) => axis.scale !== "band" && axis.cut);
}
