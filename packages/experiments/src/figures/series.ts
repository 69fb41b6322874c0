import type { Figure, Mark } from "./figure.js";

/** How a series looks. */
export interface SeriesStyle {
  /** A CSS colour; here a reference into the page's style sheet, which has one for light and one for dark. */
  color: string;
  /** Dashes, where there are more series than colours. */
  dash?: string;
}

/** After Okabe and Ito's palette for all kinds of colour vision, darker on white and lighter on black. */
const palette = [
  { light: "#0068b0", dark: "#4aa3e8" },
  { light: "#d98200", dark: "#f0a830" },
  { light: "#00875f", dark: "#2fc498" },
  { light: "#b2568c", dark: "#dd92bf" },
  { light: "#c2410c", dark: "#f2794b" },
  { light: "#3a9fc4", dark: "#8ad3ee" },
  { light: "#8a7b00", dark: "#d6c83f" },
  { light: "#6a4fb0", dark: "#ab97ea" },
] as const;

/** For what is there to compare with: it keeps its grey in all figures. */
const grey = { light: "#4d4d4d", dark: "#c9c9c9" };

/** What batch normalization is compared with, and it itself, look the same in all figures. */
const wellKnown: Readonly<Record<string, string>> = {
  "without batch norm": "var(--series-grey)",
  "no batch norm": "var(--series-grey)",
  plain: "var(--series-grey)",
  "with batch norm": "var(--series-1)",
  "batch norm": "var(--series-1)",
};

/** Names of a figure's series, in the order in which they come up. */
export function seriesOf({ panels }: Pick<Figure, "panels">): string[] {
  const named = panels.flatMap((panel) => (panel.type === "plot" ? panel.marks : [])).flatMap(nameOf);
  return [...new Set(named)];
}

/** A look for each series of a figure. A name has one look in all of the figure's panels. */
export function seriesStyles(figure: Pick<Figure, "panels">): ReadonlyMap<string, SeriesStyle> {
  const names = seriesOf(figure);
  const taken = new Set(names.map((name) => wellKnown[name]));
  const free = palette.map((_, index) => `var(--series-${index + 1})`).filter((color) => !taken.has(color));
  let next = 0;
  return new Map(
    names.map((name) => {
      const known = wellKnown[name];
      if (known !== undefined) return [name, { color: known }];
      const [color, round] = [free[next % free.length]!, Math.floor(next / free.length)];
      next += 1;
      return [name, { color, ...(round > 0 && { dash: round === 1 ? "6 3" : "2 3" }) }];
    }),
  );
}

/** The rules of a style sheet that define the colours of series and of heat maps. */
export function seriesColorRules(scheme: "light" | "dark"): string {
  const series = palette.map((color, index) => `--series-${index + 1}: ${color[scheme]};`);
  return [
    `--series-grey: ${grey[scheme]};`,
    ...series,
    `--heat: ${scheme === "light" ? "#0b3d6e" : "#a9d4ff"};`,
    `--heat-above: ${scheme === "light" ? "#b5301b" : "#ff8a6b"};`,
    `--heat-below: ${scheme === "light" ? "#0068b0" : "#5cb2f5"};`,
  ].join(" ");
}

function nameOf(mark: Mark): string[] {
  return "series" in mark ? [mark.series] : [];
}
