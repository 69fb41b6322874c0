/**
 * A figure as plain data, drawn the same way in the report and in a page. What was published and what was measured are
 * panels side by side.
 */
export interface Figure {
  title: string;
  /** What to look at, in a sentence or two. */
  caption: string;
  panels: readonly Panel[];
}

/** One plot, or one table, of a figure. */
export type Panel = Plot | Table;

/** A plot. Series of the same name have the same colour in all panels of a figure. */
export interface Plot {
  type: "plot";
  title: string;
  /** Whose numbers these are. Default `measured`. */
  origin?: "measured" | "published";
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
}

/** An axis of a plot. */
export interface Axis {
  label: string;
  /** Default `linear`; `band` for names. */
  scale?: "linear" | "log" | "band";
  /** What it shows from and to. Default, and where nothing would be seen: what the marks need. On a log axis both above 0. */
  domain?: readonly [number, number];
}

/** Where something stands: a number, or a name on a band axis. */
export type Place = number | string;

/** Something that is drawn. Values that are null, and on a log axis those not above 0, are left out. */
export type Mark =
  /** A curve; thin ones for single seeds stand behind their mean. */
  | { type: "line"; series: string; points: readonly Point[]; thin?: boolean; dots?: boolean }
  /** The space between two curves. */
  | { type: "band"; series: string; points: readonly { x: number; low: number; high: number }[] }
  | { type: "dots"; series: string; points: readonly Point[] }
  /** Bars from 0 (or the axis' bottom); with `low` and `high`, an error bar. On a band axis, series stand side by side. */
  | { type: "bars"; series: string; points: readonly (Point & { low?: number; high?: number })[] }
  /** A histogram: neighbouring bins that share their edges, as densities or counts. */
  | { type: "histogram"; series: string; edges: readonly number[]; heights: readonly number[] }
  /**
   * A picture of values, first row at the top: rows along y, columns along x, by index from 0; over an axis' domain
   * where it has one. `diverging` about 0.
   */
  | { type: "heat"; values: readonly (readonly number[])[]; diverging?: boolean }
  /** A line across the plot, with words. */
  | { type: "rule"; axis: "x" | "y"; at: number; label?: string };

/** A point of a mark. */
export interface Point {
  x: Place;
  y: number | null;
}

/** A table. */
export interface Table {
  type: "table";
  title: string;
  origin?: "measured" | "published";
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}
