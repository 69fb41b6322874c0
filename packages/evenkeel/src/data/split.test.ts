import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { type Dataset, dataset } from "./dataset.js";
import { shuffle, split, take } from "./split.js";

/** Examples whose input is their number, with labels. */
function numbered(labels: number[]): Dataset {
  const x = tensor(Float32Array.from(labels.keys()), [labels.length, 1]);
  return dataset({ x, y: Uint8Array.from(labels), name: "numbered" });
}

const numbers = (data: Dataset) => [...(data.x.data as Float32Array)];
const ascending = (values: number[]) => [...values].sort((a, b) => a - b);
const ten = numbered([0, 0, 0, 0, 0, 0, 1, 1, 2, 2]);

describe("split", () => {
  it("puts every example with its label in exactly one part", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(
        sizes,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        (labels, at, shuffled, stratify, seed) => {
          const count = 1 + (at % (labels.length - 1));
          const parts = split(numbered(labels), { count, shuffle: shuffled, stratify, seed });
          expect(parts[0].x.shape).toEqual([count, 1]);
          expect(ascending(parts.flatMap(numbers))).toEqual([...labels.keys()]);
          for (const part of parts) expect([...part.y.data]).toEqual(numbers(part).map((i) => labels[i]));
        },
      ),
    );
  });

  it("repeats with the seed and changes with it", () => {
    const first = (seed: number) => numbers(split(ten, { fraction: 0.5, seed })[0]);
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it("keeps the order without shuffling", () => {
    const [first, second] = split(ten, { fraction: 0.3, shuffle: false });
    expect([numbers(first), numbers(second)]).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6, 7, 8, 9],
    ]);
  });

  it("keeps the classes' shares when stratified", () => {
    const [first, second] = split(ten, { count: 5, stratify: true, seed: 3 });
    expect(ascending([...(first.y.data as Uint8Array)])).toEqual([0, 0, 0, 1, 2]);
    expect(ascending([...(second.y.data as Uint8Array)])).toEqual([0, 0, 0, 1, 2]);
    expect(numbers(split(ten, { count: 5, stratify: true, shuffle: false })[0])).toEqual([0, 1, 2, 6, 8]);
  });

  it("gives each class its share of the first part to within one example", () => {
    const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.nat(), (all, at) => {
        const count = 1 + (at % (all.length - 1));
        const chosen = [...split(numbered(all), { count, stratify: true })[0].y.data].map(Number);
        for (const label of new Set(all)) {
          const share = (all.filter((l) => l === label).length * count) / all.length;
          expect(Math.abs(chosen.filter((l) => l === label).length - share)).toBeLessThan(1);
        }
      }),
    );
  });

  it("carries the other properties along", () => {
    const named = { ...ten, featureNames: ["number"] };
    expect(split(named, { count: 4 })[1]).toMatchObject({ name: "numbered", featureNames: ["number"] });
  });

  it("refuses what makes no two parts", () => {
    expect(() => split(ten, {})).toThrow(/either fraction or count/);
    expect(() => split(ten, { count: 3, fraction: 0.3 })).toThrow(/either fraction or count/);
    expect(() => split(ten, { count: 10 })).toThrow(/count 10 of 10 examples can't make two parts/);
    expect(() => split(ten, { count: 2.5 })).toThrow(/count 2.5/);
    expect(() => split(ten, { fraction: 0.01 })).toThrow(/fraction 0.01 of 10/);
    expect(() => split(ten, { fraction: Number.NaN })).toThrow(/fraction NaN/);
    const targets = dataset({ x: [[1], [2]], y: [0.1, 0.2] });
    expect(() => split(targets, { count: 1, stratify: true })).toThrow(
      /stratify needs labels.*float32 \[2, 1\]/,
    );
  });
});

describe("shuffle", () => {
  it("keeps all examples, in an order that the seed decides", () => {
    expect(ascending(numbers(shuffle(ten, 1)))).toEqual(numbers(ten));
    expect(numbers(shuffle(ten, 1))).toEqual(numbers(shuffle(ten, 1)));
    expect(numbers(shuffle(ten, 1))).not.toEqual(numbers(shuffle(ten, 2)));
  });
});

describe("take", () => {
  it("keeps the front", () => {
    expect(numbers(take(ten, 3))).toEqual([0, 1, 2]);
    expect(take(ten, 3).y.shape).toEqual([3]);
  });

  it.each([0, 11, 1.5, -1])("refuses %d of 10", (count) => {
    expect(() => take(ten, count)).toThrow(/numbered: take needs a whole number from 1 to 10/);
  });
});
