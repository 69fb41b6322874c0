import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ElementType, Tensor } from "../tensor/tensor.js";
import {
  awayFromZero,
  between,
  bools,
  broadcastPairs,
  integers,
  orders,
  shapes,
  someAxes,
} from "../testing/arbitraries.js";
import { compile } from "../testing/evaluate.js";
import { whereAvailable, wholeBlocks } from "../testing/layout.js";
import { laidConvolutions, laidWindows } from "../testing/windows.js";
import { broadcastShapes, Graph, GraphError, type OperatorName, type Shape, type Value } from "./index.js";
import {
  abs,
  add,
  argMax,
  averagePool,
  bitwiseXor,
  cast,
  clip,
  concat,
  conv,
  convTranspose,
  cos,
  div,
  elu,
  equal,
  erf,
  exp,
  expand,
  flatten,
  gather,
  gelu,
  gemm,
  globalAveragePool,
  greater,
  greaterOrEqual,
  hardSigmoid,
  identity,
  isInfinite,
  isNotANumber,
  leakyRelu,
  less,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  logSoftmax,
  loop,
  matMul,
  maximum,
  maxPool,
  maxUnpool,
  minimum,
  mod,
  mul,
  neg,
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
  scatterAdd,
  selu,
  shiftRight,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  sub,
  sumToShape,
  tanh,
  topK,
  transpose,
  unsqueeze,
  where,
} from "./operations.js";
import { intoLayout, outOfLayout } from "./reordering.js";
import { uncovered, type Windows, windowAttributes, windowCounts } from "./windows.js";

/** Inputs that fit an operator, and the operator on them. */
interface Call {
  inputs: readonly Tensor[];
  build: (...inputs: Value[]) => Value | readonly Value[];
}

type Elements = (shape: readonly number[]) => fc.Arbitrary<Tensor>;

const anything = between(-2, 2);
const size = fc.integer({ min: 1, max: 4 });
const types: readonly ElementType[] = ["float32", "uint8", "int32", "uint32", "int64", "bool"];

function unary(build: (x: Value) => Value, elements: Elements = anything, minRank = 0): fc.Arbitrary<Call> {
  return shapes({ minRank })
    .chain(elements)
    .map((x) => ({ inputs: [x], build }));
}

function binary(build: (a: Value, b: Value) => Value, elements: Elements = anything): fc.Arbitrary<Call> {
  return fc
    .constantFrom(...broadcastPairs)
    .chain(([first, second]) => fc.tuple(elements(first), elements(second)))
    .map((inputs) => ({ inputs, build }));
}

function reduction(reduce: typeof reduceSum): fc.Arbitrary<Call> {
  return shapes().chain((shape) =>
    fc
      .tuple(
        anything(shape),
        fc.option(fc.oneof(someAxes(shape.length), fc.constant([])), { nil: undefined }),
        fc.boolean(),
      )
      .map(([x, axes, keepDimensions]) => ({
        inputs: [x],
        build: (value) => reduce(value, axes, { keepDimensions }),
      })),
  );
}

const spatialRank = fc.integer({ min: 1, max: 2 });

function pooling(pool: (x: Value, windows: Windows) => Value | readonly Value[]): fc.Arbitrary<Call> {
  return spatialRank
    .chain((rank) => laidWindows({ rank, longest: 4, lessPadding: true }))
    .chain(({ sizes, windows }) =>
      anything([2, 3, ...sizes]).map((x) => ({ inputs: [x], build: (value) => pool(value!, windows) })),
    );
}

/** Contents in the blocked layout, of whole blocks of channels. */
const contents = (sizes: readonly number[]): fc.Arbitrary<Tensor> =>
  fc.integer({ min: 1, max: 2 }).chain((blocks) => anything([2, blocks * wholeBlocks, ...sizes] as number[]));

function poolingOfContent(operator: OperatorName): fc.Arbitrary<Call> {
  return laidWindows({ rank: 2, longest: 4, lessPadding: true }).chain(({ sizes, windows }) =>
    contents(sizes).map((x) => ({
      inputs: [x],
      build: (value?: Value) => value!.graph.node(operator, [value], windowAttributes(windows)),
    })),
  );
}

/** Of contents, or of plain images of few channels; with a bias and a sum, and without. */
const convolutionOfContent: fc.Arbitrary<Call> = fc
  .record({
    laid: laidWindows({ rank: 2 }),
    channels: fc.constantFrom(3, wholeBlocks, 2 * wholeBlocks),
    group: fc.constantFrom(1, 2),
    filters: fc.constantFrom(2 * wholeBlocks, 4 * wholeBlocks),
    rest: fc.constantFrom("none", "bias", "sum", "bias and sum"),
  })
  .chain(({ laid: { sizes, windows }, channels, group, filters, rest }) => {
    const groups = channels > wholeBlocks ? group : 1;
    const counts = windowCounts(sizes, windows);
    return fc
      .tuple(
        anything([2, channels, ...sizes]),
        anything([filters, channels / groups, ...windows.kernel]),
        anything([filters]),
        anything([2, filters, ...counts]),
      )
      .map((inputs) => ({
        inputs,
        build: (x, kernel, bias, sum) => {
          const taken = [rest.includes("bias") ? bias : undefined, rest.includes("sum") ? sum : undefined];
          return x!.graph.node("NchwcConv", [x, kernel, ...taken], {
            ...windowAttributes(windows),
            group: groups,
          });
        },
      }));
  });

/** Valid calls of each operator; the compiler asks for those of a new one. */
const calls: Record<OperatorName, fc.Arbitrary<Call>> = {
  Abs: unary(abs),
  Add: fc.oneof(binary(add), binary(add, integers("int64", -9, 9)), binary(add, integers("uint32", 0, 9))),
  And: binary(logicalAnd, bools),
  ArgMax: unary(argMax, anything, 1),
  AveragePool: fc
    .boolean()
    .chain((countPadding) => pooling((x, windows) => averagePool(x, windows, countPadding))),
  BatchNormalization: fc
    .tuple(shapes({ minRank: 2, maxRank: 4 }), fc.boolean())
    .chain(([shape, training]) => {
      const perChannel = between(0.5, 2)([shape[1]!]);
      return fc.tuple(anything(shape), perChannel, perChannel, perChannel, perChannel).map((inputs) => ({
        inputs,
        build: (x, ...rest) =>
          x!.graph.node("BatchNormalization", [x, ...rest], { epsilon: 1e-3, training_mode: +training }),
      }));
    }),
  BitShift: unary((x) => shiftRight(x, 3), integers("uint32", 0, 99)),
  BitwiseXor: binary(bitwiseXor, integers("uint32", 0, 99)),
  Cast: fc
    .tuple(fc.constantFrom(...types), fc.constantFrom(...types))
    .chain(([from, to]) => unary((x) => cast(x, to), integers(from, 0, 1))),
  Clip: unary((x) => clip(x, -1, 1)),
  Concat: fc
    .tuple(shapes({ minRank: 1 }), fc.nat(), fc.array(size, { minLength: 1, maxLength: 3 }))
    .chain(([shape, place, sizes]) => {
      const axis = place % shape.length;
      return fc
        .tuple(...sizes.map((own) => anything(shape.with(axis, own))))
        .map((inputs) => ({ inputs, build: (...values) => concat(values, axis) }));
    }),
  Conv: fc
    .tuple(spatialRank.chain(laidConvolutions), fc.boolean())
    .chain(([{ sizes, windows, batch, group, channels, filters }, hasBias]) =>
      fc
        .tuple(
          anything([batch, group * channels, ...sizes]),
          anything([group * filters, channels, ...windows.kernel]),
          ...(hasBias ? [anything([group * filters])] : []),
        )
        .map((inputs) => ({ inputs, build: (x, kernel, bias) => conv(x!, kernel!, bias, windows, group) })),
    ),
  ConvTranspose: spatialRank
    .chain(laidConvolutions)
    .chain(({ sizes, windows, batch, group, channels, filters }) =>
      fc
        .tuple(
          anything([batch, group * filters, ...windowCounts(sizes, windows)]),
          anything([group * filters, channels, ...windows.kernel]),
        )
        .map((inputs) => ({
          inputs,
          build: (x, kernel) => convTranspose(x!, kernel!, windows, group, uncovered(sizes, windows)),
        })),
    ),
  Cos: unary(cos),
  Div: binary(div, awayFromZero(1, 2)),
  Elu: unary((x) => elu(x, 1)),
  Equal: fc.oneof(binary(equal), binary(equal, integers("int64", 0, 1)), binary(equal, bools)),
  Erf: unary(erf),
  Exp: unary(exp),
  Expand: fc.constantFrom(...broadcastPairs).chain(([first, second]) =>
    anything(first).map((x) => ({
      inputs: [x],
      build: (value) => expand(value, broadcastShapes(first, second)!),
    })),
  ),
  Flatten: fc
    .tuple(shapes({ minRank: 1, maxRank: 4 }).chain(anything))
    .map((inputs) => ({ inputs, build: flatten })),
  Floor: unary((x) => x.graph.node("Floor", [x])[0]!),
  Gather: shapes({ minRank: 1 }).chain((shape) =>
    fc
      .tuple(fc.nat(shape.length - 1), shapes({ maxRank: 2 }), fc.constantFrom<ElementType>("int64", "int32"))
      .chain(([axis, places, type]) =>
        fc
          .tuple(anything(shape), integers(type, 0, shape[axis]! - 1)(places))
          .map((inputs) => ({ inputs, build: (data, indices) => gather(data!, indices!, axis) })),
      ),
  ),
  Gelu: unary((x) => gelu(x, "tanh")),
  Gemm: fc
    .tuple(
      size,
      size,
      size,
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(undefined, "[]", "[N]", "[M, 1]", "[M, N]"),
    )
    .chain(([m, k, n, transposeA, transposeB, term]) => {
      const terms = { "[]": [], "[N]": [n], "[M, 1]": [m, 1], "[M, N]": [m, n] };
      const inputShapes = [
        transposeA ? [k, m] : [m, k],
        transposeB ? [n, k] : [k, n],
        ...(term ? [terms[term as keyof typeof terms]] : []),
      ];
      return fc
        .tuple(...inputShapes.map(anything))
        .map((inputs) => ({ inputs, build: (a, b, c) => gemm(a!, b!, c, { transposeA, transposeB }) }));
    }),
  GlobalAveragePool: shapes({ minRank: 3, maxRank: 4 })
    .chain(anything)
    .map((x) => ({ inputs: [x], build: globalAveragePool })),
  Greater: binary(greater),
  GreaterOrEqual: binary(greaterOrEqual),
  HardSigmoid: unary((x) => hardSigmoid(x, 0.2, 0.5)),
  Identity: unary(identity),
  IsInf: unary(isInfinite),
  IsNaN: unary(isNotANumber),
  LeakyRelu: unary((x) => leakyRelu(x, 0.1)),
  Less: binary(less),
  Log: unary(log, between(0.5, 2)),
  LogSoftmax: unary(logSoftmax, anything, 1),
  Loop: fc
    .tuple(shapes({ maxRank: 2 }).chain(anything), fc.integer({ min: 1, max: 5 }))
    .map(([x, steps]) => ({
      inputs: [x],
      build: (value) => {
        const count = value!.graph.constant(steps, "int64");
        const { state, kept } = loop(value!.graph, count, [value!], (_, step, [before]) => ({
          state: [add(before!, value!)],
          kept: [reduceSum(before!), step, before!],
        }));
        return [...state, ...kept];
      },
    })),
  MatMul: fc
    .constantFrom<[Shape, Shape]>([[], []], [[2], []], [[], [3]], [[2], [2]], [[1], [3]], [[2, 1], [3]])
    .chain(([leadingA, leadingB]) =>
      fc
        .tuple(size, size, size)
        .chain(([m, k, n]) =>
          fc
            .tuple(anything([...leadingA, m, k] as number[]), anything([...leadingB, k, n] as number[]))
            .map((inputs) => ({ inputs, build: (a, b) => matMul(a!, b!) })),
        ),
    ),
  Max: binary(maximum),
  MaxPool: pooling((x, windows) => maxPool(x, windows).producer!.outputs),
  MaxUnpool: fc
    .array(fc.tuple(size, size, fc.nat(3)), { minLength: 1, maxLength: 2 })
    .map((axes) => axes.map(([kernel, count, before]) => ({ kernel, count, before: before % kernel })))
    .chain((axes) =>
      anything([2, 3, ...axes.map(({ kernel, count, before }) => kernel * count - before)]).map((x) => ({
        inputs: [x],
        build: (value?: Value) => {
          const kernel = axes.map((axis) => axis.kernel);
          const [ones, none] = [axes.map(() => 1), axes.map(() => 0)];
          const before = axes.map((axis) => axis.before);
          const windows = { kernel, strides: kernel, dilations: ones, before, after: none };
          const pooled = maxPool(value!, windows);
          return maxUnpool(pooled, pooled.producer!.outputs[1]!, windows);
        },
      })),
    ),
  Min: binary(minimum),
  Mod: binary(mod, integers("int64", 1, 9)),
  Mul: fc.oneof(binary(mul), binary(mul, integers("int32", -9, 9)), binary(mul, integers("uint32", 0, 9))),
  Neg: unary(neg),
  NchwcAveragePool: poolingOfContent("NchwcAveragePool"),
  NchwcConv: convolutionOfContent,
  NchwcGlobalAveragePool: fc.tuple(size, size).chain((sizes) =>
    contents(sizes).map((x) => ({
      inputs: [x],
      build: (value?: Value) => value!.graph.node("NchwcGlobalAveragePool", [value]),
    })),
  ),
  NchwcMaxPool: poolingOfContent("NchwcMaxPool"),
  NchwcUpsample: fc.tuple(size, size, size, size).chain(([height, width, ...scales]) =>
    contents([height, width]).map((x) => ({
      inputs: [x],
      build: (value?: Value) => value!.graph.node("NchwcUpsample", [value], { scales: [1, 1, ...scales] }),
    })),
  ),
  Not: unary(logicalNot, bools),
  OneHot: fc
    .tuple(fc.constantFrom<ElementType>("int64", "int32", "uint8"), shapes({ minRank: 1, maxRank: 2 }), size)
    .chain(([type, shape, depth]) =>
      integers(
        type as "int64",
        0,
        depth - 1,
      )(shape).map((labels) => ({
        inputs: [labels],
        build: (value) => oneHot(value!, depth),
      })),
    ),
  Or: binary(logicalOr, bools),
  PRelu: shapes().chain((shape) =>
    fc
      .tuple(
        anything(shape),
        fc
          .constantFrom(
            shape,
            [],
            shape.slice(1),
            shape.map(() => 1),
          )
          .chain(anything),
      )
      .map((inputs) => ({ inputs, build: (x, slope) => pRelu(x!, slope!) })),
  ),
  Pad: shapes({ minRank: 1 }).chain((shape) => {
    const counts = fc.array(fc.integer({ min: 0, max: 2 }), {
      minLength: shape.length,
      maxLength: shape.length,
    });
    return fc
      .tuple(anything(shape), counts, counts)
      .map(([x, before, after]) => ({ inputs: [x], build: (value) => pad(value!, before, after) }));
  }),
  Pow: binary(pow, between(0.5, 2)),
  Reciprocal: unary(reciprocal, awayFromZero(0.5, 2)),
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceMin: reduction(reduceMin),
  ReduceSum: fc.oneof(
    reduction(reduceSum),
    fc.constantFrom(...broadcastPairs).chain(([first, second]) =>
      anything(broadcastShapes(first, second) as number[]).map((x) => ({
        inputs: [x],
        build: (value?: Value) => sumToShape(value!, second),
      })),
    ),
  ),
  Relu: unary(relu),
  ReorderInput: fc.tuple(size, size, fc.boolean()).chain(([height, width, last]) =>
    anything(last ? [2, height, width, wholeBlocks] : [2, wholeBlocks, height, width]).map((x) => ({
      inputs: [x],
      build: (value?: Value) =>
        last ? value!.graph.node("ReorderInput", [value], { channels_last: 1 }) : intoLayout(value!),
    })),
  ),
  ReorderOutput: fc.tuple(size, size, fc.boolean()).chain(([height, width, all]) =>
    contents([height, width]).map((x) => ({
      inputs: [x],
      build: (value?: Value) => {
        if (all) return outOfLayout(value!);
        const channels = (value!.shape[1] as number) - 5;
        return value!.graph.node("ReorderOutput", [value], { channels, channels_last: 0 });
      },
    })),
  ),
  Reshape: shapes({ minRank: 1 }).chain((shape) =>
    fc
      .tuple(anything(shape), orders(shape.length), fc.nat(shape.length - 1), fc.boolean())
      .map(([x, order, place, inferred]) => ({
        inputs: [x],
        build: (value?: Value) => {
          const target = order.map((axis) => shape[axis]!);
          return reshape(value!, inferred ? target.with(place, -1) : target);
        },
      })),
  ),
  ScatterElements: shapes({ minRank: 1 }).chain((shape) =>
    fc
      .tuple(fc.nat(shape.length - 1), fc.integer({ min: 1, max: 5 }), fc.constantFrom("int64", "int32"))
      .chain(([axis, count, type]) => {
        const placed = shape.map((size, other) => (other === axis ? count : size));
        return fc
          .tuple(anything(shape), integers(type as "int64", 0, shape[axis]! - 1)(placed), anything(placed))
          .map((inputs) => ({
            inputs,
            build: (data, indices, updates) => scatterAdd(data!, indices!, updates!, axis),
          }));
      }),
  ),
  Selu: unary(selu),
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Sin: unary(sin),
  Slice: shapes({ minRank: 1 }).chain((shape) => {
    // Any bounds at all: from the end, outside, or with nothing between them.
    const bounds = fc.array(fc.integer({ min: -6, max: 6 }), {
      minLength: shape.length,
      maxLength: shape.length,
    });
    const steps = fc.option(
      fc.array(fc.constantFrom(-2, -1, 1, 2), { minLength: shape.length, maxLength: shape.length }),
      { nil: undefined },
    );
    return fc
      .tuple(anything(shape), bounds, bounds, someAxes(shape.length), steps)
      .map(([x, starts, ends, axes, steps]) => ({
        inputs: [x],
        build: (value) => {
          const [from, to, by] = [starts, ends, steps].map((all) => all?.slice(0, axes.length));
          if (!by) return slice(value!, from!, to!, axes);
          const { graph } = value!;
          return graph.node("Slice", [value, ...[from!, to!, axes, by].map((list) => graph.indices(list))]);
        },
      }));
  }),
  Softmax: unary(softmax, anything, 1),
  Softplus: unary(softplus),
  Sqrt: unary(sqrt, between(0, 2)),
  Sub: binary(sub),
  Tanh: unary(tanh),
  TopK: shapes({ minRank: 1 }).chain((shape) =>
    fc.tuple(anything(shape), fc.integer({ min: 1, max: shape.at(-1)! })).map(([x, count]) => ({
      inputs: [x],
      build: (value) => Object.values(topK(value!, count)),
    })),
  ),
  Transpose: shapes({ maxRank: 4 }).chain((shape) =>
    fc
      .tuple(anything(shape), orders(shape.length))
      .map(([x, order]) => ({ inputs: [x], build: (value) => transpose(value!, order) })),
  ),
  Unsqueeze: shapes({ maxRank: 2 }).chain((shape) =>
    fc
      .tuple(anything(shape), fc.shuffledSubarray([...shape.keys(), shape.length], { minLength: 1 }))
      .map(([x, axes]) => ({ inputs: [x], build: (value) => unsqueeze(value!, axes) })),
  ),
  Where: fc
    .constantFrom(...broadcastPairs)
    .chain(([first, second]) => fc.tuple(bools(second), anything(first), anything(second)))
    .map((inputs) => ({ inputs, build: (condition, a, b) => where(condition!, a!, b!) })),
};

/** A dimension whose symbol tells its size, so that a result's can be checked. */
const symbol = (size: number) => `size_${size}`;

/** Whether a shape is what the graph said: equal, or a symbol for that size, or one that tells no size. */
function fits(actual: readonly number[], inferred: Shape): boolean {
  return (
    actual.length === inferred.length &&
    inferred.every((dimension, axis) =>
      typeof dimension === "string" && dimension.startsWith("size_")
        ? dimension === symbol(actual[axis]!)
        : typeof dimension === "string" || dimension === actual[axis],
    )
  );
}

/** Builds all calls in one graph, runs it, and compares what was inferred with what came out. */
async function compare(all: readonly Call[], symbolic: boolean): Promise<void> {
  const feeds = Object.fromEntries(
    all.flatMap(({ inputs }, call) =>
      inputs.map((input, index) => [`call_${call}/${index}`, input] as const),
    ),
  );
  const declared = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape }]) => {
      const [first, ...rest] = shape;
      return [name, { type, shape: symbolic && first !== undefined ? [symbol(first), ...rest] : shape }];
    }),
  );
  const compiled = await compile(
    (graph, values) => [
      graph.constant(0),
      ...all.flatMap(({ inputs, build }, call) => {
        try {
          return build(...inputs.map((_, index) => values[`call_${call}/${index}`]!));
        } catch (error) {
          // Some operations need sizes that are known; where they don't, what they infer must hold.
          if (symbolic && error instanceof GraphError) return [];
          throw error;
        }
      }),
    ],
    declared,
  );
  try {
    const results = await compiled.run(feeds);
    for (const [index, { type, shape, name }] of compiled.values.entries()) {
      const actual = results[index]!;
      expect(actual.type, name).toBe(type);
      if (!fits(actual.shape, shape)) expect(actual.shape, name).toEqual(shape);
    }
  } finally {
    await compiled.release();
  }
}

describe("inferred types and shapes are those that ONNX Runtime gives", () => {
  it.each(Object.entries(calls))("%s", (operator, call) =>
    fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 8, size: "max" }), (all) =>
        whereAvailable(operator, async () => {
          await compare(all, false);
          await compare(all, true);
        }),
      ),
      { numRuns: 5 },
    ),
  );
});

describe("calls that cannot work are refused when the graph is built", () => {
  const graph = new Graph("test");
  const float = (...shape: (number | string)[]) => graph.input(graph.free("x"), "float32", shape);
  const int = (...shape: number[]) => graph.input(graph.free("i"), "int64", shape);

  it("naming the layer, the operator, what it needs and what it got", () => {
    const x = graph.input("images", "float32", ["batch", 784]);
    const kernel = graph.input("kernel", "float32", [300, 10]);
    const build = () => graph.within("block_1", () => graph.within("dense_2", () => matMul(x, kernel)));
    expect(build).toThrow(
      'In "block_1/dense_2": MatMul needs [..., M, K] and [..., K, N]; it got "images" float32[batch, 784], "kernel" float32[300, 10].',
    );
    expect(build).toThrow(GraphError);
    expect(() => add(x, kernel)).toThrow(/^Add needs shapes that broadcast/);
  });

  const once = { strides: [1, 1], dilations: [1, 1], before: [0, 0], after: [0, 0] };
  const windows = { kernel: [2, 2], ...once };
  const image = () => float("batch", 4, 5, 6);
  const kernel = (...shape: number[]) => float(...shape);
  const content = () => float("batch", 16, 4, 4);

  it.each<[string, () => unknown, RegExp]>([
    ["Add", () => add(float(2, 3), float(3, 2)), /broadcast.*\[2, 3\].*\[3, 2\]/],
    ["Add", () => add(float("batch", 3), float(5, 3)), /broadcast.*\[batch, 3\].*\[5, 3\]/],
    ["Add", () => add(float(2), int(2)), /operands of one type.*float32\[2\].*int64\[2\]/],
    ["Equal", () => equal(float(2), int(2)), /operands of one type/],
    ["Mod", () => mod(float(2), float(2)), /integers/],
    ["PRelu", () => pRelu(float(1, 3), float(2, 3)), /slope that broadcasts to its input/],
    ["PRelu", () => pRelu(float(3), float(2, 3)), /slope that broadcasts to its input/],
    ["Where", () => where(float(2), float(2), float(2)), /bool condition/],
    ["Where", () => where(greater(float(2), 0), float(2), int(2)), /one type/],
    ["Where", () => where(greater(float(2), 0), float(3), float(2)), /broadcast/],
    ["ReduceSum", () => reduceSum(float(2, 3), [2]), /axes \[2\], outside the rank/],
    ["ReduceMean", () => reduceMean(float(2, 3), [-1]), /axes \[-1\], outside the rank/],
    ["ArgMax", () => argMax(float()), /outside the rank/],
    ["MatMul", () => matMul(float(3), float(3, 2)), /\[\.\.\., M, K\]/],
    ["MatMul", () => matMul(float(2, 2, 3), float(3, 3, 2)), /\[\.\.\., M, K\]/],
    ["MatMul", () => matMul(float(2, 3), int(3, 2)), /operands of one type/],
    ["Gemm", () => gemm(float(2, 3, 1), float(3, 2)), /two matrices/],
    ["Gemm", () => gemm(float(2, 3), float(2, 3)), /inner dimensions/],
    ["Gemm", () => gemm(float(2, 3), float(3, 2), float(3)), /broadcast to \[2, 2\]/],
    ["Gemm", () => gemm(float(1, 3), float(3, 2), float(2, 2)), /broadcast to \[1, 2\]/],
    ["Gemm", () => gemm(float(2, 3), float(3, 2), int(2)), /operands of one type/],
    ["Transpose", () => transpose(float(2, 3), [0]), /order of its axes, not \[0\]/],
    ["Transpose", () => transpose(float(2, 3), [0, 0]), /order of its axes, not \[0, 0\]/],
    ["Flatten", () => flatten(float()), /at least one axis/],
    ["Concat", () => concat([float(2, 3), float(3, 3)], 1), /differ only in axis 1/],
    ["Concat", () => concat([float(2, 3), float(2)], 0), /differ only in axis 0/],
    ["Concat", () => concat([float("batch", 3), float(2, 3)], 0), /known size/],
    ["Concat", () => concat([float(2), int(2)], 0), /operands of one type/],
    ["Gather", () => gather(float(2, 3), float(2)), /int32 or int64 indices/],
    ["Gather", () => gather(float(2, 3), int(2), 2), /axis 2, outside its rank/],
    ["Gather", () => gather(float(2, 3), int(2), -1), /axis -1, outside its rank/],
    ["TopK", () => topK(float(2, 3), 4), /takes the 4 largest of 3/],
    ["OneHot", () => oneHot(int(), 3), /at least one axis/],
    ["Expand", () => expand(float(2), [3]), /broadcasts to/],
    ["Expand", () => expand(float(1, 2), ["batch", 2]), /Expand cannot repeat \[1, 2\] to \[batch, 2\]/],
    ["Reshape", () => reshape(float(2, 3), [4, 2]), /as many elements/],
    ["Reshape", () => reshape(float(2, 3), [4, -1]), /as many elements/],
    ["Reshape", () => reshape(float("batch", 3), ["batch", 4]), /as many elements/],
    ["Reshape", () => reshape(float("batch", 3), [3, "batch"]), /cannot move the unknown dimension "batch"/],
    ["Slice", () => slice(float("batch", 3), [0], [1], [0]), /cuts axis 0, whose size must be known/],
    ["Slice", () => slice(float(2, 3), [0], [1], [2]), /cuts axis 2/],
    ["Pad", () => pad(float("batch", 3), [1, 0], [0, 0]), /pads axis 0, whose size must be known/],
    ["Unsqueeze", () => unsqueeze(float(2), [-1]), /different places in 0\.\.1/],
    ["Unsqueeze", () => unsqueeze(float(2), [3]), /different places in 0\.\.1/],
    ["Unsqueeze", () => unsqueeze(float(2), [0, 0]), /different places in 0\.\.2/],
    ["Reshape", () => graph.node("Reshape", [float(2), int(1)]), /needs a constant as input 1/],
    ["Gather", () => graph.node("Gather", [float(2), int(1)]), /needs the attribute axis/],
    [
      "BatchNormalization",
      () => graph.node("BatchNormalization", [float(2, 3), float(3), float(3), float(2), float(3)]),
      /of shape \[3\]/,
    ],
    ["Conv", () => conv(float(2, 3), kernel(2, 3), undefined, once), /\[N, C, \.\.\.sizes\]/],
    ["Conv", () => conv(image(), kernel(2, 4, 3), undefined, once), /of the same rank/],
    [
      "Conv",
      () => conv(image(), kernel(2, 3, 3, 3), undefined, once),
      /1 groups needs a kernel of 4 channels/,
    ],
    [
      "Conv",
      () => conv(image(), kernel(4, 4, 3, 3), undefined, once, 2),
      /2 groups needs a kernel of 2 channels/,
    ],
    ["Conv", () => conv(image(), kernel(3, 2, 3, 3), undefined, once, 2), /filters that 2 groups share/],
    ["Conv", () => conv(image(), kernel(2, 4, 3, 3), float(3), once), /bias of shape \[2\]/],
    ["Conv", () => conv(image(), kernel(2, 4, 3, 3), float(1, 2), once), /bias of shape \[2\]/],
    [
      "Conv",
      () => conv(image(), kernel(2, 4, 3, 3), undefined, { ...once, before: [1, 0], dilations: [3, 1] }),
      /windows of \[7, 3\], larger than its padded input \[6, 6\]/,
    ],
    ["Conv", () => conv(image(), kernel(2, 4, 1, 1), undefined, { ...once, strides: [0, 1] }), /a stride/],
    ["Conv", () => conv(image(), kernel(2, 4, 1, 1), undefined, { ...once, strides: [1] }), /a stride/],
    ["Conv", () => conv(image(), kernel(2, 4, 1, 1), undefined, { ...once, before: [-1, 0] }), /two pads/],
    ["Conv", () => conv(float(1, 4, "height", 6), kernel(2, 4, 1, 1), undefined, once), /size "height"/],
    ["Conv", () => conv(image(), int(2, 4, 3, 3), undefined, once), /operands of one type/],
    [
      "Conv",
      () => graph.node("Conv", [image(), kernel(2, 4, 3, 3)], { auto_pad: "SAME_UPPER" }),
      /padding as numbers, not auto_pad/,
    ],
    [
      "Conv",
      () => graph.node("Conv", [image(), kernel(2, 4, 3, 3)], { kernel_shape: [3, 2] }),
      /kernel_shape of the 2 spatial sizes/,
    ],
    ["ConvTranspose", () => convTranspose(image(), kernel(3, 2, 3, 3), once), /kernel of 4 filters/],
    ["ConvTranspose", () => convTranspose(image(), kernel(4, 2, 3), once), /of the same rank/],
    [
      "ConvTranspose",
      () => convTranspose(image(), kernel(4, 2, 3, 3), once, 3),
      /filters that 3 groups share/,
    ],
    [
      "ConvTranspose",
      () => convTranspose(image(), kernel(4, 2, 3, 3), once, 1, [1, 0]),
      /output_padding smaller than the stride/,
    ],
    [
      "ConvTranspose",
      () => convTranspose(image(), kernel(4, 2, 1, 1), { ...once, before: [5, 0] }),
      /pads away all that it would give/,
    ],
    [
      "ConvTranspose",
      () => graph.node("ConvTranspose", [image(), kernel(4, 2, 1, 1)], { output_shape: [9, 9] }),
      /output_padding, not output_shape/,
    ],
    [
      "ConvTranspose",
      () => graph.node("ConvTranspose", [image(), kernel(4, 2, 1, 1), float(4)]),
      /bias of shape \[2\]/,
    ],
    ["MaxPool", () => maxPool(float(2, 3), windows), /\[N, C, \.\.\.sizes\]/],
    ["MaxPool", () => maxPool(image(), { ...windows, kernel: [2] }), /kernel_shape of the 2 spatial sizes/],
    [
      "MaxPool",
      () => maxPool(image(), { ...windows, kernel: [6, 2] }),
      /larger than its padded input \[5, 6\]/,
    ],
    ["MaxPool", () => maxPool(image(), { ...windows, before: [2, 0] }), /less padding/],
    [
      "MaxPool",
      () => maxPool(float(1, 1, 1, 2), { ...windows, dilations: [2, 1], before: [1, 0], after: [1, 0] }),
      /none lies in the padding alone/,
    ],
    ["MaxPool", () => graph.node("MaxPool", [image()]), /attribute kernel_shape/],
    [
      "MaxPool",
      () => graph.node("MaxPool", [image()], { kernel_shape: [2, 2], ceil_mode: 1 }),
      /whole windows/,
    ],
    [
      "MaxPool",
      () => graph.node("MaxPool", [image()], { kernel_shape: [2, 2], storage_order: 1 }),
      /counts places row by row/,
    ],
    ["MaxUnpool", () => maxUnpool(image(), float("batch", 4, 5, 6), windows), /int64 place/],
    ["MaxUnpool", () => maxUnpool(float(1, 4, 5, 5), int(1, 4, 5, 6), windows), /for each element/],
    [
      "MaxUnpool",
      () => maxUnpool(float(1, 4, 1, 1), int(1, 4, 1, 1), { ...windows, before: [2, 0] }),
      /pads away all that it would give/,
    ],
    ["AveragePool", () => averagePool(image(), { ...windows, after: [0, 2] }, true), /less padding/],
    ["GlobalAveragePool", () => globalAveragePool(float(2, 3)), /\[N, C, \.\.\.sizes\]/],
    ["ReorderInput", () => intoLayout(float(2, 16, 8)), /four axes/],
    ["NchwcConv", () => graph.node("NchwcConv", [float(2, 16, 8), kernel(16, 16, 1, 1)]), /needs \[N, C/],
    ["NchwcConv", () => graph.node("NchwcConv", [content(), kernel(16, 16, 1)]), /needs \[N, C/],
    [
      "NchwcConv",
      () => graph.node("NchwcConv", [content(), kernel(16, 8, 1, 1)], { kernel_shape: [1, 1] }),
      /1 groups needs a kernel of 16 channels/,
    ],
    [
      "NchwcConv",
      () =>
        graph.node("NchwcConv", [content(), kernel(16, 16, 5, 3)], {
          kernel_shape: [5, 3],
          pads: [0, 0, 0, 0],
        }),
      /larger than its padded input/,
    ],
    ["NchwcMaxPool", () => graph.node("NchwcMaxPool", [content()]), /attribute kernel_shape/],
    ["ScatterElements", () => scatterAdd(float(3), float(2), float(2)), /int32 or int64 indices/],
    ["ScatterElements", () => scatterAdd(float(3), int(2), int(2)), /one type/],
    ["ScatterElements", () => scatterAdd(float(3), int(2), float(3)), /an index for each update/],
    ["ScatterElements", () => scatterAdd(float(3), int(2), float(2), 1), /axis 1, outside its rank/],
    ["ScatterElements", () => scatterAdd(float(3, 2), int(9, 3), float(9, 3)), /lie within its data/],
    ["ScatterElements", () => scatterAdd(float(3, 2), int(9), float(9)), /lie within its data/],
    ["Loop", () => graph.node("Loop", [int(), undefined, float(2)]), /needs a body/],
    [
      "Loop",
      () => loop(graph, int(), [float(2)], (_, __, [x]) => ({ state: [reduceSum(x!)], kept: [] })),
      /carries "x_\d+" \[2\] and must give it back in that shape/,
    ],
    ["Loop", () => loop(graph, int(), [float(2)], () => ({ state: [], kept: [] })), /must give it back/],
  ])("%s", (operator, build, message) => {
    expect(build).toThrow(GraphError);
    expect(build).toThrow(operator);
    expect(build).toThrow(message);
  });

  it("says so when an operation gets numbers only", () => {
    expect(() => add(1, 2)).toThrow("An operation needs at least one value of a graph");
  });
});

describe("broadcastShapes", () => {
  it("stretches ones, and keeps symbols", () => {
    expect(broadcastShapes([2, 1], [3])).toEqual([2, 3]);
    expect(broadcastShapes(["batch", 1], ["batch", 3], [])).toEqual(["batch", 3]);
    expect(broadcastShapes([1, 3], ["batch", 1])).toEqual(["batch", 3]);
    expect(broadcastShapes([], [])).toEqual([]);
    expect(broadcastShapes([0], [1])).toEqual([0]);
  });

  it("has no answer for sizes that differ", () => {
    expect(broadcastShapes([2], [3])).toBeUndefined();
    expect(broadcastShapes(["batch"], [3])).toBeUndefined();
    expect(broadcastShapes(["batch"], ["steps"])).toBeUndefined();
  });
});
