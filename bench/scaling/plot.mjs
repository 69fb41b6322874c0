// @ts-check
// The curves of a run as one SVG: a row of plots for each unit, a column for each series.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { powerLaw } from "./fit.mjs";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
const [width, height, top] = [330, 270, 22];
/** After Okabe and Ito's palette for all kinds of colour vision. */
const colors = ["#0068b0", "#d98200", "#00875f"];

/**
 * @param {import("./series.mjs").Series[]} series
 * @param {import("./scaling.mjs").Curve[]} curves
 */
export function plot(series, curves) {
  const units = [...new Set(curves.map(({ unit }) => unit))];
  const rows = units.map((unit) =>
    series.map(({ id, quantity, title }) => {
      const own = curves.filter((curve) => curve.series === id && curve.unit === unit);
      return own.length > 0 ? { title, svg: panel(quantity, unit, own) } : undefined;
    }),
  );
  const size = [series.length * width, rows.length * (height + top)];
  const panels = rows.flatMap((row, y) =>
    row.flatMap((drawn, x) => {
      if (!drawn) return [];
      const { title, svg } = drawn;
      const place = `translate(${x * width}, ${y * (height + top)})`;
      return `<g transform="${place}"><text x="8" y="16" font-size="12" font-weight="600">${title}</text><g transform="translate(0, ${top})">${svg}</g></g>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(" ")}" width="${size[0]}" height="${size[1]}" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="white"/>${panels.join("")}</svg>\n`;
}

/**
 * Points, and the power law fitted to them; on straight axes where the series begins at 0.
 *
 * @param {string} quantity
 * @param {string} unit
 * @param {import("./scaling.mjs").Curve[]} curves
 */
function panel(quantity, unit, curves) {
  const sizes = [...new Set(curves.flatMap(({ points }) => points.map(([size]) => size)))];
  const type = sizes.includes(0) ? "linear" : "log";
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  const marks = curves.flatMap(({ name, points }, index) => {
    const stroke = colors[index % colors.length];
    const law = powerLaw(points);
    const fitted = type === "log" ? points.map(([x]) => [x, law.factor * x ** law.exponent]) : points;
    const label = type === "log" ? `${name}: ${law.exponent.toFixed(2)}` : name;
    return [
      Plot.line(fitted, { stroke }),
      Plot.dot(points, { fill: stroke, r: 3 }),
      Plot.text([label], {
        frameAnchor: "top-left",
        dx: 6,
        dy: 4 + 14 * index,
        fill: stroke,
        stroke: "white",
        strokeWidth: 4,
      }),
    ];
  });
  const drawn = Plot.plot({
    document: /** @type {any} */ (document),
    className: "plot",
    width,
    height,
    marginLeft: 48,
    x: { type, label: quantity, ticks: sizes, tickFormat: (/** @type {number} */ size) => `${size}` },
    y: {
      type,
      label: unit,
      grid: true,
      nice: true,
      ...(type === "linear" ? { domain: [0, Math.max(...values) * 1.35] } : {}),
      ticks: 5,
      tickFormat: (/** @type {number} */ value) => `${Number(value.toPrecision(2))}`,
    },
    marks,
  });
  return drawn.outerHTML;
}
