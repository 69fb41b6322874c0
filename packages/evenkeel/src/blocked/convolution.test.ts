import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { conv, mul, reduceSum } from "../graph/operations.js";
import { type Windows, windowCounts } from "../graph/windows.js";
import { randomStream } from "../random/stream.js";
import { cpuChannelBlock } from "../runtime/channel-block.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { blockedConvolution } from "./convolution.js";
import { convolution } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** Without the layout there is nothing to test; the plain formulation has tests of its own. */
let block = 1;
beforeAll(async () => {
  block = await cpuChannelBlock();
});

interface Case {
  examples: number;
  /** Channels in whole blocks, or fewer than a block. */
  channels: { blocks: number } | { few: number };
  filterBlocks: number;
  sizes: [number, number];
  windows: Windows;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    examples: fc.oneof(fc.constantFrom(16, 32), fc.integer({ min: 1, max: 20 })),
    channels: fc.oneof(
      fc.integer({ min: 1, max: 3 }).map((blocks) => ({ blocks })),
      fc.integer({ min: 1, max: 7 }).map((few) => ({ few })),
    ),
    filterBlocks: fc.integer({ min: 1, max: 3 }),
    halves: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    odd: fc.tuple(fc.boolean(), fc.boolean()),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.integer({ min: 1, max: 2 }),
    pads: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4)),
  })
  .map(({ halves, odd, kernel, stride, pads, ...rest }) => ({
    ...rest,
    sizes: halves.map((half, axis) => 2 * half + (stride === 1 && odd[axis] ? 1 : 0)) as [number, number],
    windows: {
      kernel,
      strides: [stride, stride],
      dilations: [1, 1],
      before: [pads[0] % kernel[0], pads[1] % kernel[1]],
      after: [pads[2] % kernel[0], pads[3] % kernel[1]],
    },
  }))
  .filter(({ sizes, windows }) => windowCounts(sizes, windows).every((count) => count >= 1));

function normal(shape: readonly number[], seed: number): Tensor<"float32"> {
  const stream = randomStream(seed, "values");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
    shape,
  );
}

describe("a convolution in the blocked layout", () => {
  it("gives what ONNX's operator gives, and so do its derivatives", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.nat(),
        async ({ examples, channels, filterBlocks, sizes, windows }, seed) => {
          const few = "few" in channels;
          const side = few ? Math.min(channels.few, Math.max(1, block - 1)) : channels.blocks * block;
          const filters = filterBlocks * block;
          const shape = [examples, side, ...sizes];
          const kernelShape = [filters, side, ...windows.kernel];
          const options = { group: 1, block, training: true };
          expect(blockedConvolution(shape, kernelShape, windows, options) === undefined).toBe(block === 1);
          const counts = windowCounts(sizes, windows);
          const found = await evaluate(
            (_, { x, kernel, bias, upstream }) =>
              [
                (input: typeof x) => convolution(input, kernel, bias, windows, options),
                (input: typeof x) => conv(input, kernel, bias, windows),
              ].flatMap((compute) => {
                const output = compute(x);
                return [output, ...gradients(reduceSum(mul(output, upstream)), [x, kernel, bias])];
              }),
            {
              x: normal(shape, seed),
              kernel: normal(kernelShape, seed + 1),
              bias: normal([filters], seed + 2),
              upstream: normal([shape[0]!, filters, ...counts], seed + 3),
            },
          );
          const terms = [side * sizeOf(windows.kernel), filters * sizeOf(windows.kernel)];
          const ofKernel = shape[0]! * sizeOf(counts);
          for (const [index, count] of [...terms, ofKernel, ofKernel].entries()) {
            // Sums of so many products of unit variance, in another order: roundings of 6e-8 of their size.
            expectClose(found[index]!, found[index + 4]!, { absolute: 5e-6 * Math.sqrt(count) });
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
