import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  argMax,
  averagePool,
  cast,
  clip,
  concat,
  conv,
  convTranspose,
  cos,
  div,
  elu,
  erf,
  exp,
  expand,
  flatten,
  gelu,
  gemm,
  globalAveragePool,
  greater,
  hardSigmoid,
  identity,
  leakyRelu,
  log,
  logSoftmax,
  matMul,
  maximum,
  maxPool,
  minimum,
  mul,
  neg,
  type OperatorName,
  oneHot,
  pad,
  pow,
  pRelu,
  reciprocal,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  selu,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  sub,
  tanh,
  transpose,
  unsqueeze,
  type Value,
  where,
} from "../graph/index.js";
import { intoLayout, outOfLayout } from "../graph/reordering.js";
import { uncovered, type Windows, windowCounts } from "../graph/windows.js";
import { sizeOf, tensor } from "../tensor/tensor.js";
import {
  awayFromZero,
  between,
  betweenTenths,
  bools,
  broadcastPairs,
  distinct,
  orders,
  pairName,
  type Sample,
  shapes,
  someAxes,
  type TensorOf,
  tenths,
} from "../testing/arbitraries.js";
import { evaluate } from "../testing/evaluate.js";
import { whereAvailable, wholeBlocks } from "../testing/layout.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { laidConvolutions, laidWindows } from "../testing/windows.js";
import { gradients } from "./gradients.js";
import { rules } from "./rules.js";

/** Operators without a rule: a way through them is an error. */
const underivable = [
  "BatchNormalization",
  "Gather",
  "Loop",
  "MaxUnpool",
  "NchwcAveragePool",
  "NchwcConv",
  "NchwcGlobalAveragePool",
  "NchwcMaxPool",
  "NchwcUpsample",
  "ScatterElements",
  "TopK",
] as const;

/** Operators whose outputs do not move when their inputs do: nothing flows back. */
const constant = [
  "And",
  "ArgMax",
  "BitShift",
  "BitwiseXor",
  "Equal",
  "Floor",
  "Greater",
  "GreaterOrEqual",
  "IsInf",
  "IsNaN",
  "Less",
  "Mod",
  "Not",
  "OneHot",
  "Or",
  "Sign",
] as const;

/** Every other operator: the compiler asks for its samples below. */
type Differentiable = Exclude<OperatorName, (typeof underivable)[number] | (typeof constant)[number]>;

/** Named arbitrary samples of one operator. */
type Samples = Readonly<Record<string, fc.Arbitrary<Sample>>>;

/** One operand of any shape. */
function unary(elements: TensorOf, build: (x: Value) => Value): Samples {
  return {
    "any shape": shapes()
      .chain(elements)
      .map((x) => ({ inputs: [x], build })),
  };
}

/** Two operands of every pair of shapes that the tests have. */
function binary(first: TensorOf, second: TensorOf, build: (a: Value, b: Value) => Value): Samples {
  return Object.fromEntries(
    broadcastPairs.map((pair) => [
      pairName(pair),
      fc.tuple(first(pair[0]), second(pair[1])).map((inputs) => ({ inputs, build })),
    ]),
  );
}

const anything = between(-2, 2);

function reduction(
  elements: TensorOf,
  reduce: (x: Value, axes: number[], options: { keepDimensions: boolean }) => Value,
): Samples {
  return {
    "some axes": shapes({ minRank: 1 }).chain((shape) =>
      fc.tuple(elements(shape), someAxes(shape.length), fc.boolean()).map(([x, axes, keepDimensions]) => ({
        inputs: [x],
        build: (value) => reduce(value, axes, { keepDimensions }),
      })),
    ),
  };
}

/** Poolings of any windows over one and two axes. */
function pooling(
  elements: TensorOf,
  pool: (x: Value, windows: Windows) => Value,
  options: { dilated?: boolean } = {},
): Samples {
  const over = (rank: number) =>
    laidWindows({ rank, lessPadding: true, ...options }).chain(({ sizes, windows }) =>
      elements([2, 2, ...sizes]).map((x) => ({ inputs: [x], build: (value: Value) => pool(value, windows) })),
    );
  return { "one axis": over(1), "two axes": over(2) };
}

/** Convolutions of any windows and groups, with a bias and without. */
function convolution(rank: number): fc.Arbitrary<Sample> {
  return fc
    .tuple(laidConvolutions(rank), fc.boolean())
    .chain(([{ sizes, windows, batch, group, channels, filters }, hasBias]) =>
      fc
        .tuple(
          anything([batch, group * channels, ...sizes]),
          anything([group * filters, channels, ...windows.kernel]),
          ...(hasBias ? [anything([group * filters])] : []),
        )
        .map((inputs) => ({ inputs, build: (x, kernel, bias) => conv(x!, kernel!, bias, windows, group) })),
    );
}

function transposedConvolution(rank: number): fc.Arbitrary<Sample> {
  return laidConvolutions(rank).chain(({ sizes, windows, batch, group, channels, filters }) =>
    fc
      .tuple(
        anything([batch, group * filters, ...windowCounts(sizes, windows)]),
        anything([group * filters, channels, ...windows.kernel]),
      )
      .map((inputs) => ({
        inputs,
        build: (x, kernel) => convTranspose(x!, kernel!, windows, group, uncovered(sizes, windows)),
      })),
  );
}

function alongTheLast(build: (x: Value) => Value): Samples {
  return {
    "along the last axis": shapes({ minRank: 1 })
      .chain(anything)
      .map((x) => ({ inputs: [x], build })),
  };
}

function alongAnyAxis(operator: OperatorName): Samples {
  return {
    "along any axis": shapes({ minRank: 1 }).chain((shape) =>
      fc
        .tuple(anything(shape), fc.integer({ min: -shape.length, max: shape.length - 1 }))
        .map(([x, axis]) => ({
          inputs: [x],
          build: (value) => value!.graph.node(operator, [value], { axis })[0]!,
        })),
    ),
  };
}

const samples: Record<Differentiable, Samples> = {
  Abs: unary(betweenTenths, abs),
  Add: binary(anything, anything, add),
  AveragePool: {
    ...pooling(anything, (x, windows) => averagePool(x, windows, false)),
    "padding counted": laidWindows({ rank: 2, lessPadding: true }).chain(({ sizes, windows }) =>
      anything([1, 2, ...sizes]).map((x) => ({
        inputs: [x],
        build: (value: Value) => averagePool(value, windows, true),
      })),
    ),
  },
  Cast: unary(anything, (x) => x.graph.node("Cast", [x], { to: "float32" })[0]!),
  Clip: {
    bounds: fc
      .tuple(shapes().chain(betweenTenths), fc.integer({ min: -15, max: 0 }), fc.integer({ min: 1, max: 15 }))
      .map(([x, low, high]) => ({ inputs: [x], build: (value) => clip(value, low / 10, high / 10) })),
  },
  Concat: {
    "several parts": fc
      .tuple(
        shapes({ minRank: 1 }),
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      )
      .chain(([shape, place, sizes]) => {
        const axis = place % shape.length;
        return fc
          .tuple(...sizes.map((size) => anything(shape.with(axis, size))))
          .map((inputs) => ({ inputs, build: (...values) => concat(values, axis) }));
      }),
    "one part twice": anything([2, 3]).map((x) => ({ inputs: [x], build: (v) => concat([v, v], 1) })),
  },
  Conv: { "one axis": convolution(1), "two axes": convolution(2) },
  ConvTranspose: { "one axis": transposedConvolution(1), "two axes": transposedConvolution(2) },
  Cos: unary(between(-3, 3), cos),
  Div: binary(anything, awayFromZero(1, 2), div),
  Elu: {
    slopes: fc
      .tuple(shapes().chain(betweenTenths), fc.constantFrom(0.5, 1, 1.5))
      .map(([x, alpha]) => ({ inputs: [x], build: (value) => elu(value, alpha) })),
  },
  Erf: unary(anything, erf),
  Exp: unary(anything, exp),
  Expand: Object.fromEntries(
    [
      { from: [], to: [2, 3] },
      { from: [3], to: [2, 3] },
      { from: [1, 3], to: [2, 3] },
      { from: [2, 1], to: [4, 2, 3] },
    ].map(({ from, to }) => [
      pairName([from, to]),
      anything(from).map((x) => ({ inputs: [x], build: (value) => expand(value, to) })),
    ]),
  ),
  Flatten: {
    "any shape": shapes({ minRank: 1, maxRank: 4 })
      .chain(anything)
      .map((x) => ({ inputs: [x], build: flatten })),
  },
  Gelu: {
    exact: shapes()
      .chain(between(-3, 3))
      .map((x) => ({ inputs: [x], build: (v) => gelu(v, "none") })),
    tanh: shapes()
      .chain(between(-3, 3))
      .map((x) => ({ inputs: [x], build: (v) => gelu(v, "tanh") })),
  },
  Gemm: {
    "products of every kind": fc
      .record({
        sizes: fc.tuple(
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 3 }),
        ),
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
        alpha: fc.constantFrom(1, -0.5, 2),
        beta: fc.constantFrom(1, 0.5, -2),
        term: fc.constantFrom(undefined, "[]", "[N]", "[1, N]", "[M, 1]", "[M, N]"),
      })
      .chain(({ sizes: [m, k, n], term, ...options }) => {
        const terms = { "[]": [], "[N]": [n], "[1, N]": [1, n], "[M, 1]": [m, 1], "[M, N]": [m, n] };
        const inputShapes = [
          options.transposeA ? [k, m] : [m, k],
          options.transposeB ? [n, k] : [k, n],
          ...(term ? [terms[term as keyof typeof terms]] : []),
        ];
        return fc
          .tuple(...inputShapes.map(anything))
          .map((inputs) => ({ inputs, build: (a, b, c) => gemm(a!, b!, c, options) }));
      }),
  },
  GlobalAveragePool: {
    "any shape": shapes({ minRank: 3, maxRank: 4 })
      .chain(anything)
      .map((x) => ({ inputs: [x], build: globalAveragePool })),
  },
  // The corners lie at −β/α and (1−β)/α, which are tenths here.
  HardSigmoid: {
    slopes: fc
      .tuple(shapes().chain(betweenTenths), fc.constantFrom([0.5, 0.5], [0.5, 0.25], [1, 0.3]))
      .map(([x, [alpha, beta]]) => ({ inputs: [x], build: (value) => hardSigmoid(value, alpha!, beta!) })),
  },
  Identity: unary(anything, identity),
  LeakyRelu: {
    slopes: fc
      .tuple(shapes().chain(betweenTenths), fc.constantFrom(0.01, 0.3))
      .map(([x, slope]) => ({ inputs: [x], build: (value) => leakyRelu(value, slope) })),
  },
  Log: unary(between(0.5, 3), log),
  LogSoftmax: { ...alongTheLast(logSoftmax), ...alongAnyAxis("LogSoftmax") },
  MatMul: Object.fromEntries(
    [
      [
        [2, 3],
        [3, 4],
      ] as const,
      [
        [1, 3],
        [3, 1],
      ] as const,
      [
        [2, 2, 3],
        [2, 3, 2],
      ] as const,
      [
        [2, 2, 3],
        [3, 2],
      ] as const,
      [
        [2, 3],
        [2, 3, 2],
      ] as const,
      [
        [1, 2, 3],
        [3, 3, 2],
      ] as const,
      [
        [2, 1, 1, 2],
        [3, 2, 2],
      ] as const,
    ].map((pair) => [
      pairName(pair),
      fc.tuple(anything(pair[0]), anything(pair[1])).map((inputs) => ({ inputs, build: matMul })),
    ]),
  ),
  Max: binary(betweenTenths, tenths, maximum),
  MaxPool: pooling(distinct, maxPool),
  Min: binary(betweenTenths, tenths, minimum),
  Mul: binary(anything, anything, mul),
  Neg: unary(anything, neg),
  Pad: {
    "any axes": shapes({ minRank: 1 }).chain((shape) => {
      const counts = fc.array(fc.integer({ min: 0, max: 2 }), {
        minLength: shape.length,
        maxLength: shape.length,
      });
      return fc
        .tuple(anything(shape), counts, counts)
        .map(([x, before, after]) => ({ inputs: [x], build: (value) => pad(value, before, after) }));
    }),
  },
  // The slope may broadcast to the input, but not the other way round.
  PRelu: Object.fromEntries(
    [
      [
        [2, 3],
        [2, 3],
      ] as const,
      [[2, 3], []] as const,
      [[2, 3], [3]] as const,
      [
        [2, 3],
        [1, 3],
      ] as const,
      [
        [2, 3],
        [2, 1],
      ] as const,
      [
        [2, 3, 2],
        [3, 1],
      ] as const,
    ].map((pair) => [
      pairName(pair),
      fc.tuple(betweenTenths(pair[0]), anything(pair[1])).map((inputs) => ({ inputs, build: pRelu })),
    ]),
  ),
  Pow: {
    ...binary(between(0.8, 2), between(-1, 2), pow),
    "negative numbers, constant exponent": fc
      .tuple(shapes().chain(anything), fc.constantFrom(1, 2, 3))
      .map(([x, exponent]) => ({ inputs: [x], build: (value) => pow(value, exponent) })),
    "constant base": shapes()
      .chain(anything)
      .map((x) => ({ inputs: [x], build: (value) => pow(1.5, value) })),
  },
  Reciprocal: unary(awayFromZero(0.8, 2), reciprocal),
  ReduceMax: reduction(distinct, reduceMax),
  ReduceMean: reduction(anything, reduceMean),
  ReduceMin: reduction(distinct, reduceMin),
  ReduceSum: reduction(anything, reduceSum),
  Relu: unary(betweenTenths, relu),
  ReorderInput: {
    "whole blocks": anything([2, wholeBlocks, 1, 2]).map((x) => ({ inputs: [x], build: intoLayout })),
    "channels last": anything([1, 1, 2, wholeBlocks]).map((x) => ({
      inputs: [x],
      build: (value) => value!.graph.node("ReorderInput", [value], { channels_last: 1 })[0]!,
    })),
  },
  ReorderOutput: {
    "whole blocks": anything([2, wholeBlocks, 1, 2]).map((x) => ({
      inputs: [x],
      build: (content: Value) => outOfLayout(content),
    })),
    "the first channels": anything([1, wholeBlocks, 2, 1]).map((x) => ({
      inputs: [x],
      build: (value) =>
        value!.graph.node("ReorderOutput", [value], { channels: wholeBlocks - 5, channels_last: 0 })[0]!,
    })),
  },
  Reshape: {
    "any shape": shapes({ minRank: 1 }).chain((shape) =>
      anything(shape).chain((x) =>
        fc
          .constantFrom([sizeOf(shape)], [1, ...shape.toReversed()], [...shape.slice(1), shape[0]!, 1])
          .map((target) => ({ inputs: [x], build: (value) => reshape(value, target) })),
      ),
    ),
  },
  Selu: unary(betweenTenths, selu),
  Sigmoid: unary(between(-3, 3), sigmoid),
  Sin: unary(between(-3, 3), sin),
  Slice: {
    "a part of some axes": shapes({ minRank: 1 }).chain((shape) =>
      fc
        .tuple(
          anything(shape),
          someAxes(shape.length),
          fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean(), fc.boolean()), { minLength: 3, maxLength: 3 }),
        )
        .map(([x, axes, cuts]) => {
          const places = axes.map((axis, index) => {
            const size = shape[axis]!;
            const [a, b, startFromEnd, endFromEnd] = cuts[index]!;
            const start = a % size;
            const end = start + 1 + (b % (size - start));
            // Counted from the end where that can be said; the very end may also be overshot.
            const last = end === size ? (endFromEnd ? 1000 : size) : endFromEnd ? end - size : end;
            return { start: startFromEnd ? start - size : start, end: last };
          });
          return {
            inputs: [x],
            build: (value) =>
              slice(
                value,
                places.map(({ start }) => start),
                places.map(({ end }) => end),
                axes,
              ),
          };
        }),
    ),
    "steps of either sign": shapes({ minRank: 1 }).chain((shape) =>
      fc
        .tuple(
          anything(shape),
          someAxes(shape.length),
          fc.array(fc.tuple(fc.nat(), fc.constantFrom(-3, -2, -1, 1, 2, 3), fc.boolean()), {
            minLength: 3,
            maxLength: 3,
          }),
        )
        .map(([x, axes, cuts]) => {
          const places = axes.map((axis, index) => {
            const size = shape[axis]!;
            const [a, step, fromEnd] = cuts[index]!;
            const start = a % size;
            return { start: fromEnd ? start - size : start, end: step > 0 ? 1000 : -1000, step };
          });
          return {
            inputs: [x],
            build: (value) =>
              slice(
                value,
                places.map(({ start }) => start),
                places.map(({ end }) => end),
                axes,
                places.map(({ step }) => step),
              ),
          };
        }),
    ),
  },
  Softmax: { ...alongTheLast(softmax), ...alongAnyAxis("Softmax") },
  Softplus: unary(between(-3, 3), softplus),
  Sqrt: unary(between(0.5, 3), sqrt),
  Sub: binary(anything, anything, sub),
  Tanh: unary(between(-3, 3), tanh),
  Transpose: {
    // Not its own inverse.
    "a cycle of three axes": anything([2, 3, 4]).map((x) => ({
      inputs: [x],
      build: (value) => transpose(value, [1, 2, 0]),
    })),
    "any order": shapes({ minRank: 1, maxRank: 4 }).chain((shape) =>
      fc
        .tuple(anything(shape), orders(shape.length))
        .map(([x, order]) => ({ inputs: [x], build: (value) => transpose(value, order) })),
    ),
  },
  Unsqueeze: {
    "new axes": shapes({ maxRank: 2 }).chain((shape) =>
      fc
        .tuple(anything(shape), someAxes(shape.length + 2))
        .filter(([, axes]) => axes.length <= 2)
        .map(([x, axes]) => ({
          inputs: [x],
          build: (value) =>
            unsqueeze(
              value,
              axes.filter((axis) => axis < shape.length + axes.length),
            ),
        })),
    ),
  },
  Where: {
    ...Object.fromEntries(
      broadcastPairs.map((pair) => [
        pairName(pair),
        fc
          .tuple(bools(pair[0]), anything(pair[0]), anything(pair[1]))
          .map((inputs) => ({ inputs, build: where })),
      ]),
    ),
    "a condition that broadcasts": fc
      .tuple(bools([2, 1]), anything([3]), anything([2, 3]))
      .map((inputs) => ({ inputs, build: where })),
  },
};

describe("rules", () => {
  it("has samples for each operator with a derivative, and for no other", () => {
    const withRule = Object.entries(rules).flatMap(([name, rule]) =>
      rule !== "none" && rule !== rules.And ? [name] : [],
    );
    expect(Object.keys(samples).sort()).toEqual(withRule.sort());
    expect(underivable.map((name) => rules[name])).toEqual(underivable.map(() => "none"));
  });

  describe.each(Object.entries(samples))("%s", (operator, named) => {
    // Entries that fix the shapes need few tries; those that draw them, enough for every branch to come up.
    const runs = Object.keys(named).length > 3 ? 6 : 40;
    it.each(Object.entries(named))("agrees with central differences: %s", (_, arbitrary) =>
      fc.assert(
        fc.asyncProperty(arbitrary, ({ inputs, build }) =>
          whereAvailable(operator, () => checkGradients(build, inputs)),
        ),
        { numRuns: runs },
      ),
    );
  });
});

/** ∂(sum of the result)/∂input for each input. */
async function derivatives(build: (...inputs: Value[]) => Value, ...inputs: number[][]): Promise<number[][]> {
  const feeds = Object.fromEntries(inputs.map((input, index) => [`input_${index}`, tensor(input)]));
  const found = await evaluate((_, declared) => {
    const values = Object.values(declared);
    return gradients(reduceSum(build(...values)), values);
  }, feeds);
  return found.map(({ data }) => Array.from(data, Number));
}

describe("rules where a function has a corner", () => {
  it("gives both operands of a maximum or minimum half where they are equal", async () => {
    expect(await derivatives(maximum, [1, 2, 3], [2, 2, 2])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(await derivatives(minimum, [1, 2, 3], [2, 2, 2])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ]);
  });

  it("shares the gradient of a largest or smallest element among those that reach it", async () => {
    expect(await derivatives((x) => reduceMax(x), [3, 1, 3, 2])).toEqual([[0.5, 0, 0.5, 0]]);
    expect(await derivatives((x) => reduceMin(x), [3, 1, 1, 1])).toEqual([
      [0, 1 / 3, 1 / 3, 1 / 3].map(Math.fround),
    ]);
  });

  it("lets the gradient pass at the bounds of a clip", async () => {
    expect(await derivatives((x) => clip(x, -1, 1), [-1.5, -1, 0, 1, 1.5])).toEqual([[0, 1, 1, 1, 0]]);
  });

  it("takes 0 for the slope of |x| and relu at 0", async () => {
    expect(await derivatives(abs, [-2, 0, 2])).toEqual([[-1, 0, 1]]);
    expect(await derivatives(relu, [-2, 0, 1e-30, 1e30])).toEqual([[0, 0, 1, 1]]);
  });

  it("keeps the slopes of saturated functions finite", async () => {
    for (const saturated of [sigmoid, tanh, erf, softplus, softmax, selu, relu]) {
      const [slopes] = await derivatives(saturated, [-90, -30, 30, 90]);
      expect(slopes!.every(Number.isFinite), saturated.toString()).toBe(true);
    }
  });

  it("gives zeros through operators that do not move with their inputs", async () => {
    expect(await derivatives((x) => mul(sign(x), x.graph.node("Floor", [x])[0]!), [-1.5, 0.5, 2.5])).toEqual([
      [0, 0, 0],
    ]);
    expect(await derivatives((x) => cast(greater(x, 0), "float32"), [-1, 1])).toEqual([[0, 0]]);
    expect(await derivatives((x) => cast(cast(x, "int32"), "float32"), [-1, 1])).toEqual([[0, 0]]);
    expect(await derivatives((x) => oneHot(argMax(reshape(x, [1, 3])), 3), [1, 3, 2])).toEqual([[0, 0, 0]]);
  });
});
