import { cellText } from "evenkeel-experiments/figures";

/** A number as people write it: `2.7×10⁻⁶`. @param digits significant ones; default 3. */
export function written(value: number, digits = 3): string {
  return cellText(Number(value.toPrecision(digits)));
}
