import type { RunRecord } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import type { VariantName } from "../compare/variants.js";

/** One figure of the report. */
export interface Figure {
  title: string;
  /** What to look at, in a sentence or two. */
  caption: string;
  /** Plots, each in its place on a grid. */
  rows: Panel[][];
}

/** One plot of a figure. */
export interface Panel {
  /** Above the plot; in its variant's colour where it belongs to one. */
  title: string;
  variant?: VariantName;
  /** The `<svg>`. */
  svg: string;
}

/** What figures are drawn from: the trainings of one learning rate. */
export interface FigureData {
  settings: Settings;
  variants: VariantName[];
  /** Trainings, all seeds. */
  runs: RunRecord[];
  /** The trainings that were probed: the first seed. */
  probed: RunRecord[];
  /** Variants whose first seed diverged before anything could be measured inside. */
  unprobed: VariantName[];
}
