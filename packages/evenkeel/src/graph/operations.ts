import { type ElementType, formatShape } from "../tensor/tensor.js";
import type { Graph, Value } from "./graph.js";
import { type Attributes, GraphError, type OperatorName } from "./operators.js";
import { intoLayout, isReordered, outOfLayout } from "./reordering.js";
import { type Shape, sameShape } from "./shape.js";
import { type Windows, windowAttributes } from "./windows.js";

/** An operand: a value of the graph, or a number, which becomes a constant of the other operand's type. */
export type Operand = Value | number;

/** The innermost graph among the values': a loop's body when one of them is computed there. */
export function graphOf(...values: readonly Operand[]): Graph {
  let innermost: Graph | undefined;
  for (const value of values) {
    if (typeof value === "number") continue;
    if (!innermost || value.graph.depth > innermost.depth) innermost = value.graph;
  }
  if (!innermost) throw new TypeError("An operation needs at least one value of a graph, got numbers only.");
  return innermost;
}

function single(operator: OperatorName, inputs: (Value | undefined)[], attributes?: Attributes): Value {
  const given = inputs.filter((value) => value !== undefined);
  return graphOf(...given).node(operator, inputs, attributes)[0]!;
}

function elementwise(operator: OperatorName, ...operands: readonly Operand[]): Value {
  const graph = graphOf(...operands);
  const { type } = operands.find((operand) => typeof operand !== "number") as Value;
  const inputs = operands.map((x) => (typeof x === "number" ? graph.constant(x, type) : x));
  return graph.node(operator, inputs)[0]!;
}

/**
 * An elementwise operation does not care for the order of the elements: of values that come out of the blocked
 * layout, it is done there, so that they need not come out.
 */
function inAnyOrder(operands: readonly Operand[], compute: (operands: readonly Operand[]) => Value): Value {
  const reordered = operands.find((x) => typeof x !== "number" && isReordered(x)) as Value | undefined;
  const alike = (x: Operand) =>
    typeof x === "number" || x.shape.length === 0 || (reordered && sameShape(x.shape, reordered.shape));
  if (!reordered || !operands.every(alike)) return compute(operands);
  return outOfLayout(
    compute(operands.map((x) => (typeof x === "number" || x.shape.length === 0 ? x : intoLayout(x)))),
  );
}

const arithmetic =
  (operator: OperatorName) =>
  (a: Operand, b: Operand): Value =>
    inAnyOrder([a, b], (operands) => elementwise(operator, ...operands));

const unary = (operator: OperatorName, x: Value, attributes?: Attributes): Value =>
  inAnyOrder([x], ([value]) => single(operator, [value as Value], attributes));

/** Elementwise arithmetic with NumPy broadcasting. */
export const add = arithmetic("Add");
export const sub = arithmetic("Sub");
export const mul = arithmetic("Mul");
export const div = arithmetic("Div");
export const pow = arithmetic("Pow");
export const maximum = arithmetic("Max");
export const minimum = arithmetic("Min");

/** Elementwise comparisons; the result is bool. */
export const greater = (a: Operand, b: Operand) => elementwise("Greater", a, b);
export const greaterOrEqual = (a: Operand, b: Operand) => elementwise("GreaterOrEqual", a, b);
export const less = (a: Operand, b: Operand) => elementwise("Less", a, b);
export const equal = (a: Operand, b: Operand) => elementwise("Equal", a, b);
export const logicalOr = (a: Value, b: Value) => elementwise("Or", a, b);
export const logicalAnd = (a: Value, b: Value) => elementwise("And", a, b);
export const logicalNot = (x: Value) => single("Not", [x]);
export const isNotANumber = (x: Value) => single("IsNaN", [x]);
export const isInfinite = (x: Value) => single("IsInf", [x]);

/** Bitwise operations on integers. */
export const bitwiseXor = (a: Operand, b: Operand) => elementwise("BitwiseXor", a, b);
export const shiftRight = (a: Value, bits: number) =>
  single("BitShift", [a, a.graph.constant(bits, a.type)], { direction: "RIGHT" });
export const mod = (a: Operand, b: Operand) => elementwise("Mod", a, b);

/** Elementwise functions of one value. */
export const neg = (x: Value) => unary("Neg", x);
export const abs = (x: Value) => unary("Abs", x);
export const exp = (x: Value) => unary("Exp", x);
export const log = (x: Value) => unary("Log", x);
export const sqrt = (x: Value) => unary("Sqrt", x);
export const reciprocal = (x: Value) => unary("Reciprocal", x);
export const sign = (x: Value) => unary("Sign", x);
export const sin = (x: Value) => unary("Sin", x);
export const cos = (x: Value) => unary("Cos", x);
export const erf = (x: Value) => unary("Erf", x);
export const tanh = (x: Value) => unary("Tanh", x);
export const sigmoid = (x: Value) => unary("Sigmoid", x);
export const softplus = (x: Value) => unary("Softplus", x);
export const relu = (x: Value) => unary("Relu", x);
export const leakyRelu = (x: Value, slope: number) => unary("LeakyRelu", x, { alpha: slope });
export const pRelu = (x: Value, slope: Value) => single("PRelu", [x, slope]);
export const elu = (x: Value, alpha: number) => unary("Elu", x, { alpha });
export const selu = (x: Value) => unary("Selu", x);
export const gelu = (x: Value, approximate: "none" | "tanh") => unary("Gelu", x, { approximate });
export const hardSigmoid = (x: Value, alpha: number, beta: number) =>
  unary("HardSigmoid", x, { alpha, beta });
export const identity = (x: Value) => unary("Identity", x);
export const clip = (x: Value, low: number, high: number) =>
  single("Clip", [x, x.graph.constant(low, x.type), x.graph.constant(high, x.type)]);

/** The elements of `a` where the condition holds, else those of `b`. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const graph = graphOf(condition, a, b);
  const type = typeof a !== "number" ? a.type : typeof b !== "number" ? b.type : "float32";
  const [first, second] = [a, b].map((x) => (typeof x === "number" ? graph.constant(x, type) : x));
  return graph.node("Where", [condition, first, second])[0]!;
}

/** Converts the elements; a conversion to the type they have adds nothing. */
export const cast = (x: Value, to: ElementType) => (x.type === to ? x : single("Cast", [x], { to }));

/** `[..., M, K] · [..., K, N]`. */
export const matMul = (a: Value, b: Value) => single("MatMul", [a, b]);

/** `alpha · op(a) · op(b) + beta · c` on matrices, `c` broadcast: ONNX `Gemm`. */
export function gemm(
  a: Value,
  b: Value,
  c?: Value,
  options: { transposeA?: boolean; transposeB?: boolean; alpha?: number; beta?: number } = {},
): Value {
  const { transposeA = false, transposeB = false, alpha = 1, beta = 1 } = options;
  return single("Gemm", c ? [a, b, c] : [a, b], { transA: +transposeA, transB: +transposeB, alpha, beta });
}

/** Axes in the new order. */
export const transpose = (x: Value, order: readonly number[]) => single("Transpose", [x], { perm: order });

/** Everything but axis 0 in one axis: `[N, ...] → [N, features]`. */
export const flatten = (x: Value) => single("Flatten", [x], { axis: 1 });

/** The elements in another shape; a symbolic dimension must keep its place. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const target = shape.map((dimension, axis) => {
    if (typeof dimension === "number") return dimension;
    if (x.shape[axis] === dimension) return 0;
    throw new GraphError(
      x.graph.scope,
      `Reshape cannot move the unknown dimension "${dimension}" from ${formatShape(x.shape)} to ${formatShape(shape)}.`,
    );
  });
  return single("Reshape", [x, x.graph.indices(target)]);
}

/** New axes of size 1 at these places of the result. */
export const unsqueeze = (x: Value, axes: readonly number[]) =>
  single("Unsqueeze", [x, x.graph.indices(axes)]);

/** Repeats axes of size 1 up to a shape known in advance. */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const known = shape.map((dimension, axis) => {
    if (typeof dimension === "number") return dimension;
    if (x.shape[axis - shape.length + x.shape.length] === dimension) return 1;
    throw new GraphError(
      x.graph.scope,
      `Expand cannot repeat ${formatShape(x.shape)} to ${formatShape(shape)}, since "${dimension}" is not known in advance. Build the graph for a fixed batch size.`,
    );
  });
  return single("Expand", [x, x.graph.indices(known)]);
}

/** Joins values along an axis. */
export const concat = (values: readonly Value[], axis: number) => single("Concat", [...values], { axis });

/**
 * Elements `starts` to `ends` (exclusive) along each of `axes`, every `steps`th of them; of negative steps, from
 * the start backwards.
 */
export function slice(
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps?: readonly number[],
): Value {
  const numbers = [starts, ends, axes, ...(steps ? [steps] : [])];
  return single("Slice", [x, ...numbers.map((each) => x.graph.indices(each))]);
}

/**
 * Zeros around a value: `before` and `after` count them for each axis. The axes are named, all of them, since ONNX
 * Runtime's optimiser would else move the zeros into a MaxPool behind, whose own padding is never the largest.
 */
export const pad = (x: Value, before: readonly number[], after: readonly number[]) => {
  const axes = x.shape.map((_, axis) => axis);
  const zero = x.graph.constant(0, x.type);
  const counts = x.graph.indices([...before, ...after]);
  return single("Pad", [x, counts, zero, x.graph.indices(axes)], { mode: "constant" });
};

/** The entries of `data` along an axis at integer places: `[..., indices' shape, ...]`. */
export const gather = (data: Value, indices: Value, axis = 0) => single("Gather", [data, indices], { axis });

/** `data` with `updates` added along an axis at integer places, of which several may be the same. */
export const scatterAdd = (data: Value, indices: Value, updates: Value, axis = 0) =>
  single("ScatterElements", [data, indices, updates], { axis, reduction: "add" });

/** `[...] → [..., depth]`: 1 at the place each label names, 0 elsewhere. */
export function oneHot(labels: Value, depth: number): Value {
  const { graph } = labels;
  const values = graph.constant({ type: "float32", shape: [2], data: Float32Array.of(0, 1) });
  // ONNX Runtime has no kernel for labels of every integer type.
  return single("OneHot", [cast(labels, "int64"), graph.indices([depth]), values], { axis: -1 });
}

interface Reduction {
  /** Keep the reduced axes, with size 1. Default false. */
  keepDimensions?: boolean;
}

function reduction(operator: OperatorName) {
  return (x: Value, axes?: readonly number[], { keepDimensions = false }: Reduction = {}): Value => {
    const chosen = axes ?? x.shape.map((_, axis) => axis);
    // ONNX takes an empty list of axes for all of them.
    if (chosen.length === 0) return x;
    return single(operator, [x, x.graph.indices(chosen)], { keepdims: +keepDimensions });
  };
}

/** Reductions over some axes; over all of them when none are named. */
export const reduceSum = reduction("ReduceSum");
export const reduceMean = reduction("ReduceMean");
export const reduceMax = reduction("ReduceMax");
export const reduceMin = reduction("ReduceMin");

/** The place of the largest element along the last axis, int64. */
export const argMax = (x: Value) =>
  single("ArgMax", [x], { axis: x.shape.length - 1, keepdims: 0, select_last_index: 0 });

/** The `count` largest elements along the last axis, and their places. */
export function topK(x: Value, count: number): { values: Value; places: Value } {
  const [values, places] = x.graph.node("TopK", [x, x.graph.indices([count])], {
    axis: -1,
    largest: 1,
    sorted: 1,
  });
  return { values: values!, places: places! };
}

/**
 * Convolution as networks have it, without turning the kernel round: `[N, C, ...sizes]` and a kernel
 * `[filters, C / group, ...]` give `[N, filters, ...counts]`.
 *
 * @param bias `[filters]`.
 * @param group in how many groups the channels and the filters are; each filter sees the channels of its group.
 */
export const conv = (
  x: Value,
  kernel: Value,
  bias: Value | undefined,
  windows: Omit<Windows, "kernel">,
  group = 1,
) => {
  const attributes = windowAttributes({ ...windows, kernel: kernel.shape.slice(2) as number[] });
  return single("Conv", bias ? [x, kernel, bias] : [x, kernel], { ...attributes, group });
};

/**
 * The adjoint of `conv` in its input: `[N, filters, ...counts]` and the same kernel give `[N, C, ...sizes]`.
 *
 * @param rest for each axis, how many elements at the end no window reaches; less than the stride.
 */
export const convTranspose = (
  x: Value,
  kernel: Value,
  windows: Omit<Windows, "kernel">,
  group = 1,
  rest: readonly number[] = windows.strides.map(() => 0),
) => {
  const attributes = windowAttributes({ ...windows, kernel: kernel.shape.slice(2) as number[] });
  return single("ConvTranspose", [x, kernel], { ...attributes, group, output_padding: rest });
};

/** The largest element of each window; padding is never the largest. */
export const maxPool = (x: Value, windows: Windows) =>
  single("MaxPool", [x], { ...windowAttributes(windows), ceil_mode: 0, storage_order: 0 });

/**
 * The largest elements back where `maxPool` found them, 0 elsewhere. The windows do not overlap, and reach the end.
 */
export const maxUnpool = (largest: Value, places: Value, { kernel, strides, before, after }: Windows) =>
  single("MaxUnpool", [largest, places], { kernel_shape: kernel, strides, pads: [...before, ...after] });

/** The mean of each window; with `countPadding`, padding counts as zeros, else it is left out. */
export const averagePool = (x: Value, windows: Windows, countPadding: boolean) =>
  single("AveragePool", [x], {
    ...windowAttributes(windows),
    ceil_mode: 0,
    count_include_pad: +countPadding,
  });

/** The mean of each channel: `[N, C, ...sizes] → [N, C, 1, ...]`. */
export const globalAveragePool = (x: Value) => single("GlobalAveragePool", [x]);

/** Normalised exponentials along the last axis, and their logarithm. */
export const softmax = (x: Value) => single("Softmax", [x], { axis: -1 });
export const logSoftmax = (x: Value) => single("LogSoftmax", [x], { axis: -1 });

/** A value that counts as a constant: no gradient goes through it. */
export const stopGradient = (x: Value) =>
  x.graph.differentiateAs(
    "stopGradient",
    [],
    () => ({ output: identity(x) }),
    () => [],
  ).output;

/**
 * Sums a value down to a shape that broadcasts to its own: the one place where broadcasting is undone, for
 * every derivative.
 */
export function sumToShape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(x, axes, { keepDimensions: true }), shape);
}

/**
 * Repeats a body with carried state: ONNX `Loop`.
 *
 * @param steps how many times, an int64 scalar.
 * @param carried the state before the first step.
 * @param body builds one step in a graph of its own, in which outer values may be used; gives the state after
 * the step and values of which every step's is kept.
 * @returns the state after the last step, and the kept values stacked as `[steps, ...]`.
 */
export function loop(
  graph: Graph,
  steps: Value,
  carried: readonly Value[],
  body: (
    inner: Graph,
    step: Value,
    state: readonly Value[],
  ) => { state: readonly Value[]; kept: readonly Value[] },
): { state: readonly Value[]; kept: readonly Value[] } {
  const inner = graph.child("step");
  const input = (name: string, { type, shape }: Pick<Value, "type" | "shape">) =>
    inner.input(inner.free(`step/${name}`), type, shape);
  const step = input("index", { type: "int64", shape: [] });
  const condition = input("continue", { type: "bool", shape: [] });
  const before = carried.map((value) => input(value.name, value));
  const after = body(inner, step, before);
  const output = (name: string, value: Value) => inner.output(inner.free(name), value);
  output(`${condition.name}/next`, condition);
  for (const [index, value] of after.state.entries()) output(`${before[index]!.name}/next`, value);
  for (const value of after.kept) output(`${value.name}/kept`, value);
  const outputs = graph.node("Loop", [steps, undefined, ...carried], {}, inner);
  return { state: outputs.slice(0, carried.length), kept: outputs.slice(carried.length) };
}
