import type { FeatureRange } from "evenkeel-experiments";
import { type Field, listField, numberField } from "../../address/fields.ts";

/** The farthest that a feature can lie from 0. */
export const farthest = 10_000;

/** How wide the range of a feature can be. */
export const widths = { minimum: 1, maximum: 10_000 };

/** One end of a range. */
const endField = numberField(0, { minimum: -farthest, maximum: farthest });

/** From the least to the greatest value of a feature. */
export function rangeField(initial: FeatureRange): Field<FeatureRange> {
  const ends = listField(initial, endField, { least: 2, most: 2 });
  return {
    default: initial,
    read(text) {
      const [from, to] = ends.read(text) ?? [];
      return from !== undefined && to !== undefined && isRange([from, to]) ? [from, to] : undefined;
    },
    write: ends.write,
    takes: `two numbers from ${-farthest} to ${farthest} with a comma between them, the second greater by ${widths.minimum} to ${widths.maximum}`,
  };
}

/** Whether two ends are far enough apart, and not too far. */
export function isRange([from, to]: FeatureRange): boolean {
  return to - from >= widths.minimum && to - from <= widths.maximum;
}

/**
 * A range of another width: from the same end on, or about 0 where it was. An end that would lie too far out stops at
 * the farthest, and the other one moves.
 */
export function ofWidth([from, to]: FeatureRange, width: number): FeatureRange {
  if (from === -to) return [-width / 2, width / 2];
  const end = Math.min(farthest, from + width);
  return [end - width, end];
}
