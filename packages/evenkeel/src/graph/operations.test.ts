import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { compile, evaluate } from "../testing/evaluate.js";
import {
  add,
  argMax,
  averagePool,
  cast,
  clip,
  exp,
  expand,
  gather,
  gemm,
  loop,
  maxPool,
  mul,
  oneHot,
  pad,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  sumToShape,
  topK,
  transpose,
  where,
} from "./index.js";

const steps = (count: number): Tensor => tensor(BigInt64Array.of(BigInt(count)), []);
const x = tensor([1, 2, 3]);

function numbers(found: readonly Tensor[]): number[][] {
  return found.map(({ data }) => Array.from(data, Number));
}

describe("operations", () => {
  it("give what NumPy gives", async () => {
    const matrix = tensor([
      [1, 5, 2],
      [4, 3, 6],
    ]);
    const labels = tensor(Int32Array.of(2, 0));
    const found = await evaluate(
      (_, { matrix, labels }) => [
        transpose(matrix, [1, 0]),
        gemm(matrix, matrix, undefined, { transposeB: true, alpha: 0.5 }),
        reduceSum(matrix, [0]),
        reduceMean(matrix, [1], { keepDimensions: true }),
        reduceMax(matrix),
        argMax(matrix),
        oneHot(labels, 3),
        gather(matrix, labels, 1),
        slice(matrix, [-2], [100], [1]),
        clip(matrix, 2, 4),
        topK(matrix, 2).places,
        where(cast(matrix, "bool"), 1, 0),
      ],
      { matrix, labels },
    );
    expect(numbers(found)).toEqual([
      [1, 4, 5, 3, 2, 6],
      [15, 15.5, 15.5, 30.5],
      [5, 8, 8],
      [Math.fround(8 / 3), Math.fround(13 / 3)],
      [6],
      [1, 2],
      [0, 0, 1, 1, 0, 0],
      [2, 1, 6, 4],
      [5, 2, 3, 6],
      [2, 4, 2, 4, 3, 4],
      [1, 2, 2, 0],
      [1, 1, 1, 1, 1, 1],
    ]);
  });

  it("add nothing where nothing is to do", async () => {
    await evaluate(
      (graph, { x }) => {
        const before = graph.nodes.length;
        expect(cast(x, "float32")).toBe(x);
        expect(reshape(x, [3])).toBe(x);
        expect(expand(x, [3])).toBe(x);
        expect(sumToShape(x, [3])).toBe(x);
        expect(reduceSum(x, [])).toBe(x);
        expect(graph.nodes.length).toBe(before);
        return exp(x);
      },
      { x },
    );
  });
});

describe("pad", () => {
  it("gives zeros that count in the pooling behind it, as those of the pooling itself do not", async () => {
    const windows = { kernel: [2], strides: [2], dilations: [1], before: [0], after: [0] };
    const found = await evaluate(
      (_, { x }) => [
        maxPool(pad(x, [0, 0, 1], [0, 0, 1]), windows),
        maxPool(x, { ...windows, before: [1], after: [1] }),
        averagePool(pad(x, [0, 0, 1], [0, 0, 1]), windows, false),
        averagePool(x, { ...windows, before: [1], after: [1] }, false),
      ],
      { x: tensor([[[-4, -3, -2, -1]]]) },
    );
    expect(numbers(found)).toEqual([
      [0, -2, 0],
      [-4, -2, -1],
      [-2, -2.5, -0.5],
      [-4, -2.5, -1],
    ]);
  });
});

describe("sumToShape", () => {
  it("undoes any broadcast", async () => {
    const ones = tensor(new Float32Array(24).fill(1), [2, 3, 4]);
    const found = await evaluate(
      (_, { ones }) =>
        [[], [4], [1], [3, 1], [1, 4], [2, 1, 4], [1, 1, 1]].map((shape) => sumToShape(ones, shape)),
      { ones },
    );
    expect(found.map(({ shape }) => shape)).toEqual([[], [4], [1], [3, 1], [1, 4], [2, 1, 4], [1, 1, 1]]);
    expect(found.map(({ data }) => data[0])).toEqual([24, 6, 24, 8, 6, 3, 24]);
  });
});

describe("loop", () => {
  it("carries state, and keeps each step's values", async () => {
    const [state, steps_, doubled] = await evaluate(
      (graph, { x, count }) => {
        const { state, kept } = loop(graph, count, [x], (_, step, [before]) => {
          const after = mul(before!, 2);
          return { state: [after], kept: [step, after] };
        });
        return [...state, ...kept];
      },
      { x, count: steps(3) },
    );
    expect([...state!.data]).toEqual([8, 16, 24]);
    expect(steps_).toEqual({ type: "int64", shape: [3], data: BigInt64Array.of(0n, 1n, 2n) });
    expect(doubled!.shape).toEqual([3, 3]);
    expect([...doubled!.data]).toEqual([2, 4, 6, 4, 8, 12, 8, 16, 24]);
  });

  it("takes as many steps as it is told when it runs, none included", async () => {
    const compiled = await compile(
      (graph, { x, count }) => {
        const { state, kept } = loop(graph, count, [x], (_, __, [before]) => ({
          state: [add(before!, 1)],
          kept: [reduceSum(before!)],
        }));
        return [...state, ...kept];
      },
      { x, count: { type: "int64", shape: [] } },
    );
    expect(compiled.values[1]!.shape).toEqual(["steps"]);
    for (const count of [0, 1, 5]) {
      const [state, sums] = await compiled.run({ x, count: steps(count) });
      expect([...state!.data]).toEqual([1 + count, 2 + count, 3 + count]);
      expect(sums!.shape).toEqual([count]);
    }
    await compiled.release();
  });

  it("uses values from outside: inputs, results, constants, and what only the body needs", async () => {
    const found = await evaluate(
      (graph, { x, table, count }) => {
        const onlyInside = exp(mul(x, 0));
        const { state, kept } = loop(graph, count, [mul(x, 0)], (_, step, [sum]) => {
          const row = gather(table, step);
          return { state: [add(sum!, mul(row, onlyInside))], kept: [row, x] };
        });
        return [...state, ...kept];
      },
      {
        x,
        table: tensor([
          [1, 2, 3],
          [10, 20, 30],
        ]),
        count: steps(2),
      },
    );
    expect(numbers(found)).toEqual([
      [11, 22, 33],
      [1, 2, 3, 10, 20, 30],
      [1, 2, 3, 1, 2, 3],
    ]);
  });

  it("carries one value in several places, swaps places, and keeps a value twice", async () => {
    const found = await evaluate(
      (graph, { x, count }) => {
        const zero = graph.constant(0);
        const { state, kept } = loop(graph, count, [zero, zero, x, mul(x, -1)], (_, __, [a, b, c, d]) => {
          const sum = reduceSum(c!);
          return { state: [add(a!, 1), add(b!, 2), d!, c!], kept: [sum, sum, a!] };
        });
        return [...state, ...kept];
      },
      { x, count: steps(3) },
    );
    expect(numbers(found)).toEqual([[3], [6], [-1, -2, -3], [1, 2, 3], [6, -6, 6], [6, -6, 6], [0, 1, 2]]);
  });

  it("comes several times in one graph, and inside another", async () => {
    const found = await evaluate(
      (graph, { x, count }) => {
        const twice = (value: typeof x) =>
          loop(graph, count, [value], (_, __, [before]) => ({ state: [mul(before!, 2)], kept: [] }))
            .state[0]!;
        const nested = loop(graph, count, [x], (inner, _, [outer]) => ({
          state: [
            loop(inner, count, [outer!], (__, ___, [before]) => ({ state: [add(before!, x)], kept: [] }))
              .state[0]!,
          ],
          kept: [],
        })).state[0]!;
        return [twice(twice(x)), nested];
      },
      { x, count: steps(2) },
    );
    expect(numbers(found)).toEqual([
      [16, 32, 48],
      [5, 10, 15],
    ]);
  });
});
