import { seriesColorRules } from "evenkeel-experiments/figures";

/** The colours of series and heat maps for both themes, as a style sheet of the document. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(
  `:root { ${seriesColorRules("light")} } :root[data-theme="dark"] { ${seriesColorRules("dark")} }`,
);
document.adoptedStyleSheets.push(sheet);
