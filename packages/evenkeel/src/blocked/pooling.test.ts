import { beforeAll, describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { Graph, type Value } from "../graph/index.js";
import { averagePool, globalAveragePool, maxPool, mul, reduceSum, reshape } from "../graph/operations.js";
import { intoLayout, isReordered, outOfLayout } from "../graph/reordering.js";
import type { Windows } from "../graph/windows.js";
import { randomStream } from "../random/stream.js";
import { cpuChannelBlock } from "../runtime/channel-block.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { whereLayoutIs } from "../testing/layout.js";
import { globalAverage, pooling } from "./pooling.js";

let block = 1;
beforeAll(async () => {
  // Where there is no layout, graphs are built for this many and must be refused.
  block = Math.max(8, await cpuChannelBlock());
});

/** Few different values, so that windows have ties. */
function withTies(shape: readonly number[], seed: number): Tensor<"float32"> {
  const stream = randomStream(seed, "ties");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.integer(5) - 2),
    shape,
  );
}

function windowsOf(kernel: [number, number], strides: [number, number]): Windows {
  return { kernel, strides, dilations: [1, 1], before: [0, 0], after: [0, 0] };
}

/** Output and gradient by both formulations, with upstream gradients that are all different. */
async function compared(
  shape: readonly number[],
  inLayout: (x: Value) => Value | undefined,
  plain: (x: Value) => Value,
  reordered = true,
): Promise<void> {
  await whereLayoutIs(() => compare(shape, inLayout, plain, reordered));
}

async function compare(
  shape: readonly number[],
  inLayout: (x: Value) => Value | undefined,
  plain: (x: Value) => Value,
  reordered: boolean,
): Promise<void> {
  const run = (compute: (x: Value) => Value, reordered: boolean) =>
    evaluate(
      (graph, { x }) => {
        const output = compute(reordered ? outOfLayout(intoLayout(x!)) : x!);
        const outputShape = output.shape as number[];
        const upstream = Float32Array.from({ length: sizeOf(outputShape) }, (_, index) => 1 + index / 7);
        const loss = reduceSum(mul(output, graph.constant(tensor(upstream, outputShape))));
        return [output, ...gradients(loss, [x!])];
      },
      { x: withTies(shape, sizeOf(shape)) },
    );
  const [found, expected] = [await run((x) => inLayout(x)!, reordered), await run(plain, false)];
  expectClose(found[0]!, expected[0]!, { absolute: 1e-6 });
  expectClose(found[1]!, expected[1]!, { relative: 1e-6 });
}

describe("pooling in the blocked layout", () => {
  it.each([
    { kernel: [2, 2], strides: [2, 2], sizes: [8, 6] },
    { kernel: [3, 2], strides: [3, 2], sizes: [6, 4] },
    { kernel: [1, 1], strides: [2, 2], sizes: [4, 6] },
    { kernel: [1, 1], strides: [1, 1], sizes: [3, 5] },
  ] as { kernel: [number, number]; strides: [number, number]; sizes: [number, number] }[])(
    "gives what ONNX's operators give, the first of equals in a window getting its gradient: %j",
    async ({ kernel, strides, sizes }) => {
      const windows = windowsOf(kernel, strides);
      const shape = [3, 2 * block, ...sizes];
      await compared(
        shape,
        (x) => pooling("max", x, windows, { block, training: true }),
        (x) => maxPool(x, windows),
      );
      await compared(
        shape,
        (x) => pooling("average", x, windows, { block, training: true }),
        (x) => averagePool(x, windows, false),
      );
    },
  );

  it("takes images for channels of a plain value, where these are no whole blocks", async () => {
    const windows = windowsOf([2, 2], [2, 2]);
    for (const kind of ["max", "average"] as const) {
      const plain = (x: Value) => (kind === "max" ? maxPool(x, windows) : averagePool(x, windows, false));
      await compared(
        [block, 3, 4, 6],
        (x) => pooling(kind, x, windows, { block, training: true }),
        plain,
        false,
      );
    }
  });

  it("averages whole channels", async () => {
    await compared(
      [3, 2 * block, 5, 4],
      (x) => globalAverage(x, block),
      (x) => reshape(globalAveragePool(x), [3, 2 * block]),
    );
  });

  it("leaves windows that overlap, or have padding or a rest, to ONNX's operators", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [1, 2 * block, 6, 6]);
    const reordered = outOfLayout(intoLayout(x));
    expect(isReordered(reordered)).toBe(true);
    const padded = { ...windowsOf([2, 2], [2, 2]), before: [1, 1] };
    for (const windows of [windowsOf([3, 3], [2, 2]), windowsOf([4, 4], [4, 4]), padded]) {
      expect(pooling("max", reordered, windows, { block, training: true })).toBeUndefined();
    }
    expect(pooling("max", x, windowsOf([2, 2], [2, 2]), { block, training: false })).toBeUndefined();
  });
});
