import type { MeasureResult } from "../claim/judgement.js";

/** A measure as it came out, as JSON holds it: without `low` and `high` where one seed makes no interval. */
export type MeasureRecord = Omit<MeasureResult, "low" | "high"> &
  Partial<Pick<MeasureResult, "low" | "high">> & {
    /** `log` for ratios. Default `linear`. */
    scale?: "linear" | "log";
  };

/** JSON has no infinities: it would hold `null` for them. */
export function measureRecord({ low, high, ...measure }: MeasureResult): MeasureRecord {
  return [low, high].every(Number.isFinite) ? { ...measure, low, high } : measure;
}
