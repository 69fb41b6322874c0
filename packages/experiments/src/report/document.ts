import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Plots are drawn into this document, since there is no browser's. */
export const document = parseHTML("<!doctype html><html><body></body></html>")
  .document as unknown as Document;

/** Draws with Plot itself. @returns the markup of its `<svg>`, with everything in it. */
export function svg(options: Plot.PlotOptions): string {
  const drawn = Plot.plot({
    ...options,
    document,
    // A name of its own for every plot, as Plot makes by default, would make two equal reports differ.
    className: "plot",
    style: { background: "none", ...(options.style as object) },
  });
  return drawn.outerHTML;
}
