import pc from "picocolors";
import type { VariantName } from "../compare/variants.js";

const colors: Record<VariantName, (text: string) => string> = {
  none: pc.white,
  after: pc.yellow,
  before: pc.blue,
  "before-no-bias": pc.magenta,
  input: pc.green,
  raw: pc.red,
};

/** A text in its variant's colour, near the one it has in the report. Plain where colours are off. */
export function inColor(variant: VariantName, text: string): string {
  return colors[variant](text);
}
