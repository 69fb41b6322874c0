import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../graph/index.js";
import { randomStream } from "../random/stream.js";
import { rows, type Tensor, tensor } from "../tensor/tensor.js";
import { normal, outputAndGradient, spread } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { ghostsOf } from "./by-ghost.js";
import { type Affine, normalizeByBatch, normalizeByGhosts } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** ONNX Runtime's operator where the formulation takes it, and elementary operations, which every device runs. */
const devices = ["cpu", "elsewhere"];

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

const plain: Affine = { gamma: undefined, beta: undefined };
const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(devices)("ghost batch normalization on the device %s", (device) => {
  const options = { axis: 1, epsilon: 1e-3, device };

  it("is batch normalization where one ghost holds the batch", async () => {
    for (const shape of [
      [6, 3],
      [4, 3, 2],
      [4, 2, 3, 2],
    ]) {
      const x = spread(shape, 1, { centre: 3, deviation: 2 });
      for (const virtualBatchSize of [shape[0]!, shape[0]! + 1, 100]) {
        const [output, mean, variance, ...expected] = await evaluate(
          (_, { x }) => {
            const ghost = normalizeByGhosts(x, plain, { ...options, virtualBatchSize });
            const batch = normalizeByBatch(x, plain, options);
            expect(ghost.ghosts).toBe(1);
            return [ghost.output, ghost.mean, ghost.variance, batch.output, batch.mean, batch.variance];
          },
          { x },
        );
        expect([output!.data, mean!.data, variance!.data]).toEqual(expected.map(({ data }) => data));
      }
    }
  });

  it("normalizes each ghost as if it were the batch", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([9, 3], [8, 2, 3], [10, 2, 2, 2], [7, 3]),
        fc.integer({ min: 2, max: 5 }),
        seeds,
        async (shape, virtualBatchSize, seed) => {
          const stream = randomStream(seed, "ghosts");
          const x = spread(shape, seed, { centre: 3, deviation: 2 });
          const upstream = normal(stream, shape);
          const affine = (x: Value) => ({
            gamma: x.graph.constant(tensor(Float32Array.from({ length: shape[1]! }, (_, c) => c + 0.5))),
            beta: x.graph.constant(tensor(Float32Array.from({ length: shape[1]! }, (_, c) => -c))),
          });
          const [output, toX] = await outputAndGradient(
            (x) => normalizeByGhosts(x, affine(x), { ...options, virtualBatchSize }).output,
            x,
            upstream,
          );
          let start = 0;
          for (const { examples, count } of ghostsOf(shape[0]!, virtualBatchSize)) {
            for (let ghost = 0; ghost < count; ghost++) {
              const part = (of: Tensor<"float32">) => rows(of, start, start + examples);
              const [alone, gradient] = await outputAndGradient(
                (x) => normalizeByBatch(x, affine(x), options).output,
                part(x),
                part(upstream),
              );
              expectClose(part(output), alone, { absolute: 10 * rounding });
              const scale = Math.max(1, ...gradient.data.map(Math.abs));
              expectClose(part(toX), gradient, { absolute: 10 * rounding * scale });
              start += examples;
            }
          }
          expect(start).toBe(shape[0]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("has the gradients that differences show", async () => {
    const vector = (seed: number) =>
      normal(randomStream(seed, "vector"), [2]).data.map((v) => 1 + 0.2 * v) as Float32Array<ArrayBuffer>;
    for (const [shape, virtualBatchSize] of [
      [[8, 2], 4],
      [[6, 2, 2], 2],
      [[5, 2, 1, 2], 2],
    ] as const) {
      await checkGradients(
        (x, gamma, beta) =>
          normalizeByGhosts(x, { gamma, beta }, { ...options, epsilon: 0.5, virtualBatchSize }).output,
        [spread(shape, 2, { centre: 1, deviation: 1 }), tensor(vector(1)), tensor(vector(2))],
      );
    }
  });
});

describe("the ghosts of a batch", () => {
  it("hold every example, are of the size asked for but the last, and never of one example", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 2, max: 80 }), (batchSize, size) => {
        const sizes = ghostsOf(batchSize, size).flatMap(({ examples, count }) => Array(count).fill(examples));
        expect(sizes.reduce((sum, examples) => sum + examples, 0)).toBe(batchSize);
        expect(sizes.slice(0, -1).every((examples) => examples === size)).toBe(true);
        expect(sizes.at(-1)).toBeGreaterThan(1);
        expect(sizes.at(-1)).toBeLessThanOrEqual(size + 1);
      }),
    );
  });
});
