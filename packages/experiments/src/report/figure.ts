import { drawPlot, type Needs, needsOf } from "../figures/draw.js";
import type { Figure, Panel, Table } from "../figures/figure.js";
import { significant, withMinus } from "../figures/numbers.js";
import { type SeriesStyle, seriesStyles } from "../figures/series.js";
import { missing } from "./amounts.js";
import { document } from "./document.js";
import { escaped } from "./markup.js";

/** A figure with its legend and its panels, what was published beside what was measured. */
export function figureMarkup(figure: Figure): string {
  const { title, caption, panels } = figure;
  const styles = seriesStyles(figure);
  const needs = needsOf(figure);
  const columns = columnsFor(panels);
  // Where only one side is shown, there is nothing to tell apart.
  const named = panels.some(isPublished);
  const drawn = panels.map((panel, index) => {
    const content =
      panel.type === "table" ? tableMarkup(panel) : plotMarkup(panel, styles, needs.get(panel), columns);
    const place = index === 0 && isLed(panels) ? " lead" : "";
    return `<div class="panel ${panel.origin ?? "measured"}${place}">${headingMarkup(panel, named)}${content}</div>`;
  });
  return `<figure>
<figcaption><b>${escaped(title)}.</b> ${escaped(caption)}</figcaption>
${legendMarkup(styles)}
<div class="row${columns === 1 ? " single" : ""}" style="--columns: ${columns}">
${drawn.join("\n")}
</div>
</figure>`;
}

/** How many panels stand beside each other: what was published beside what was measured. */
function columnsFor(panels: readonly Panel[]): number {
  if (panels.some((panel) => panel.type === "table" && isWide(panel))) return 1;
  if (panels.length <= 3) return Math.max(1, panels.length);
  const inPairs =
    panels.length % 2 === 0 && panels.every((panel, index) => isPublished(panel) === (index % 2 === 0));
  const measured = isLed(panels) ? panels.length - 1 : panels.length;
  return inPairs || measured === 4 ? 2 : 3;
}

/** Whether a table needs more than half the page's width: by its characters, though words of its head may wrap. */
function isWide({ head, rows }: Table): boolean {
  const widths = head.map((name, column) => {
    const cells = rows.map((row) => String(row[column] ?? ""));
    return Math.max(...[...name.split(" "), ...cells].map(({ length }) => length));
  });
  return widths.reduce((sum, width) => sum + 7.3 * width + 12, 0) > 480;
}

/** Whether one panel that was published stands above several that were measured. */
function isLed([first, ...others]: readonly Panel[]): boolean {
  return first !== undefined && isPublished(first) && others.length > 2 && !others.some(isPublished);
}

function isPublished({ origin }: Panel): boolean {
  return origin === "published";
}

function plotMarkup(
  plot: Panel & { type: "plot" },
  styles: ReadonlyMap<string, SeriesStyle>,
  needs: Needs | undefined,
  columns: number,
): string {
  // Narrow panels are drawn smaller, so that their text is as large as in wide ones.
  const size = columns < 3 ? { width: 430, height: 280 } : { width: 320, height: 240 };
  return drawPlot(plot, { document, styles, ...size, ...(needs && { needs }) }).outerHTML;
}

function headingMarkup({ title, origin = "measured" }: Panel, named: boolean): string {
  // Whose numbers these are is not said twice.
  const rest = title.replace(/^(measured|published)\b[:,]? */i, "");
  if (named) return `<h4><i>${origin}</i>${rest ? `<span>${escaped(rest)}</span>` : ""}</h4>`;
  return rest ? `<h4>${escaped(title)}</h4>` : "";
}

function legendMarkup(styles: ReadonlyMap<string, SeriesStyle>): string {
  // Where all that was measured is one series, there is nothing to tell apart.
  if ([...styles.keys()].every((series) => series === "measured")) return "";
  const entries = [...styles].map(([series, { color, dash }]) => {
    const dashes = dash ? ` stroke-dasharray="${dash}"` : "";
    return `<li><svg viewBox="0 0 26 10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${color}" stroke-width="3.5"${dashes}/></svg>${escaped(series)}</li>`;
  });
  return `<ul class="legend">${entries.join("")}</ul>`;
}

function tableMarkup({ head, rows }: Table): string {
  const body = rows.map((cells) => {
    const [first, ...rest] = cells.map((cell) => escaped(cellText(cell)));
    return `<tr><th scope="row">${first ?? ""}</th>${rest.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<div class="wide"><table>
<thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join("")}</tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>`;
}

/** Numbers with at most four significant digits; texts as they are, but for the computer's `1.8e-7` and `-1`. */
function cellText(cell: string | number): string {
  if (typeof cell === "string") {
    if (/^-?\d(\.\d+)?e[+-]?\d+$/.test(cell)) return significant(Number(cell));
    return /^-\d/.test(cell) ? withMinus(cell) : cell;
  }
  if (!Number.isFinite(cell)) return missing;
  return significant(cell, 4);
}
