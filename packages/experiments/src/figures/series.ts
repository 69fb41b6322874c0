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

/** All looks, the plainest first: those with dashes are for where there are more series than colours. */
const looks: readonly SeriesStyle[] = [undefined, "6 3", "2 3"].flatMap((dash) =>
  palette.map((_, index) => ({ color: `var(--series-${index + 1})`, ...(dash && { dash }) })),
);

/** What batch normalization is compared with, and it itself, look the same in all figures. */
const wellKnown: Readonly<Record<string, SeriesStyle>> = {
  "without batch norm": { color: "var(--series-grey)" },
  "no batch norm": { color: "var(--series-grey)" },
  plain: { color: "var(--series-grey)" },
  "with batch norm": looks[0]!,
  "batch norm": looks[0]!,
};

/** Names of a figure's series, in the order in which they come up. */
export function seriesOf({ panels }: Pick<Figure, "panels">): string[] {
  const named = panels.flatMap((panel) => (panel.type === "plot" ? panel.marks : [])).flatMap(nameOf);
  return [...new Set(named)];
}

/**
 * A look for each series of some figures, those of one work, say: a name has one look in all of them. Figures that are
 * linked by a series have no colour for two names, as long as there are colours; others begin with the first one again.
 */
export function seriesStyles(
  ...figures: readonly Pick<Figure, "panels">[]
): ReadonlyMap<string, SeriesStyle> {
  const styles = new Map<string, SeriesStyle>();
  const firstFree = (among: readonly string[]) => {
    const taken = new Set(among.map((name) => styles.get(name) ?? wellKnown[name]));
    return looks.find((look) => !taken.has(look)) ?? looks[0]!;
  };
  for (const group of linked(figures.map(seriesOf))) {
    for (const name of new Set(group.flat())) {
      const beside = group.filter((names) => names.includes(name)).flat();
      const own = firstFree(group.flat());
      // Rather a colour that another figure has for something else than dashes.
      styles.set(name, wellKnown[name] ?? (own.dash ? firstFree(beside) : own));
    }
  }
  return styles;
}

/** The figures, as the names of their series, in groups: those that share a name, also through others, are in one. */
function linked(figures: readonly string[][]): string[][][] {
  let groups: string[][][] = [];
  for (const names of figures) {
    const shared = names.filter((name) => !wellKnown[name]);
    const touching = groups.filter((group) => group.flat().some((name) => shared.includes(name)));
    groups = [...groups.filter((group) => !touching.includes(group)), [...touching.flat(), names]];
  }
  return groups;
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
