import { elementCount, type Value } from "../graph/graph.js";
import {
  add,
  cast,
  conv,
  cos,
  div,
  equal,
  erf,
  exp,
  expand,
  gemm,
  greater,
  greaterOrEqual,
  hardSigmoid,
  less,
  log,
  logicalAnd,
  matMul,
  mul,
  neg,
  pad,
  pow,
  reduceSum,
  reshape,
  sigmoid,
  sign,
  sin,
  slice,
  sub,
  tanh,
  transpose,
  where,
} from "../graph/operations.js";
import type { Attributes, OperatorName } from "../graph/operators.js";
import { intoLayout, outOfLayout } from "../graph/reordering.js";
import { windowsOf } from "../graph/windows.js";
import { biasGradient, type Convolution, inputGradient, kernelGradient } from "./convolution.js";
import { averagePoolGradient, globalAveragePoolGradient, maxPoolGradient } from "./pooling.js";

/** What a rule sees of one node: its inputs x, y, z, its first output, the gradient of that output. */
export interface Differentiated {
  x: Value;
  y: Value;
  z: Value;
  inputs: readonly Value[];
  output: Value;
  /** ∂loss/∂output. */
  g: Value;
  attributes: Attributes;
}

/**
 * Gives ∂loss/∂input for each input, or undefined where there is none. A rule may leave its result broadcast:
 * the caller sums it to the input's shape.
 */
export type Rule = (node: Differentiated) => readonly (Value | undefined)[];

/** For operators whose outputs are integers, truth values, or piecewise constant: nothing flows back. */
const constant: Rule = () => [];

/** The derivative of every operator that Evenkeel emits; "none" where there is no rule to build with. */
export const rules: Record<OperatorName, Rule | "none"> = {
  // d|x| = sign(x) dx
  Abs: ({ x, g }) => [mul(g, sign(x))],
  Add: ({ g }) => [g, g],
  And: constant,
  ArgMax: constant,
  AveragePool: ({ x, g, attributes }) => {
    const windows = windowsOf(attributes, attributes.kernel_shape as number[]);
    return [averagePoolGradient(x, g, windows, attributes.count_include_pad === 1)];
  },
  BatchNormalization: "none",
  BitShift: constant,
  BitwiseXor: constant,
  Cast: ({ x, g }) => [x.type === "float32" ? g : undefined],
  // The gradient passes where the value was inside the bounds, ends included (PyTorch's clamp).
  Clip: ({ x, y, z, g }) => [where(logicalAnd(greaterOrEqual(x, y), greaterOrEqual(z, x)), g, 0)],
  Concat: ({ inputs, g, attributes }) => {
    const axis = attributes.axis as number;
    let start = 0;
    return inputs.map((input) => {
      const end = start + (input.shape[axis] as number);
      const part = slice(g, [start], [end], [axis]);
      start = end;
      return part;
    });
  },
  Conv: ({ inputs: [x, kernel, bias], g, attributes }) => {
    const convolution = convolutionOf(kernel!, attributes);
    const sizes = x!.shape.slice(2) as number[];
    return [
      inputGradient(g, kernel!, sizes, convolution),
      kernelGradient(x!, g, convolution),
      bias && biasGradient(g),
    ];
  },
  // It is the input gradient of a convolution, so its own is that convolution.
  ConvTranspose: ({ inputs: [x, kernel, bias], g, attributes }) => {
    const convolution = convolutionOf(kernel!, attributes);
    const toInput = conv(g, kernel!, undefined, convolution.windows, convolution.group);
    return [toInput, kernelGradient(g, x!, convolution), bias && biasGradient(g)];
  },
  // d cos(x) = −sin(x) dx
  Cos: ({ x, g }) => [neg(mul(g, sin(x)))],
  // d(x/y) = dx/y − (x/y) dy/y
  Div: ({ y, g, output }) => {
    const toNumerator = div(g, y);
    return [toNumerator, neg(mul(toNumerator, output))];
  },
  // For x < 0 the output is α(eˣ − 1), whose derivative is the output + α.
  Elu: ({ x, g, output, attributes }) => [
    where(greater(x, 0), g, mul(g, add(output, attributes.alpha as number))),
  ],
  Equal: constant,
  // d erf(x) = 2/√π · e^(−x²) dx
  Erf: ({ x, g }) => [mul(mul(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x))))],
  Exp: ({ g, output }) => [mul(g, output)],
  Expand: ({ g }) => [g],
  Flatten: ({ x, g }) => [reshape(g, x.shape)],
  Floor: constant,
  Gather: "none",
  Gelu: ({ x, g, attributes }) => [
    mul(g, attributes.approximate === "tanh" ? tanhGeluSlope(x) : geluSlope(x)),
  ],
  // Y = α op(A) op(B) + β C: ∂A = α G Bᵀ, ∂B = α Aᵀ G, ∂C = β G, each transposed back where its factor was.
  Gemm: ({ inputs: [a, b, c], g, attributes }) => {
    const alpha = attributes.alpha as number;
    const beta = attributes.beta as number;
    const transposedA = attributes.transA === 1;
    const transposedB = attributes.transB === 1;
    const toA = transposedA
      ? gemm(b!, g, undefined, { transposeA: transposedB, transposeB: true, alpha })
      : gemm(g, b!, undefined, { transposeB: !transposedB, alpha });
    const toB = transposedB
      ? gemm(g, a!, undefined, { transposeA: true, transposeB: transposedA, alpha })
      : gemm(a!, g, undefined, { transposeA: !transposedA, alpha });
    return [toA, toB, c && (beta === 1 ? g : mul(g, beta))];
  },
  GlobalAveragePool: ({ x, g }) => [globalAveragePoolGradient(x, g)],
  Greater: constant,
  GreaterOrEqual: constant,
  // α where αx + β lies between 0 and 1, which is where the output does.
  HardSigmoid: ({ g, output, attributes }) => {
    const inside = logicalAnd(greater(output, 0), less(output, 1));
    return [where(inside, mul(g, attributes.alpha as number), 0)];
  },
  Identity: ({ g }) => [g],
  IsInf: constant,
  IsNaN: constant,
  LeakyRelu: ({ x, g, attributes }) => [where(greater(x, 0), g, mul(g, attributes.alpha as number))],
  Less: constant,
  Log: ({ x, g }) => [div(g, x)],
  // d log softmax(x) = dx − Σ softmax(x) dx, so back: g − softmax · Σg
  LogSoftmax: ({ x, g, output, attributes }) => [
    sub(g, mul(exp(output), reduceSum(g, [normalizedAxis(x, attributes)], { keepDimensions: true }))),
  ],
  Loop: "none",
  // Y = A B: ∂A = G Bᵀ, ∂B = Aᵀ G over the last two axes; for matrices without a transposed copy.
  MatMul: ({ x, y, g }) =>
    x.shape.length === 2 && y.shape.length === 2
      ? [gemm(g, y, undefined, { transposeB: true }), gemm(x, g, undefined, { transposeA: true })]
      : [matMul(g, swapLast(y)), matMul(swapLast(x), g)],
  Max: ({ x, y, g }) => extremum(greater(x, y), less(x, y), g),
  MaxPool: ({ x, g, output, attributes }) => {
    const windows = windowsOf(attributes, attributes.kernel_shape as number[]);
    return [maxPoolGradient(x, output.producer!.outputs[1]!, g, windows)];
  },
  MaxUnpool: "none",
  Min: ({ x, y, g }) => extremum(less(x, y), greater(x, y), g),
  Mod: constant,
  Mul: ({ x, y, g }) => [mul(g, y), mul(g, x)],
  Neg: ({ g }) => [neg(g)],
  NchwcAveragePool: "none",
  NchwcConv: "none",
  NchwcGlobalAveragePool: "none",
  NchwcMaxPool: "none",
  NchwcUpsample: "none",
  Not: constant,
  OneHot: constant,
  Or: constant,
  Pad: ({ x, y: pads, g }) => {
    const before = constantNumbers(pads).slice(0, x.shape.length);
    const ends = before.map((start, axis) => start + (x.shape[axis] as number));
    return [
      slice(
        g,
        before,
        ends,
        before.map((_, axis) => axis),
      ),
    ];
  },
  PRelu: ({ x, y, g }) => [where(greater(x, 0), g, mul(g, y)), where(greater(x, 0), 0, mul(g, x))],
  // d(xʸ) = y xʸ⁻¹ dx + xʸ ln x dy
  Pow: ({ x, y, g, output }) => [mul(mul(g, y), pow(x, sub(y, 1))), mul(mul(g, output), log(x))],
  // d(1/x) = −dx/x²
  Reciprocal: ({ g, output }) => [neg(mul(g, mul(output, output)))],
  ReduceMax: reduceExtremum,
  ReduceMean: ({ x, g, output }) => {
    const count = elementCount(x, "The gradient of a mean") / elementCount(output, "The gradient of a mean");
    return [expand(mul(restored(g, x, output), 1 / count), x.shape)];
  },
  ReduceMin: reduceExtremum,
  ReduceSum: ({ x, g, output }) => [expand(restored(g, x, output), x.shape)],
  // The output is positive exactly where the input was. A hard sigmoid of extreme slope makes the 0/1 mask of
  // that in one pass: half the time of comparing and selecting, two thirds of comparing and casting
  // (bench/formulations.mjs).
  Relu: ({ g, output }) => [mul(g, hardSigmoid(output, 3e38, 0))],
  Reshape: ({ x, g }) => [reshape(g, x.shape)],
  ScatterElements: "none",
  ReorderInput: ({ g, attributes }) => {
    const plain = outOfLayout(g);
    return [attributes.channels_last === 1 ? transpose(plain, [0, 2, 3, 1]) : plain];
  },
  // Channels that only filled the last block have no part in what comes out.
  ReorderOutput: ({ x, g }) => {
    const missing = (x.shape[1] as number) - (g.shape[1] as number);
    return [intoLayout(missing > 0 ? pad(g, [0, 0, 0, 0], [0, missing, 0, 0]) : g)];
  },
  // λx for x > 0, else λα(eˣ − 1), whose derivative is the output + λα.
  Selu: ({ x, g, output }) => [
    where(greater(x, 0), mul(g, seluLambda), mul(g, add(output, seluLambda * seluAlpha))),
  ],
  Sigmoid: ({ g, output }) => [mul(g, mul(output, sub(1, output)))],
  Sign: constant,
  Sin: ({ x, g }) => [mul(g, cos(x))],
  Slice: ({ x, g, inputs }) => [sliceGradient(x, g, inputs.slice(1).map(constantNumbers))],
  // d softmax = s (dx − Σ s dx)
  Softmax: ({ x, g, output, attributes }) => {
    const weighted = mul(g, output);
    const sum = reduceSum(weighted, [normalizedAxis(x, attributes)], { keepDimensions: true });
    return [sub(weighted, mul(output, sum))];
  },
  Softplus: ({ x, g }) => [mul(g, sigmoid(x))],
  Sqrt: ({ g, output }) => [div(mul(g, 0.5), output)],
  Sub: ({ g }) => [g, neg(g)],
  Tanh: ({ g, output }) => [mul(g, sub(1, mul(output, output)))],
  TopK: "none",
  Transpose: ({ g, attributes }) => {
    const order = attributes.perm as number[];
    return [
      transpose(
        g,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ];
  },
  Unsqueeze: ({ x, g }) => [reshape(g, x.shape)],
  Where: ({ x: condition, g }) => [undefined, where(condition, g, 0), where(condition, 0, g)],
};

/** ONNX's default constants of SELU (Klambauer et al. 2017). */
const seluAlpha = 1.6732632423543772;
const seluLambda = 1.0507009873554805;

/** The gradient goes to the chosen operand, and by halves to both where they are equal (PyTorch's convention). */
function extremum(first: Value, second: Value, g: Value): Value[] {
  const half = mul(g, 0.5);
  return [where(first, g, where(second, 0, half)), where(second, g, where(first, 0, half))];
}

/** The gradient of a maximum or minimum over axes goes to the elements that reach it, in equal parts. */
function reduceExtremum({ x, g, output }: Differentiated): Value[] {
  const axes = reducedAxes(output);
  const reached = cast(equal(x, restored(output, x, output)), "float32");
  const share = div(restored(g, x, output), reduceSum(reached, axes, { keepDimensions: true }));
  return [mul(reached, share)];
}

/** A reduced value with the reduced axes back as 1. */
function restored(value: Value, x: Value, output: Value): Value {
  const axes = reducedAxes(output);
  return reshape(
    value,
    x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension)),
  );
}

function reducedAxes(output: Value): number[] {
  return constantNumbers(output.producer!.inputs[1]!);
}

function constantNumbers(value: Value): number[] {
  return Array.from(value.graph.constants.get(value)!.data, Number);
}

/** The axis of a softmax; ONNX's default is the last. */
function normalizedAxis({ shape }: Value, { axis = -1 }: Attributes): number {
  return (axis as number) < 0 ? (axis as number) + shape.length : (axis as number);
}

/** d gelu = Φ(x) + x φ(x), Φ and φ the normal distribution and its density. */
function geluSlope(x: Value): Value {
  const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(distribution, mul(x, density));
}

/** gelu ≈ x(1 + t)/2, t = tanh(u), u = √(2/π)(x + 0.044715x³): its slope is (1 + t)/2 + x(1 − t²)u′/2. */
function tanhGeluSlope(x: Value): Value {
  const factor = Math.sqrt(2 / Math.PI);
  const square = mul(x, x);
  const t = tanh(mul(mul(x, factor), add(mul(square, 0.044715), 1)));
  const inner = add(mul(square, 3 * 0.044715 * factor), factor);
  return mul(add(add(t, 1), mul(mul(x, inner), sub(1, mul(t, t)))), 0.5);
}

function swapLast(x: Value): Value {
  const order = x.shape.map((_, axis) => axis);
  const rank = order.length;
  return transpose(x, [...order.slice(0, rank - 2), rank - 1, rank - 2]);
}

/** Every element of the gradient goes back to where it was taken from, the others are 0. */
function sliceGradient(x: Value, g: Value, [starts, , axes, steps]: readonly number[][]): Value {
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  let spread = g;
  for (const [index, axis] of axes!.entries()) {
    const size = x.shape[axis] as number;
    const step = steps?.[index] ?? 1;
    const count = g.shape[axis] as number;
    const first = starts![index]! < 0 ? starts![index]! + size : starts![index]!;
    const start = Math.min(Math.max(first, 0), step > 0 ? size : size - 1);
    const last = start + (count - 1) * step;
    if (step < 0 && count > 1) spread = slice(spread, [-1], [-(2 ** 31)], [axis], [-1]);
    if (count > 1) spread = withGaps(spread, axis, Math.abs(step) - 1);
    before[axis] = count === 0 ? 0 : Math.min(start, last);
    after[axis] = size - before[axis] - (count === 0 ? 0 : Math.abs(last - start) + 1);
  }
  return pad(spread, before, after);
}

/** `zeros` zeros between every two elements along an axis. */
function withGaps(x: Value, axis: number, zeros: number): Value {
  if (zeros === 0) return x;
  const count = x.shape[axis] as number;
  const inner = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const none = inner.map(() => 0);
  const spread = pad(reshape(x, inner), none, none.with(axis + 1, zeros));
  const length = count * (zeros + 1);
  return slice(reshape(spread, x.shape.with(axis, length)), [0], [length - zeros], [axis]);
}

function convolutionOf(kernel: Value, attributes: Attributes): Convolution {
  const windows = windowsOf(attributes, kernel.shape.slice(2) as number[]);
  return { windows, group: (attributes.group ?? 1) as number };
}
