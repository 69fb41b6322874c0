import * as Plot from "@observablehq/plot";
import type { Axis, Figure, Plot as PlotPanel } from "./figure.js";
import {
  type BandAxis,
  type DrawnAxis,
  drawnAxis,
  type Need,
  needOf,
  pointPlaces,
  sharedNeeds,
} from "./frame.js";
import { heatMarginRight } from "./heat.js";
import { bandPadding, drawMark, inLayers, ruleLabels } from "./marks.js";
import type { SeriesStyle } from "./series.js";

/** How a plot is drawn. */
export interface DrawOptions {
  /** What makes the elements: the browser's document, or one in software. */
  document: Document;
  /** What is read out in place of the plot. Default its title. */
  label?: string;
  /**
   * What the ids within the drawing begin with. Plots of one page need different ones, since a reference finds the
   * first of its name. Default `plot`.
   */
  id?: string;
  /** From `seriesStyles(figure)`. A series without a style has the text's colour. */
  styles: ReadonlyMap<string, SeriesStyle>;
  /** What the axes must show, from `needsOf(figure)`. Default: what this plot's marks need. */
  needs?: Needs;
  /** In pixels; the text has 11. Default 400 × 270. */
  width?: number;
  height?: number;
}

/** What both axes of a plot must show. */
export interface Needs {
  x: Need;
  y: Need;
}

const fontSize = 11;

/** About how wide a character is. */
const characterWidth = 0.56 * fontSize;

/**
 * Draws a plot. Values that are null, and on a log axis those not above 0, are left out: lines have a gap there. What
 * lies outside a domain that the axis asks for is cut off at the frame. The page must define the colours
 * (`seriesColorRules`), and `--ground`, which is behind everything.
 */
export function drawPlot(plot: PlotPanel, options: DrawOptions): SVGSVGElement {
  const { document, styles, label = plot.title, id = "plot", width = 400, height = 270 } = options;
  const shown = withHeatAxes(plot);
  const needs = options.needs ?? { x: needOf(shown, "x"), y: needOf(shown, "y") };
  const x = drawnAxis(shown.x, needs.x, pointPlaces(shown));
  const y = drawnAxis(shown.y, needs.y);
  const hasHeat = plot.marks.some(({ type }) => type === "heat");
  const marginRight = hasHeat ? heatMarginRight : 14;
  const labels = x.scale === "band" ? bandLabels(x, width - 60 - marginRight) : undefined;
  const marginLeft = Math.max(tickRoom(y), labels?.left ?? 0);
  const marginBottom = (labels?.height ?? 18) + (x.label ? 24 : 8);
  const barSeries = [...new Set(shown.marks.flatMap((mark) => (mark.type === "bars" ? [mark.series] : [])))];
  const frame = { x, y, width: width - marginLeft - marginRight, styles, barSeries };
  const drawn = Plot.plot({
    document,
    // A name of its own for every plot, as Plot makes by default, would make two equal pages differ.
    className: "plot",
    ariaLabel: label,
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: 26,
    marginBottom,
    style: { fontSize: `${fontSize}px` },
    x: { ...scaleOf(x), axis: null },
    y: { ...scaleOf(y), axis: null, reverse: hasHeat },
    marks: [
      ...(hasHeat ? [] : [grid(y)]),
      Plot.axisX({
        ...tickOptions(x),
        ...labels?.options,
        label: x.label || null,
        labelOffset: marginBottom - 6,
      }),
      Plot.axisY({ ...tickOptions(y), label: y.label || null, tickSize: hasHeat ? 3 : 0 }),
      ...inLayers(shown.marks).flatMap((mark) => drawMark(mark, frame)),
      ...ruleLabels(shown.marks, frame),
    ],
  } as Plot.PlotOptions) as SVGSVGElement;
  drawn.setAttribute("role", "img");
  // The picture is read out by its label; names of its parts are for none but whoever looks into the markup.
  for (const part of drawn.children) part.setAttribute("aria-hidden", "true");
  tidy(drawn, id);
  return drawn;
}

/** What the axes of each plot of a figure must show: plots with equal axes are drawn on the same ones. */
export function needsOf({ panels }: Pick<Figure, "panels">): ReadonlyMap<PlotPanel, Needs> {
  const plots = panels.filter((panel) => panel.type === "plot");
  const shown = plots.map(withHeatAxes);
  const [x, y] = (["x", "y"] as const).map((which) =>
    sharedNeeds(
      shown.map((plot) => plot[which]),
      shown.map((plot) => needOf(plot, which)),
      which === "x" ? 0.7 : 0.3,
    ),
  );
  return new Map(plots.map((plot, index) => [plot, { x: x![index]!, y: y![index]! }]));
}

/** A heat map's axes are numbers, from edge to edge: of its rows and columns, where no domain was asked for. */
function withHeatAxes(plot: PlotPanel): PlotPanel {
  const heat = plot.marks.find((mark) => mark.type === "heat");
  if (!heat) return plot;
  const along = (axis: Axis, count: number): Axis => ({
    label: axis.label,
    scale: "linear",
    domain: axis.domain ?? [-0.5, Math.max(1, count) - 0.5],
  });
  const columns = Math.max(0, ...heat.values.map((row) => row.length));
  return { ...plot, x: along(plot.x, columns), y: along(plot.y, heat.values.length) };
}

/** The part of Plot's options that both axes have. */
function scaleOf(axis: DrawnAxis): Plot.ScaleOptions {
  if (axis.scale === "band")
    return { type: "band", domain: [...axis.domain], padding: bandPadding, round: false };
  return { type: axis.scale, domain: [...axis.domain] };
}

function tickOptions(axis: DrawnAxis): Plot.AxisOptions {
  // As texts, since Plot leaves out some of what a logarithmic axis' `tickFormat` gives.
  return axis.scale === "band" ? { tickSize: 0 } : { ticks: axis.ticks, text: axis.tickFormat };
}

function grid(axis: DrawnAxis): Plot.Markish {
  return axis.scale === "band" ? null : Plot.gridY(axis.ticks, { strokeOpacity: 0.13 });
}

/** What the numbers beside an axis take. */
function tickRoom(axis: DrawnAxis): number {
  if (axis.scale === "band") return 40;
  const longest = Math.max(1, ...axis.ticks.map((tick) => axis.tickFormat(tick).length));
  return Math.max(30, longest * characterWidth + 14);
}

/** Names below their bands: in several lines where the words have room, else askew. */
function bandLabels(
  { domain }: BandAxis,
  width: number,
): { options: Plot.AxisXOptions; height: number; left: number } {
  const step = width / Math.max(1, domain.length);
  const words = domain.flatMap((name) => name.split(" "));
  const longest = (texts: readonly string[]) =>
    Math.max(0, ...texts.map((text) => text.length)) * characterWidth;
  if (longest(words) <= step * 0.96) {
    const lines = Math.max(1, ...domain.map((name) => linesOf(name, step / characterWidth)));
    return { options: { lineWidth: step / fontSize, lineHeight: 1.15 }, height: 6 + 13 * lines, left: 0 };
  }
  const angle = 35;
  const [across, down] = [Math.cos, Math.sin].map((of) => of((angle * Math.PI) / 180) * longest(domain));
  return {
    options: { tickRotate: -angle, textAnchor: "end", dy: -2 } as Plot.AxisXOptions,
    height: 12 + down!,
    left: across! - step / 2,
  };
}

/** How many lines a text takes. @param width in characters. */
function linesOf(text: string, width: number): number {
  let [lines, taken] = [1, 0];
  for (const { length } of text.split(" ")) {
    if (taken > 0 && taken + 1 + length > width) [lines, taken] = [lines + 1, length];
    else taken += length + (taken > 0 ? 1 : 0);
  }
  return lines;
}

/**
 * Takes out what makes pages larger or two of them differ: Plot's own style sheet, digits behind a thousandth of a
 * pixel, and numbered names of what marks are cut off by, which get the name of the frame.
 */
function tidy(drawn: SVGSVGElement, id: string): void {
  drawn.querySelector("style")?.remove();
  for (const element of drawn.querySelectorAll("[transform]")) {
    element.setAttribute("transform", element.getAttribute("transform")!.replace(/\d+\.\d{3,}/g, shortened));
  }
  const names = new Map<string, string>();
  for (const cutter of drawn.querySelectorAll("clipPath")) {
    const sides = ["x", "y", "width", "height"].map((side) => cutter.firstElementChild?.getAttribute(side));
    const name = `${id}-${sides.map((side) => shortened(side ?? "")).join("-")}`;
    names.set(`url(#${cutter.id})`, name);
    cutter.id = name;
  }
  for (const element of drawn.querySelectorAll("[clip-path]")) {
    const name = names.get(element.getAttribute("clip-path")!);
    if (name) element.setAttribute("clip-path", `url(#${name})`);
  }
}

function shortened(number: string): string {
  return String(Number(Number(number).toFixed(2)));
}
