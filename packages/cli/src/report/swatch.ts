import type { VariantName } from "../compare/variants.js";
import { colorOf, lineStyles } from "./palette.js";

/** A piece of a variant's line, for legend and table. */
export function swatch(variant: VariantName): string {
  const { dash } = lineStyles[variant];
  const dashes = dash ? ` stroke-dasharray="${dash}"` : "";
  return `<svg viewBox="0 0 26 10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${colorOf(variant)}" stroke-width="3"${dashes}/></svg>`;
}
