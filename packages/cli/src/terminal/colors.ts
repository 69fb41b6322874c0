import pc from "picocolors";
import type { VariantName } from "../compare/variants.js";

/**
 * Colours for a terminal. picocolors also takes `CI=true` for a wish for them, where the output is a file; here
 * only `FORCE_COLOR` is one.
 */
export const paint = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);

const colors: Record<VariantName, (text: string) => string> = {
  none: paint.white,
  after: paint.yellow,
  before: paint.blue,
  "before-no-bias": paint.magenta,
  input: paint.green,
  raw: paint.red,
};

/** A text in its variant's colour, near the one it has in the report. Plain where colours are off. */
export function inColor(variant: VariantName, text: string): string {
  return colors[variant](text);
}
