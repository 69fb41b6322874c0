import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { avalanche, randomStream, streamSeed } from "./stream.js";

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

function moment(values: readonly number[], order: number, around = 0): number {
  return values.reduce((sum, value) => sum + (value - around) ** order, 0) / values.length;
}

const seeds = fc.maxSafeInteger();

describe("a random stream", () => {
  it("is the same for the same seed and purpose", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 3 }), (seed, purpose) => {
        const [a, b] = [randomStream(seed, ...purpose), randomStream(seed, ...purpose)];
        const all = ({ uniform, normal, integer, permutation }: typeof a) => [
          uniform(),
          normal(),
          integer(10),
          ...permutation(5),
          uniform(),
        ];
        expect(all(a)).toEqual(all(b));
      }),
    );
  });

  it("is another for another seed or purpose", () => {
    const streams = [
      randomStream(1),
      randomStream(2),
      randomStream(-1),
      randomStream(1, "shuffle"),
      randomStream(1, "shuffle", 0),
      randomStream(1, "shuffle", 1),
      randomStream(1, "initialize", "dense_1/kernel"),
      randomStream(1, "initialize", "dense_1", "kernel"),
      randomStream(1, "initialize", "dense_2/kernel"),
      randomStream(11, "initialize"),
      randomStream(1, "1", "initialize"),
    ];
    const firsts = streams.map(({ uniform }) => uniform());
    expect(new Set(firsts).size).toBe(streams.length);
  });

  it("does not depend on what another was asked", () => {
    const [a, b] = [randomStream(3, "a"), randomStream(3, "b")];
    a.permutation(100);
    expect(b.uniform()).toBe(randomStream(3, "b").uniform());
  });

  it("gives uniform numbers in their range", () => {
    const { uniform } = randomStream(5, "uniform");
    const values = draw(100_000, () => uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    // Four standard errors: 0.289 and 0.0745 over √1e5.
    expect(Math.abs(moment(values, 1) - 1 / 2)).toBeLessThan(0.0037);
    expect(Math.abs(moment(values, 2, 0.5) - 1 / 12)).toBeLessThan(0.001);
    const wide = draw(1000, () => uniform(-3, 5));
    expect(Math.min(...wide)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...wide)).toBeLessThan(5);
    expect(Math.max(...wide) - Math.min(...wide)).toBeGreaterThan(7.8);
  });

  it("gives normal numbers with the moments of the normal distribution", () => {
    const { normal } = randomStream(6, "normal");
    const values = draw(100_000, () => normal());
    // The k-th moment's standard error is √((m₂ₖ − mₖ²)/1e5), m₂ₖ = 1, 3, 15, 105; four of them.
    expect(Math.abs(moment(values, 1))).toBeLessThan(0.0127);
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(0.018);
    expect(Math.abs(moment(values, 3))).toBeLessThan(0.05);
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(0.125);
    const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
    expect(within).toBeCloseTo(0.6827, 2);
    // The two numbers that the polar method makes at a time are independent.
    const product = values.reduce(
      (sum, value, index) => (index % 2 ? sum + value * values[index - 1]! : sum),
      0,
    );
    expect(Math.abs(product / 50_000)).toBeLessThan(0.018);
    const shifted = draw(10_000, () => normal(10, 0.5));
    expect(Math.abs(moment(shifted, 1) - 10)).toBeLessThan(0.02);
    expect(Math.abs(moment(shifted, 2, 10) - 0.25)).toBeLessThan(0.015);
  });

  it("gives each integer below its limit equally often", () => {
    const { integer } = randomStream(7, "integer");
    const counts = new Map<number, number>();
    for (const value of draw(60_000, () => integer(6))) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    // 10 000 ± 91 each; five of those.
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(460);
    expect(integer(1)).toBe(0);
  });

  it("gives permutations", () => {
    fc.assert(
      fc.property(seeds, fc.nat(300), (seed, count) => {
        const order = randomStream(seed, "shuffle").permutation(count);
        expect(order).toBeInstanceOf(Uint32Array);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
    );
  });

  it("gives each permutation equally often", () => {
    const stream = randomStream(8, "shuffle");
    const counts = new Map<string, number>();
    for (let index = 0; index < 24_000; index++) {
      const order = stream.permutation(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // 1000 ± 31 each; five of those.
    for (const [order, count] of counts) expect(Math.abs(count - 1000), order).toBeLessThan(155);
  });

  it("needs an integer for a seed", () => {
    for (const seed of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => randomStream(seed), String(seed)).toThrow(`The seed must be an integer, got ${seed}.`);
    }
  });
});

describe("avalanche", () => {
  it("changes about half the output when one input bit changes", () => {
    const { integer } = randomStream(9, "avalanche");
    const flips = new Float64Array(32);
    const tries = 2000;
    for (let index = 0; index < tries; index++) {
      const value = integer(2 ** 32);
      for (let bit = 0; bit < 32; bit++) {
        let difference = (avalanche(value) ^ avalanche(value ^ (1 << bit))) >>> 0;
        for (; difference; difference &= difference - 1) flips[bit]!++;
      }
    }
    for (const [bit, count] of flips.entries()) {
      expect(Math.abs(count / tries / 32 - 0.5), `bit ${bit}`).toBeLessThan(0.02);
    }
  });

  it("never gives one result for two values", () => {
    expect(new Set(draw(100_000, () => 0).map((_, index) => avalanche(index))).size).toBe(100_000);
  });
});

describe("streamSeed", () => {
  it("is a 32-bit integer, and tells a thousand epochs apart", () => {
    const all = Array.from({ length: 1000 }, (_, epoch) => streamSeed(42, "shuffle", epoch));
    expect(all.every((seed) => Number.isInteger(seed) && Math.abs(seed) <= 2 ** 31)).toBe(true);
    expect(new Set(all).size).toBe(1000);
  });
});
