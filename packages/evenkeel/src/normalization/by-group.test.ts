import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../graph/index.js";
import { randomStream } from "../random/stream.js";
import { rows, sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, outputAndGradient, spread } from "../testing/batches.js";
import { compile, evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { type Affine, normalizeByBatch, normalizeByGroup } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** ONNX Runtime's operator where the formulation takes it, and elementary operations, which every device runs. */
const devices = ["cpu", "elsewhere"];

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

const plain: Affine = { gamma: undefined, beta: undefined };
const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(devices)("group normalization on the device %s", (device) => {
  const grouped = (groups: number, options: { axis?: number; epsilon?: number } = {}) => {
    return (x: Value, affine = plain) =>
      normalizeByGroup(x, affine, { axis: 1, epsilon: 1e-3, device, groups, ...options });
  };
  const shapes = fc.constantFrom([2, 4], [1, 6], [3, 4, 3], [2, 6, 5], [2, 4, 2, 3]);

  it("gives each group of each example mean 0 and variance σ²/(σ² + ε)", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(1, 2), seeds, async (shape, groups, seed) => {
        const x = spreadInChannels(shape, seed, 100);
        const [output] = await evaluate((_, { x }) => grouped(groups)(x), { x });
        const groupShape = [1, shape[0]! * groups, sizeOf(shape) / shape[0]! / groups];
        const before = channelsOf({ ...x, shape: groupShape });
        for (const [group, after] of channelsOf({ ...output!, shape: groupShape } as Tensor).entries()) {
          const { variance } = momentsOf(before[group]!);
          expectClose([momentsOf(after).mean], [0], { absolute: 2 * rounding });
          expectClose([momentsOf(after).variance], [variance / (variance + 1e-3)], {
            relative: 4 * rounding,
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it("treats each example as if it were alone, and a batch of open size likewise", async () => {
    for (const [shape, groups] of [
      [[5, 4], 2],
      [[5, 4, 3], 4],
      [[5, 6, 2, 2], 1],
    ] as const) {
      const x = spreadInChannels(shape, 1, 3);
      const gamma = tensor(Float32Array.from({ length: shape[1] }, (_, index) => index - 0.5));
      const beta = tensor(Float32Array.from({ length: shape[1] }, (_, index) => 2 - index));
      const build = (x: Value) =>
        grouped(groups)(x, { gamma: x.graph.constant(gamma), beta: x.graph.constant(beta) });
      const [together] = await evaluate((_, { x }) => build(x), { x });
      const open = await compile((_, { x }) => build(x), {
        x: { type: "float32", shape: ["batch", ...shape.slice(1)] },
      });
      expect(open.values[0]!.shape).toEqual(["batch", ...shape.slice(1)]);
      expectClose((await open.run({ x }))[0]!, together!, { absolute: 4 * rounding });
      for (let index = 0; index < 5; index++) {
        const example = rows(x, index, index + 1);
        const expected = rows(together as Tensor<"float32">, index, index + 1);
        const [alone] = await evaluate((_, { x }) => build(x), { x: example });
        expectClose(alone!, expected, { absolute: 4 * rounding });
        const [fromOpen] = await open.run({ x: example });
        expectClose(fromOpen!, expected, { absolute: 4 * rounding });
      }
      await open.release();
    }
  });

  it("of a group for each channel is batch normalization of one example", async () => {
    const x = spreadInChannels([1, 4, 3, 2], 1, 5);
    const upstream = normal(randomStream(1, "upstream"), [1, 4, 3, 2]);
    const byGroup = await outputAndGradient((x) => grouped(4)(x), x, upstream);
    const byBatch = await outputAndGradient(
      (x) => normalizeByBatch(x, plain, { axis: 1, epsilon: 1e-3, device }).output,
      x,
      upstream,
    );
    for (const [index, found] of byGroup.entries()) {
      expectClose(found, byBatch[index]!, { absolute: 2 * rounding });
    }
  });

  it("has the gradients that differences show", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          { shape: [2, 4], groups: 1, axis: 1 },
          { shape: [2, 4], groups: 2, axis: -1 },
          { shape: [2, 2, 3], groups: 2, axis: 1 },
          { shape: [2, 4, 2], groups: 2, axis: 1 },
          { shape: [1, 2, 2, 2], groups: 1, axis: 1 },
          { shape: [2, 2, 2, 2], groups: 2, axis: 3 },
        ),
        seeds,
        async ({ shape, groups, axis }, seed) => {
          const stream = randomStream(seed, "gradients");
          const channels = shape.at(axis)!;
          const vector = () =>
            tensor(Float32Array.from({ length: channels }, () => stream.uniform(0.5, 1.5)));
          const x = spreadInChannels(shape, seed, 1);
          await checkGradients(
            (x, gamma, beta) => grouped(groups, { axis, epsilon: 0.5 })(x, { gamma, beta }),
            [x, vector(), vector()],
          );
        },
      ),
      { numRuns: 12 },
    );
  });
});

/** Every channel of every example is spread around a centre of its own, so that no group is nearly constant. */
function spreadInChannels(shape: readonly number[], seed: number, centre: number): Tensor<"float32"> {
  const [examples, channels] = shape as [number, number];
  const rest = sizeOf(shape.slice(2));
  // The values of a channel that has one alone must differ from those of its neighbours.
  const flat = rest > 1 ? [examples * channels, rest] : [examples, channels];
  return tensor(spread(flat, seed, { centre, deviation: 1, axis: 0 }).data, shape);
}
