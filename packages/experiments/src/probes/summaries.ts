import { quantileSorted } from "simple-statistics";

/** Sorting more values than this makes a probe slower and its percentiles no better. */
const mostSorted = 50_000;

/** The 15th, 50th and 85th percentile: what Ioffe & Szegedy 2015 draw in figure 1 b and c. */
export type Percentiles = readonly [low: number, middle: number, high: number];

/** Percentiles of some values; of an even sample, when there are very many. */
export function percentiles(values: Float32Array): Percentiles {
  // A prime stride leaves no unit out for good.
  const stride = values.length <= mostSorted ? 1 : primeFrom(Math.ceil(values.length / mostSorted));
  const sample = new Float32Array(Math.ceil(values.length / stride));
  for (let index = 0; index < sample.length; index++) sample[index] = values[index * stride]!;
  sample.sort();
  const sorted = sample as unknown as number[];
  return [quantileSorted(sorted, 0.15), quantileSorted(sorted, 0.5), quantileSorted(sorted, 0.85)];
}

function primeFrom(least: number): number {
  for (let candidate = least; ; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) return candidate;
  }
}

/** Mean and biased variance of each channel of `[N, C, …]`, over examples and positions, in double precision. */
export function channelMoments({ shape, data }: { shape: readonly number[]; data: Float32Array }): {
  mean: number[];
  variance: number[];
} {
  const [examples = 1, channels = 1] = shape;
  const positions = data.length / (examples * channels);
  const mean: number[] = [];
  const variance: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const over = (term: (value: number) => number) => {
      let sum = 0;
      for (let example = 0; example < examples; example++) {
        const start = (example * channels + channel) * positions;
        for (let place = start; place < start + positions; place++) sum += term(data[place]!);
      }
      return sum / (examples * positions);
    };
    const center = over((value) => value);
    mean.push(center);
    variance.push(over((value) => (value - center) ** 2));
  }
  return { mean, variance };
}

/** The Euclidean length. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! ** 2;
  return Math.sqrt(sum);
}

/** Whether all numbers in plain data are finite: JSON holds no others. */
export function allFinite(data: unknown): boolean {
  if (typeof data === "number") return Number.isFinite(data);
  return typeof data !== "object" || data === null || Object.values(data).every(allFinite);
}

/** A histogram of equal bins. Values outside go into the first and the last bin. */
export function histogram(
  values: ArrayLike<number>,
  { from, to, bins }: { from: number; to: number; bins: number },
): { edges: number[]; counts: number[] } {
  const counts = new Array<number>(bins).fill(0);
  for (let index = 0; index < values.length; index++) {
    const bin = Math.floor(((values[index]! - from) / (to - from)) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))]! += 1;
  }
  const edges = Array.from({ length: bins + 1 }, (_, index) => from + ((to - from) * index) / bins);
  return { edges, counts };
}
