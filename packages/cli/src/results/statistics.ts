import { criticalT } from "evenkeel-experiments/statistics";

/** A mean over seeds and how far the seeds lie around it. */
export interface Spread {
  mean: number;
  /** Standard deviation, with n − 1; 0 for a single value. */
  deviation: number;
  n: number;
}

/** Mean and standard deviation. @returns undefined for no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/** How large a share of the values is the most frequent one. */
export function shareOfCommonest(values: Iterable<number | bigint>): number {
  const counts = new Map<number | bigint, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return Math.max(0, ...counts.values()) / total;
}

/** What can be said about two things measured with the same seeds. */
export type Verdict = "higher" | "lower" | "unclear" | "one seed";

/** How the first of two differs from the second. */
export interface Difference extends Spread {
  verdict: Verdict;
}

/**
 * The paired differences of two measurements by seed, and whether chance alone would hardly make them
 * (Student's paired t-test at 5 %). Pairing takes out what a seed does to both.
 *
 * @returns undefined when no seed has both.
 */
export function pairedDifference(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): Difference | undefined {
  const differences = [...first].flatMap(([seed, value]) => {
    const other = second.get(seed);
    return other === undefined ? [] : [value - other];
  });
  const spread = spreadOf(differences);
  if (!spread) return undefined;
  const { mean, deviation, n } = spread;
  if (n === 1) return { ...spread, verdict: "one seed" };
  const bound = criticalT(n - 1) * (deviation / Math.sqrt(n));
  const verdict = mean !== 0 && Math.abs(mean) > bound ? (mean > 0 ? "higher" : "lower") : "unclear";
  return { ...spread, verdict };
}

/**
 * The same for times, by their ratio: a machine that is busy for a while slows both of a pair by a factor.
 *
 * @returns the difference of the logarithms.
 */
export function pairedRatio(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): Difference | undefined {
  const logarithms = (values: ReadonlyMap<number, number>) =>
    new Map([...values].map(([seed, value]) => [seed, Math.log(value)]));
  return pairedDifference(logarithms(first), logarithms(second));
}
