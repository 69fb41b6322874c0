import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { convolution } from "../blocked/index.js";
import { randomStream } from "../random/stream.js";
import { cpuChannelBlock } from "../runtime/channel-block.js";
import type { Tensor } from "../tensor/tensor.js";
import { normal } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { reordered, whereLayoutIs, wholeBlocks, writtenOperators } from "../testing/layout.js";
import {
  abs,
  add,
  clip,
  cos,
  div,
  elu,
  erf,
  exp,
  Graph,
  gelu,
  greater,
  hardSigmoid,
  identity,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  pRelu,
  reciprocal,
  reduceSum,
  relu,
  selu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  type Value,
} from "./index.js";
import { intoLayout, isReordered, outOfLayout } from "./reordering.js";

const shape = [2, 2 * wholeBlocks, 3, 2];

/** Numbers of either sign, other ones for each purpose. */
const numbers = (purpose: string, of: readonly number[] = shape) => normal(randomStream(1, purpose), of);

/** Positive numbers. */
function positive(purpose: string): Tensor<"float32"> {
  const { data, ...rest } = numbers(purpose);
  return { ...rest, data: data.map((value) => Math.abs(value) + 0.1) };
}

describe("the blocked layout", () => {
  it("is left and entered again for nothing: no node is written", () => {
    const graph = new Graph("test");
    const content = intoLayout(graph.input("x", "float32", shape));
    const out = outOfLayout(content);
    expect(intoLayout(out)).toBe(content);
    expect(intoLayout(outOfLayout(intoLayout(out)))).toBe(content);
    graph.output("y", intoLayout(outOfLayout(neg(content))));
    expect(writtenOperators(graph)).toEqual(["ReorderInput", "Neg"]);
  });

  it("is entered once by a value that several take there", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", shape);
    expect(intoLayout(x)).toBe(intoLayout(x));
    graph.output("y", add(neg(reordered(x)), exp(reordered(x))));
    expect(writtenOperators(graph)).toEqual(["ReorderInput", "Neg", "Exp", "Add", "ReorderOutput"]);
  });

  it("is not entered through a region that is differentiated as a whole", () =>
    whereLayoutIs(async () => {
      const x = numbers("x");
      const [toX] = await evaluate(
        (graph, { x }) => {
          const { output } = graph.differentiateAs(
            "doubling",
            [x],
            () => ({ output: outOfLayout(mul(intoLayout(x), 2)) }),
            (g) => [mul(g, 2)],
          );
          return gradients(reduceSum(add(neg(output), reordered(x))), [x]);
        },
        { x },
      );
      expect(toX!.data.every((value) => value === -1)).toBe(true);
    }));

  it("gives back each number where it was", () =>
    whereLayoutIs(async () => {
      const x = numbers("x");
      const [back] = await evaluate((_, { x }) => reordered(x), { x });
      expect(back).toEqual(x);
    }));

  it("has nothing to do with channels that only filled the last block", () =>
    whereLayoutIs(async () => {
      const channels = wholeBlocks - 3;
      const x = numbers("x", [1, wholeBlocks, 2, 2]);
      const [sum] = await evaluate(
        (graph, { x }) => {
          const [first] = graph.node("ReorderOutput", [intoLayout(x)], { channels, channels_last: 0 });
          expect(isReordered(first!)).toBe(false);
          return add(first!, first!);
        },
        { x },
      );
      expect(sum!.shape).toEqual([1, channels, 2, 2]);
      expect([...sum!.data]).toEqual([...x.data.subarray(0, channels * 4)].map((value) => 2 * value));
    }));
});

const unary: Record<string, (x: Value) => Value> = {
  abs,
  cos,
  elu: (x) => elu(x, 1),
  erf,
  exp,
  gelu: (x) => gelu(x, "none"),
  hardSigmoid: (x) => hardSigmoid(x, 0.2, 0.5),
  leakyRelu: (x) => leakyRelu(x, 0.1),
  log,
  neg,
  reciprocal,
  relu,
  selu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  tanh,
};
const binary = { add, sub, mul, div, pow, maximum, minimum };

describe("elementwise operations of what comes out of the layout", () => {
  /** Each pair of results is one in the layout and one outside. */
  async function expectSame(
    pairs: (x: Value, y: Value) => readonly (readonly [Value, Value])[],
    stays = true,
  ): Promise<void> {
    const found = await evaluate(
      (_, { x, y }) =>
        pairs(x, y).flatMap(([inside, outside]) => {
          expect([isReordered(inside), isReordered(outside)]).toEqual([stays, false]);
          return [inside, outside];
        }),
      { x: positive("x"), y: positive("y") },
    );
    for (let index = 0; index < found.length; index += 2) {
      expect(found[index]!.shape).toEqual(found[index + 1]!.shape);
      // Of two roundings: a number may be in another lane of a vector, or behind its end.
      expectClose(found[index]!, found[index + 1]!, { relative: 2.4e-7 });
    }
  }

  it.each(Object.entries(unary))("stay there, with the same numbers: %s", (_, compute) =>
    whereLayoutIs(() => expectSame((x) => [[compute(reordered(x)), compute(x)]])),
  );

  it.each(Object.entries(binary))(
    "stay there, with numbers, scalars and values of the same shape: %s",
    (_, compute) =>
      whereLayoutIs(() =>
        expectSame((x, y) => {
          const scalar = reduceSum(mul(y, 1e-3));
          return [
            [compute(reordered(x), reordered(y)), compute(x, y)],
            [compute(reordered(x), y), compute(x, y)],
            [compute(x, reordered(y)), compute(x, y)],
            [compute(reordered(x), 1.5), compute(x, 1.5)],
            [compute(1.5, reordered(x)), compute(1.5, x)],
            [compute(reordered(x), scalar), compute(x, scalar)],
            [compute(scalar, reordered(x)), compute(scalar, x)],
          ];
        }),
      ),
  );

  it("come out for operands of other shapes, which belong to places", () =>
    whereLayoutIs(() =>
      expectSame((x, y) => {
        const byChannel = reduceSum(y, [0, 2, 3], { keepDimensions: true });
        const byPixel = reduceSum(y, [0, 1], { keepDimensions: true });
        const row = reduceSum(y, [0, 1, 2]);
        return [byChannel, byPixel, row].flatMap((other) => [
          [mul(reordered(x), other), mul(x, other)] as const,
          [sub(other, reordered(x)), sub(other, x)] as const,
        ]);
      }, false),
    ));

  it.each<[string, (x: Value, slope: Value) => Value]>([
    ["comparisons", greater],
    ["slopes", pRelu],
    ["bounds", (x) => clip(x, 0.3, 0.6)],
    ["copies", identity],
    ["sums", (x) => reduceSum(x, [1])],
  ])("come out for %s", (_, compute) =>
    whereLayoutIs(async () => {
      const [inside, outside] = await evaluate(
        (_, { x, slope }) => [compute(reordered(x), slope), compute(x, slope)],
        { x: numbers("x"), slope: numbers("slope", [shape[1]!, 1, 1]) },
      );
      expect(inside).toEqual(outside);
    }),
  );
});

describe("gradients with respect to a value that comes out of the layout", () => {
  /** Two convolutions with something between them, and the gradients of all that there is. */
  async function inBoth(between: (x: Value) => Value, outputs: (value: Value) => readonly Value[]) {
    const block = await cpuChannelBlock();
    const windows = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], before: [1, 1], after: [1, 1] };
    const kernelShape = [wholeBlocks, wholeBlocks, 3, 3];
    const batch = [wholeBlocks, wholeBlocks, 4, 5];
    const feeds = {
      x: numbers("x", batch),
      first: numbers("first", kernelShape),
      second: numbers("second", kernelShape),
      upstream: numbers("upstream", batch),
    };
    const run = (block: number) =>
      evaluate((_, { x, first, second, upstream }) => {
        const options = { group: 1, block, training: true };
        const value = convolution(x, first, undefined, windows, options);
        expect(isReordered(value)).toBe(block > 1);
        const last = convolution(between(value), second, undefined, windows, options);
        const loss = reduceSum(mul(last, upstream));
        return [...gradients(loss, [value, x, first, second]), ...outputs(value)];
      }, feeds);
    return {
      found: await run(block),
      expected: await run(1),
      terms: [1, 1, 1, 1].map(() => 9 * wholeBlocks),
    };
  }

  it.each<[string, (x: Value) => Value, (value: Value) => readonly Value[]]>([
    ["used in the layout alone", relu, () => []],
    ["asked for as an output", relu, (value) => [value]],
    [
      "used in the layout and out of it",
      (x) => add(relu(x), mul(x, reduceSum(x, [1], { keepDimensions: true }))),
      () => [],
    ],
    ["used by nothing else in between", (x) => x, (value) => [value, exp(mul(value, 0.01))]],
  ])("are those of the plain formulation: %s", async (_, between, outputs) => {
    const { found, expected } = await inBoth(between, outputs);
    for (const [index, { shape, data }] of expected.entries()) {
      expect(found[index]!.shape).toEqual(shape);
      const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Sums of a few hundred products in another order, one after another: a few roundings of the largest.
      expectClose(found[index]!, expected[index]!, { absolute: 2e-6 * largest });
    }
  });

  it("are zeros where the loss ignores it", () =>
    whereLayoutIs(async () => {
      const [toIgnored, toUsed] = await evaluate(
        (_, { x, y }) => {
          const [ignored, used] = [neg(reordered(x)), neg(reordered(y))];
          return gradients(reduceSum(used), [ignored, used]);
        },
        { x: numbers("x"), y: numbers("y") },
      );
      expect(toIgnored!.shape).toEqual(shape);
      expect(toIgnored!.data.every((value) => value === 0)).toBe(true);
      expect(toUsed!.data.every((value) => value === 1)).toBe(true);
    }));
});
