import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { type Compiled, compile, evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { normalNumbers, uniformNumbers } from "./in-graph.js";

/** Wellons' lowbias32 on integers of unlimited size, cut to 32 bits: no sign, no shift to get wrong. */
function mixed(value: bigint): bigint {
  let x = value;
  x = ((x ^ (x >> 16n)) * 0x7feb352dn) & 0xffffffffn;
  x = ((x ^ (x >> 15n)) * 0x846ca68bn) & 0xffffffffn;
  return x ^ (x >> 16n);
}

/** What `uniformNumbers` describes: element i is the seed and i mixed by two rounds; the upper 24 bits count. */
function reference(seed: number, count: number): Float32Array {
  const start = mixed(BigInt(seed));
  return Float32Array.from({ length: count }, (_, index) => {
    const bits = mixed((BigInt(index) * 0x9e3779b1n + start) & 0xffffffffn);
    return Number(bits >> 8n) / 2 ** 24;
  });
}

function seedTensor(seed: number): Tensor {
  return tensor(Uint32Array.of(seed), []);
}

/** The numbers of a seed, from one loaded graph. */
async function numbersOf(compiled: Compiled, seed: number): Promise<Float32Array> {
  return (await compiled.run({ seed: seedTensor(seed) }))[0]!.data as Float32Array;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index]! - meanA, b[index]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

describe("uniformNumbers", () => {
  const count = 100_000;
  const large = () =>
    compile((_, { seed }) => uniformNumbers(seed, [100, count / 100]), { seed: seedTensor(0) });

  it("are the hash computed in JavaScript, bit for bit, for any seed and shape", async () => {
    const compiled = await compile((_, { seed }) => uniformNumbers(seed, [7, 11, 13]), {
      seed: seedTensor(0),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (seed) => {
        expect(await numbersOf(compiled, seed)).toEqual(reference(seed, 1001));
      }),
      { examples: [[0], [1], [2 ** 31], [2 ** 32 - 1]] },
    );
    await compiled.release();
  });

  it("have the shape they were asked for", async () => {
    for (const shape of [[], [1], [5], [2, 3], [2, 3, 4, 5]]) {
      const [found] = await evaluate((_, { seed }) => uniformNumbers(seed, shape), { seed: seedTensor(7) });
      expect(found).toEqual({ type: "float32", shape, data: reference(7, sizeOf(shape)) });
    }
  });

  it("lie in [0, 1), evenly", async () => {
    const compiled = await large();
    for (const seed of [0, 1, 42]) {
      const found = await numbersOf(compiled, seed);
      expect(found.every((value) => value >= 0 && value < 1)).toBe(true);
      // Standard errors of 1e5 uniform numbers: mean 0.0009, variance 0.00024. Four of them.
      expect(Math.abs(mean(found) - 1 / 2)).toBeLessThan(0.0037);
      expect(Math.abs(mean(found.map((value) => (value - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.001);
      // χ² of 100 bins: 99 ± 14; 170 comes up once in 10⁵ seeds.
      const bins = new Float64Array(100);
      for (const value of found) bins[Math.floor(value * 100)]!++;
      const chiSquare = bins.reduce(
        (sum, observed) => sum + (observed - count / 100) ** 2 / (count / 100),
        0,
      );
      expect(chiSquare).toBeLessThan(170);
    }
    await compiled.release();
  });

  it("of different seeds, and of neighbours, have nothing to do with one another", async () => {
    const compiled = await large();
    const streams = new Map<number, Float32Array>();
    for (const seed of [0, 1, 2, 3, 1000, 2 ** 32 - 1]) streams.set(seed, await numbersOf(compiled, seed));
    // The standard error of a correlation of 1e5 pairs is 0.0032. Four of them.
    const limit = 0.0127;
    for (const [seed, own] of streams) {
      for (const [other, theirs] of streams) {
        if (seed < other)
          expect(Math.abs(correlation(own, theirs)), `${seed} and ${other}`).toBeLessThan(limit);
      }
      for (const lag of [1, 2, 1000]) {
        const shifted = correlation(own.subarray(lag), own.subarray(0, count - lag));
        expect(Math.abs(shifted), `${seed} and itself ${lag} further`).toBeLessThan(limit);
      }
    }
    await compiled.release();
  });
});

describe("normalNumbers", () => {
  const count = 100_000;
  const large = () =>
    compile((_, { seed }) => normalNumbers(seed, [100, count / 100]), { seed: seedTensor(0) });

  it("are Box and Muller's, from the uniform numbers of the same seed", async () => {
    for (const shape of [[], [1], [5], [2, 3], [7, 3, 5]]) {
      const size = sizeOf(shape);
      const pairs = Math.ceil(size / 2);
      for (const seed of [0, 7, 2 ** 32 - 1]) {
        const [found] = await evaluate((_, { seed }) => normalNumbers(seed, shape), {
          seed: seedTensor(seed),
        });
        const uniform = reference(seed, 2 * pairs);
        const expected = Array.from({ length: size }, (_, index) => {
          const [u, v] = [uniform[index % pairs]!, uniform[pairs + (index % pairs)]!];
          const angle = 2 * Math.PI * v;
          return Math.sqrt(-2 * Math.log(1 - u)) * (index < pairs ? Math.cos(angle) : Math.sin(angle));
        });
        expect(found!.shape).toEqual(shape);
        // The angle is rounded to float32, and up to 2π; the radius is up to 5.8.
        expectClose(found!, expected, { absolute: 3e-6 });
      }
    }
  });

  it("have the moments and the tails of a normal distribution", async () => {
    const compiled = await large();
    for (const seed of [0, 1, 42]) {
      const found = await numbersOf(compiled, seed);
      const power = (exponent: number) => mean(found.map((value) => value ** exponent));
      // Five standard errors of 1e5 normal numbers: √(E z²ᵏ − (E zᵏ)²) / √1e5.
      const error = (deviation: number) => (5 * deviation) / Math.sqrt(count);
      expect(Math.abs(power(1))).toBeLessThan(error(1));
      expect(Math.abs(power(2) - 1)).toBeLessThan(error(Math.sqrt(2)));
      expect(Math.abs(power(3))).toBeLessThan(error(Math.sqrt(15)));
      expect(Math.abs(power(4) - 3)).toBeLessThan(error(Math.sqrt(96)));
      for (const [bound, share] of [
        [0.5, 0.617075],
        [1, 0.3173105],
        [2, 0.0455003],
        [3, 0.0026998],
      ] as const) {
        const beyond = found.filter((value) => Math.abs(value) > bound).length / count;
        expect(Math.abs(beyond - share)).toBeLessThan(error(Math.sqrt(share * (1 - share))));
      }
      expect(found.every((value) => Math.abs(value) < 5.8)).toBe(true);
    }
    await compiled.release();
  });

  it("have nothing to do with one another, nor with those of other seeds", async () => {
    const compiled = await large();
    const [first, second] = [await numbersOf(compiled, 1), await numbersOf(compiled, 2)];
    await compiled.release();
    // Five standard errors of a correlation of 1e5 pairs.
    const limit = 5 / Math.sqrt(count);
    expect(Math.abs(correlation(first, second))).toBeLessThan(limit);
    const half = count / 2;
    // The two of a pair share a radius, which only their squares would show if the angle were not uniform.
    expect(Math.abs(correlation(first.subarray(0, half), first.subarray(half)))).toBeLessThan(
      limit * Math.SQRT2,
    );
    const squares = first.map((value) => value ** 2);
    expect(Math.abs(correlation(squares.subarray(0, half), squares.subarray(half)))).toBeLessThan(
      limit * Math.SQRT2,
    );
    for (const lag of [1, 2, 1000]) {
      expect(Math.abs(correlation(first.subarray(lag), first.subarray(0, count - lag)))).toBeLessThan(limit);
    }
  });
});
