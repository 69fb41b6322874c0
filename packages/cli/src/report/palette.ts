import type { VariantName } from "../compare/variants.js";

/** How a variant's line looks: the page's style sheet has the colours, one set for light and one for dark. */
interface LineStyle {
  /** On white. */
  light: string;
  /** On black. */
  dark: string;
  /** Dashes tell variants apart where lines cover each other, and without colours. */
  dash?: string;
}

/** After Okabe and Ito's palette for all kinds of colour vision, darker on white and lighter on black. */
export const lineStyles: Record<VariantName, LineStyle> = {
  none: { light: "#4d4d4d", dark: "#c9c9c9" },
  after: { light: "#d98200", dark: "#f0a830" },
  before: { light: "#0068b0", dark: "#4aa3e8" },
  "before-no-bias": { light: "#b2568c", dark: "#dd92bf", dash: "6 3" },
  input: { light: "#00875f", dark: "#2fc498" },
  raw: { light: "#c2410c", dark: "#f2794b", dash: "2 3" },
};

/** The colour of a variant, as a reference into the style sheet. */
export function colorOf(variant: VariantName): string {
  return `var(--${variant})`;
}

/** The rules that define the colours. */
export function colorRules(scheme: "light" | "dark"): string {
  return Object.entries(lineStyles)
    .map(([variant, style]) => `--${variant}: ${style[scheme]};`)
    .join(" ");
}
