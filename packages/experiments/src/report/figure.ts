import { drawPlot } from "../figures/draw.js";
import type { Figure, Table } from "../figures/figure.js";
import { cellText, layoutOf, type PanelLayout } from "../figures/layout.js";
import { type SeriesStyle, seriesStyles } from "../figures/series.js";
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
  const { columns, width, height, legend, panels } = layoutOf(figure);
  const drawn = panels.map(({ panel, needs, isLead, ...about }, index) => {
    const label = `${figure.title}: ${panel.title}`;
    const content =
      panel.type === "table"
        ? tableMarkup(panel)
        : drawPlot(panel, {
            document,
            styles,
            label,
            id: `${id}-${index + 1}`,
            width,
            height,
            ...(needs && { needs }),
          }).outerHTML;
    return `<div class="panel ${panel.origin ?? "measured"}${isLead ? " lead" : ""}">${headingMarkup(about)}${content}</div>`;
  });
  return `${legendMarkup(legend, styles)}
<div class="row${columns === 1 ? " single" : ""}" style="--columns: ${columns}">
${drawn.join("\n")}
</div>`;
}

function headingMarkup({ heading, origin }: Pick<PanelLayout, "heading" | "origin">): string {
  if (origin) return `<h4><i>${origin}</i>${heading ? ` <span>${prose(heading)}</span>` : ""}</h4>`;
  return heading ? `<h4>${prose(heading)}</h4>` : "";
}

function legendMarkup(names: readonly string[], styles: ReadonlyMap<string, SeriesStyle>): string {
  if (names.length === 0) return "";
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
