import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../random/stream.js";
import { tensor } from "../tensor/tensor.js";
import { normal, outputAndGradient, spread } from "../testing/batches.js";
import { compile, evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { type Affine, normalizeByBatch, normalizeByRunning, renormalizeByBatch } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** ONNX Runtime's operator where the formulation takes it, and elementary operations, which every device runs. */
const devices = ["cpu", "elsewhere"];

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

const plain: Affine = { gamma: undefined, beta: undefined };
const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(devices)("batch renormalization on the device %s", (device) => {
  const options = { axis: 1, epsilon: 1e-3, device };
  const running = { mean: tensor([1, -2, 0.5]), variance: tensor([4, 0.25, 1]) };

  it("is batch normalization with rMax 1 and dMax 0, in output and gradient", async () => {
    for (const shape of [
      [6, 3],
      [4, 3, 2],
      [4, 3, 2, 2],
    ]) {
      const x = spread(shape, 1, { centre: 3, deviation: 2 });
      const upstream = normal(randomStream(1, "upstream"), shape);
      const renormalized = await outputAndGradient(
        (x) => {
          const { mean, variance } = running;
          const before = { mean: x.graph.constant(mean), variance: x.graph.constant(variance) };
          return renormalizeByBatch(x, plain, before, { ...options, rMax: 1, dMax: 0 }).output;
        },
        x,
        upstream,
      );
      const byBatch = await outputAndGradient((x) => normalizeByBatch(x, plain, options).output, x, upstream);
      expect(renormalized.map(({ data }) => data)).toEqual(byBatch.map(({ data }) => data));
    }
  });

  it("gives what inference would where its bounds are wide", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom([6, 3], [4, 3, 2], [2, 3, 2, 2]), seeds, async (shape, seed) => {
        const [output, expected] = await evaluate(
          (_, { x, mean, variance }) => [
            renormalizeByBatch(x, plain, { mean, variance }, { ...options, rMax: 1e4, dMax: 1e4 }).output,
            normalizeByRunning(x, plain, { mean, variance }, options),
          ],
          { x: spread(shape, seed, { centre: 3, deviation: 2 }), ...running },
        );
        expectClose(output!, expected!, { absolute: 20 * rounding });
      }),
      { numRuns: 10 },
    );
  });

  it("lets its bounds grow linearly between their steps", async () => {
    // A batch of deviation 10 at mean 100, against running statistics of 1 and 0: both bounds are reached.
    const x = tensor([[90], [110]]);
    const ramps = {
      rMax: { from: 1, to: 3, start: 5000, end: 40_000 },
      dMax: { from: 0, to: 5, start: 5000, end: 25_000 },
    };
    const compiled = await compile(
      (graph, { x, steps }) => {
        const before = { mean: graph.constant(tensor([0])), variance: graph.constant(tensor([1])) };
        return renormalizeByBatch(x, plain, before, { ...options, ...ramps, steps }).output;
      },
      { x, steps: tensor(Float32Array.of(0), []) },
    );
    for (const [step, r, d] of [
      [0, 1, 0],
      [5000, 1, 0],
      [15_000, 1 + 2 * (10 / 35), 2.5],
      [25_000, 1 + 2 * (20 / 35), 5],
      [40_000, 3, 5],
      [1e6, 3, 5],
    ] as const) {
      const [output] = await compiled.run({ x, steps: tensor(Float32Array.of(step), []) });
      const normalized = 10 / Math.sqrt(100 + 1e-3);
      expectClose(output!, [-normalized * r + d, normalized * r + d], { absolute: 10 * rounding });
    }
    await compiled.release();
  });
});
