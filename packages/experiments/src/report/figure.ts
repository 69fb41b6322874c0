import { drawPlot, needsOf } from "../figures/draw.js";
import type { Figure, Panel, Table } from "../figures/figure.js";
import { significant, withMinus } from "../figures/numbers.js";
import { type SeriesStyle, seriesOf, seriesStyles } from "../figures/series.js";
import { missing } from "./amounts.js";
import { document } from "./document.js";
import { escaped, prose } from "./markup.js";

/** How a figure stands on its page. */
export interface FigureOptions {
  /** What ids within the figure begin with; no other figure of the page may have it. Default `figure`. */
  id?: string;
  /** Looks of series that the figure has in common with others. Default: looks of its own. */
  styles?: ReadonlyMap<string, SeriesStyle>;
}

/** A figure with its legend and its panels; one that cannot be drawn, with what the error said. */
export function figureMarkup(figure: Figure, options: FigureOptions = {}): string {
  return `<figure>
<figcaption><b>${prose(figure.title)}.</b> ${prose(figure.caption)}</figcaption>
${drawnOrError(figure, options)}
</figure>`;
}

/** A figure's error is its own: the page is made of much else. */
function drawnOrError(figure: Figure, options: FigureOptions): string {
  try {
    return panelsMarkup(figure, options);
  } catch (error) {
    return undrawnMarkup((error as Error).message);
  }
}

/** In the place of figures. @param error what it said. @param what could not be drawn. */
export function undrawnMarkup(error: string, what = "This figure"): string {
  return `<p class="undrawn">${what} could not be drawn: ${escaped(error)}</p>`;
}

/** What was published beside what was measured. */
function panelsMarkup(
  figure: Figure,
  { id = "figure", styles = seriesStyles(figure) }: FigureOptions,
): string {
  const { title, panels } = figure;
  const needs = needsOf(figure);
  const columns = columnsFor(panels);
  // Where only one side is shown, there is nothing to tell apart.
  const named = panels.some(isPublished);
  const drawn = panels.map((panel, index) => {
    const content =
      panel.type === "table"
        ? tableMarkup(panel)
        : drawPlot(panel, {
            ...{ document, styles, label: `${title}: ${panel.title}`, id: `${id}-${index + 1}` },
            ...sizeAmong(columns),
            ...(needs.has(panel) && { needs: needs.get(panel) }),
          }).outerHTML;
    const place = index === 0 && isLed(panels) ? " lead" : "";
    return `<div class="panel ${panel.origin ?? "measured"}${place}">${headingMarkup(panel, named)}${content}</div>`;
  });
  return `${legendMarkup(seriesOf(figure), styles)}
<div class="row${columns === 1 ? " single" : ""}" style="--columns: ${columns}">
${drawn.join("\n")}
</div>`;
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

/** Narrow panels are drawn smaller, so that their text is as large as in wide ones. */
function sizeAmong(columns: number): { width: number; height: number } {
  return columns < 3 ? { width: 430, height: 280 } : { width: 320, height: 240 };
}

function headingMarkup({ title, origin = "measured" }: Panel, named: boolean): string {
  // Whose numbers these are is not said twice.
  const rest = title.replace(/^(measured|published)\b[:,]? */i, "");
  if (named) return `<h4><i>${origin}</i>${rest ? ` <span>${prose(rest)}</span>` : ""}</h4>`;
  return rest ? `<h4>${prose(title)}</h4>` : "";
}

function legendMarkup(names: readonly string[], styles: ReadonlyMap<string, SeriesStyle>): string {
  // Where all that was measured is one series, there is nothing to tell apart.
  if (names.every((series) => series === "measured")) return "";
  const entries = names.map((series) => {
    const { color, dash } = styles.get(series) ?? { color: "currentColor" };
    const dashes = dash ? ` stroke-dasharray="${dash}"` : "";
    return `<li><svg viewBox="0 0 26 10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${color}" stroke-width="3.5"${dashes}/></svg>${prose(series)}</li>`;
  });
  return `<ul class="legend">${entries.join("")}</ul>`;
}

function tableMarkup({ head, rows }: Table): string {
  const body = rows.map((cells) => {
    const [first, ...rest] = cells.map((cell) => prose(cellText(cell)));
    return `<tr><th scope="row">${first ?? ""}</th>${rest.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<div class="wide"><table>
<thead><tr>${head.map((name) => `<th scope="col">${prose(name)}</th>`).join("")}</tr></thead>
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
