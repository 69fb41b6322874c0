import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Plot draws into this document, since there is no browser's. */
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** Draws a plot. @returns the markup of its `<svg>`, with everything in it. */
export function svg(options: Plot.PlotOptions): string {
  const drawn = Plot.plot({
    ...options,
    document: document as unknown as Document,
    // A name of its own for every plot, as Plot makes by default, would make two equal reports differ.
    className: "plot",
    style: { background: "none", ...(options.style as object) },
  });
  return drawn.outerHTML;
}
