import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * A stream of random numbers. Every stream is derived from the run's one seed and the purpose it serves, so
 * that drawing more numbers for one purpose never changes another, and a resumed run needs no saved state
 * beyond the seed and the position (epoch, step) it stopped at.
 */
export interface RandomStream {
  /** Uniform in [low, high); default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** Gaussian; default mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(mean?: number, standardDeviation?: number): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** The numbers 0..count−1 in random order (Fisher–Yates). */
  permutation(count: number): Uint32Array;
}

/**
 * Opens the stream for a purpose.
 *
 * @param seed the run's seed; any safe integer.
 * @param purpose what the numbers are for, for example `"shuffle", epoch` or `"initialize", "dense_1/kernel"`.
 */
export function randomStream(seed: number, ...purpose: (string | number)[]): RandomStream {
  const generator = xoroshiro128plus(streamSeed(seed, ...purpose));
  let spare: number | undefined;
  const uniform = (low = 0, high = 1) => low + (high - low) * uniformFloat64(generator);
  return {
    uniform,
    normal(mean = 0, standardDeviation = 1) {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return mean + standardDeviation * value;
      }
      for (;;) {
        const u = uniform(-1, 1);
        const v = uniform(-1, 1);
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * Math.log(s)) / s);
          spare = v * factor;
          return mean + standardDeviation * u * factor;
        }
      }
    },
    integer: (limit) => uniformInt(generator, 0, limit - 1),
    permutation(count) {
      const order = new Uint32Array(count);
      for (let i = 0; i < count; i++) order[i] = i;
      for (let i = count - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        const swapped = order[i]!;
        order[i] = order[j]!;
        order[j] = swapped;
      }
      return order;
    },
  };
}

/** @throws RangeError unless it is a safe integer. */
export function requireSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`The seed must be an integer, got ${seed}.`);
}

/** A 32-bit seed for a purpose: FNV-1a over the seed and the purpose, finished by an avalanche. */
export function streamSeed(seed: number, ...purpose: (string | number)[]): number {
  requireSeed(seed);
  let hash = 0x811c9dc5;
  for (const character of `${seed}\u0000${purpose.join("\u0000")}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return avalanche(hash);
}

/** A bijective mixer of 32-bit integers (C. Wellons' lowbias32): every input bit changes about half the output. */
export function avalanche(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
