import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextStretch, planEpoch, type Segment } from "./plan.js";

const counts = { examples: fc.integer({ min: 1, max: 500 }), batchSize: fc.integer({ min: 1, max: 80 }) };
const lastBatch = fc.constantFrom("keep", "drop");

/** Walks through an epoch as the training does, in stretches of at most some length each. */
function walk(segments: readonly Segment[], limits: readonly number[]) {
  const batches: { firstExample: number; batchSize: number }[] = [];
  for (let run = 0; ; run++) {
    const stretch = nextStretch(segments, batches.length, limits[run % limits.length]!);
    if (!stretch) return batches;
    for (let step = 0; step < stretch.steps; step++) {
      const firstExample = stretch.firstExample + step * stretch.batchSize;
      batches.push({ firstExample, batchSize: stretch.batchSize });
    }
  }
}

const limitLists = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });

describe("the batches of an epoch", () => {
  it("take every example exactly once, in order, however the steps are grouped into runs", () => {
    fc.assert(
      fc.property(
        fc.record(counts),
        fc.boolean(),
        limitLists,
        ({ examples, batchSize }, oneIsTooFew, limits) => {
          const batches = walk(
            planEpoch(examples, batchSize, "keep", () => oneIsTooFew),
            limits,
          );
          let next = 0;
          for (const batch of batches) {
            expect(batch.firstExample).toBe(next);
            next += batch.batchSize;
          }
          expect(next).toBe(examples);
        },
      ),
    );
  });

  it("leave out fewer examples than a batch with drop, and have one size only", () => {
    fc.assert(
      fc.property(fc.record(counts), fc.boolean(), ({ examples, batchSize }, oneIsTooFew) => {
        const segments = planEpoch(examples, batchSize, "drop", () => oneIsTooFew);
        const size = Math.min(batchSize, examples);
        expect(segments).toEqual([{ batchSize: size, steps: Math.floor(examples / size) }]);
      }),
    );
  });

  it("are of the size asked for but the last, which is smaller, or larger by one example", () => {
    fc.assert(
      fc.property(fc.record(counts), fc.boolean(), ({ examples, batchSize }, oneIsTooFew) => {
        const batches = walk(
          planEpoch(examples, batchSize, "keep", () => oneIsTooFew),
          [7],
        );
        const size = Math.min(batchSize, examples);
        for (const batch of batches.slice(0, -1)) expect(batch.batchSize).toBe(size);
        const last = batches.at(-1)!.batchSize;
        expect(last).toBeLessThanOrEqual(oneIsTooFew ? size + 1 : size);
        if (oneIsTooFew && examples > 1 && batchSize > 1) expect(last).toBeGreaterThan(1);
      }),
    );
  });

  it("are the same whatever the runs of steps are", () => {
    fc.assert(
      fc.property(fc.record(counts), lastBatch, limitLists, ({ examples, batchSize }, last, limits) => {
        const segments = planEpoch(examples, batchSize, last, () => true);
        expect(walk(segments, limits)).toEqual(walk(segments, [1]));
      }),
    );
  });

  it("do not ask whether one example is too few unless one is left over", () => {
    const asked = () => {
      throw new Error("asked");
    };
    expect(planEpoch(12, 4, "keep", asked)).toEqual([{ batchSize: 4, steps: 3 }]);
    expect(planEpoch(13, 4, "drop", asked)).toEqual([{ batchSize: 4, steps: 3 }]);
    expect(() => planEpoch(13, 4, "keep", asked)).toThrow("asked");
  });
});
