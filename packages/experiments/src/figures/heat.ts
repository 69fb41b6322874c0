import type * as Plot from "@observablehq/plot";
import type { Mark } from "./figure.js";
import { significant } from "./numbers.js";

/** So many shades are told apart. */
const shades = 32;

const barWidth = 9;

/** Room on the right of a heat map for its shades and their numbers. */
export const heatMarginRight = 62;

/**
 * A heat map that fills the frame, with its shades on the right. One path for each shade: small, however many values
 * there are. The shades are one colour, more or less opaque, so that they suit light and dark.
 */
export function heatMark({ values, diverging = false }: Mark & { type: "heat" }): Plot.RenderFunction {
  return (
    _index,
    _scales,
    _channels,
    { width, height, marginLeft, marginRight, marginTop, marginBottom },
    context,
  ) => {
    const element = (name: string, attributes: Record<string, string | number>, text?: string) => {
      const made = context.document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
      if (text !== undefined) made.textContent = text;
      return made;
    };
    const [w, h] = [width - marginLeft - marginRight, height - marginTop - marginBottom];
    const columns = Math.max(1, ...values.map((row) => row.length));
    const rows = Math.max(1, values.length);
    const [low, high] = rangeOf(values, diverging);
    const group = element("g", { "aria-label": "heat map" });
    const picture = element("g", {
      transform: `translate(${marginLeft},${marginTop}) scale(${round(w / columns)},${round(h / rows)})`,
      "shape-rendering": "crispEdges",
    });
    for (const [shade, path] of pathsByShade(values, low, high)) {
      picture.append(element("path", { d: path, ...fillOf(shade, diverging) }));
    }
    const bar = element("g", {
      transform: `translate(${width - marginRight + 10},${marginTop})`,
      "shape-rendering": "crispEdges",
    });
    for (let shade = 0; shade < shades; shade++) {
      const y = round((h * (shades - 1 - shade)) / shades);
      bar.append(
        element("rect", { y, width: barWidth, height: round(h / shades), ...fillOf(shade, diverging) }),
      );
    }
    const numbers = element("g", {
      "text-anchor": "start",
      transform: `translate(${width - marginRight + 14 + barWidth},${marginTop})`,
    });
    for (const [value, y] of [
      [high, 4],
      [(low + high) / 2, h / 2 + 4],
      [low, h + 4],
    ] as const) {
      numbers.append(element("text", { y: round(y) }, significant(Number(value.toPrecision(2)))));
    }
    group.append(picture, bar, numbers);
    return group;
  };
}

/** From the least to the largest value; about 0 where the map diverges. */
function rangeOf(values: readonly (readonly number[])[], diverging: boolean): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values.flat()) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const most = Math.max(Math.abs(low), Math.abs(high));
  if (diverging) return most > 0 ? [-most, most] : [-1, 1];
  return low < high ? [low, high] : [low - 1, high + 1];
}

/** The cells of each shade, those beside each other in a row as one. */
function pathsByShade(
  values: readonly (readonly number[])[],
  low: number,
  high: number,
): Map<number, string> {
  const paths = new Map<number, string>();
  values.forEach((row, y) => {
    const shadesOfRow = row.map((value) =>
      Number.isFinite(value)
        ? Math.min(shades - 1, Math.floor(((value - low) / (high - low)) * shades))
        : undefined,
    );
    for (let from = 0; from < shadesOfRow.length; ) {
      const shade = shadesOfRow[from];
      let to = from + 1;
      while (to < shadesOfRow.length && shadesOfRow[to] === shade) to++;
      if (shade !== undefined)
        paths.set(shade, `${paths.get(shade) ?? ""}M${from},${y}h${to - from}v1h${from - to}z`);
      from = to;
    }
  });
  return paths;
}

function fillOf(shade: number, diverging: boolean): { fill: string; "fill-opacity": number } {
  const share = (shade + 0.5) / shades;
  if (!diverging) return { fill: "var(--heat)", "fill-opacity": round(0.03 + 0.97 * share) };
  return {
    fill: share > 0.5 ? "var(--heat-above)" : "var(--heat-below)",
    "fill-opacity": round(Math.abs(2 * share - 1)),
  };
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
