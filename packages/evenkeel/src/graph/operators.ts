import { type ElementType, formatShape } from "../tensor/tensor.js";
import {
  type Attributes,
  type Call,
  callOf,
  constantNumbers,
  type Described,
  type Inference,
  integer,
  type Operand,
  oneType,
} from "./inference.js";
import { blockedConvolution, blockedUpsampling, reorderedInput, reorderedOutput } from "./layout.js";
import { broadcastShapes, product, type Shape, sameShape } from "./shape.js";
import {
  convolution,
  globalPooling,
  maxPooling,
  maxUnpooling,
  pooling,
  transposedConvolution,
} from "./windows.js";

export { type Attribute, type Attributes, type Described, GraphError, type Operand } from "./inference.js";

/** The set of operators that Evenkeel emits, each with its inference of element type and shape. */
const inferences = {
  Abs: same,
  Add: broadcast,
  And: broadcast,
  ArgMax: (call) => [{ type: "int64", shape: reducedShape(call, [integer(call, "axis")]) }],
  AveragePool: pooling,
  BatchNormalization: batchNormalization,
  BitShift: broadcast,
  BitwiseXor: broadcast,
  Cast: ({ inputs: [x], attributes }) => [{ type: attributes.to as ElementType, shape: x!.shape }],
  Clip: same,
  Concat: concat,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Cos: same,
  Div: broadcast,
  Elu: same,
  Equal: comparison,
  Erf: same,
  Exp: same,
  Expand: expand,
  Flatten: flatten,
  Floor: same,
  Gather: gather,
  Gelu: same,
  Gemm: gemm,
  GlobalAveragePool: globalPooling,
  Greater: comparison,
  GreaterOrEqual: comparison,
  HardSigmoid: same,
  Identity: same,
  IsInf: test,
  IsNaN: test,
  LeakyRelu: same,
  Less: comparison,
  Log: same,
  LogSoftmax: same,
  Loop: loop,
  MatMul: matMul,
  Max: broadcast,
  MaxPool: maxPooling,
  MaxUnpool: maxUnpooling,
  Min: broadcast,
  Mod: modulo,
  Mul: broadcast,
  Neg: same,
  NchwcAveragePool: pooling,
  NchwcConv: blockedConvolution,
  NchwcGlobalAveragePool: globalPooling,
  NchwcMaxPool: pooling,
  NchwcUpsample: blockedUpsampling,
  Not: same,
  OneHot: oneHot,
  Or: broadcast,
  PRelu: pRelu,
  Pad: pad,
  Pow: broadcast,
  Reciprocal: same,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceMin: reduce,
  ReduceSum: reduce,
  Relu: same,
  ReorderInput: reorderedInput,
  ReorderOutput: reorderedOutput,
  Reshape: reshape,
  ScatterElements: scatterElements,
  Selu: same,
  Sigmoid: same,
  Sign: same,
  Sin: same,
  Slice: slice,
  Softmax: same,
  Softplus: same,
  Sqrt: same,
  Sub: broadcast,
  Tanh: same,
  TopK: topK,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
} satisfies Record<string, Inference>;

export type OperatorName = keyof typeof inferences;

/** Every operator there is, in alphabetical order. */
export const operatorNames = Object.keys(inferences) as readonly OperatorName[];

/** What a node gives: the type and shape of each output. @throws GraphError when its inputs do not fit. */
export function infer(
  operator: OperatorName,
  inputs: readonly (Operand | undefined)[],
  attributes: Attributes,
  body: readonly Described[] | undefined,
  scope: string,
): Described[] {
  return (inferences[operator] as Inference)(callOf(operator, inputs, attributes, body, scope));
}

function same({ inputs: [x] }: Call): Described[] {
  return [{ type: x!.type, shape: x!.shape }];
}

function test({ inputs: [x] }: Call): Described[] {
  return [{ type: "bool", shape: x!.shape }];
}

function broadcast(call: Call): Described[] {
  const shape = broadcastShapes(...call.given.map((value) => value.shape));
  if (!shape) return call.fail("needs shapes that broadcast to one another (equal, or 1)");
  return [{ type: oneType(call), shape }];
}

function modulo(call: Call): Described[] {
  if (call.inputs[0]!.type === "float32") call.fail("needs integers");
  return broadcast(call);
}

function comparison(call: Call): Described[] {
  return [{ type: "bool", shape: broadcast(call)[0]!.shape }];
}

function pRelu(call: Call): Described[] {
  const [x, slope] = call.inputs as [Operand, Operand];
  if (!fitsInto(slope.shape, x.shape)) call.fail("needs a slope that broadcasts to its input");
  return [{ type: x.type, shape: x.shape }];
}

function where(call: Call): Described[] {
  const [condition, a, b] = call.inputs;
  if (condition!.type !== "bool") call.fail("needs a bool condition");
  if (a!.type !== b!.type) call.fail("needs both alternatives of one type");
  const shape = broadcastShapes(condition!.shape, a!.shape, b!.shape);
  return shape ? [{ type: a!.type, shape }] : call.fail("needs shapes that broadcast to one another");
}

function reduce(call: Call): Described[] {
  const axes = constantNumbers(call, 1);
  if (axes.length === 0 && call.attributes.noop_with_empty_axes !== 1) {
    call.fail("needs at least one axis, since ONNX takes none for all of them");
  }
  return [{ type: call.inputs[0]!.type, shape: reducedShape(call, axes) }];
}

function reducedShape(call: Call, axes: readonly number[]): Shape {
  const { shape } = call.inputs[0]!;
  if (axes.some((axis) => axis < 0 || axis >= shape.length)) {
    call.fail(`reduces over axes ${formatShape(axes)}, outside the rank of its input`);
  }
  return integer(call, "keepdims") === 1
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function matMul(call: Call): Described[] {
  const [a, b] = call.inputs as [Operand, Operand];
  const fits = a.shape.length >= 2 && b.shape.length >= 2 && a.shape.at(-1) === b.shape.at(-2);
  const leading = fits && broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!leading) return call.fail("needs [..., M, K] and [..., K, N]");
  return [{ type: oneType(call), shape: [...leading, a.shape.at(-2)!, b.shape.at(-1)!] }];
}

function gemm(call: Call): Described[] {
  const [a, b, c] = call.inputs as [Operand, Operand, Operand | undefined];
  if (a.shape.length !== 2 || b.shape.length !== 2) call.fail("needs two matrices");
  const [m, k] = call.attributes.transA === 1 ? [a.shape[1]!, a.shape[0]!] : a.shape;
  const [inner, n] = call.attributes.transB === 1 ? [b.shape[1]!, b.shape[0]!] : b.shape;
  if (k !== inner) call.fail("needs matrices whose inner dimensions are equal");
  const shape = [m!, n!];
  if (c && !fitsInto(c.shape, shape)) call.fail(`adds a term that must broadcast to ${formatShape(shape)}`);
  return [{ type: oneType(call), shape }];
}

function fitsInto(shape: Shape, target: Shape): boolean {
  const joined = broadcastShapes(shape, target);
  return joined?.every((dimension, axis) => dimension === target[axis]) ?? false;
}

function transpose({ inputs: [x], attributes, fail }: Call): Described[] {
  const order = (attributes.perm ?? []) as number[];
  const valid = order.length === x!.shape.length && x!.shape.every((_, axis) => order.includes(axis));
  if (!valid) fail(`needs an order of its axes, not ${formatShape(order)}`);
  return [{ type: x!.type, shape: order.map((axis) => x!.shape[axis]!) }];
}

function flatten(call: Call): Described[] {
  const { type, shape } = call.inputs[0]!;
  if (shape.length === 0) call.fail("needs at least one axis");
  const axis = integer(call, "axis");
  const [rows, features] = [product(shape.slice(0, axis)), product(shape.slice(axis))];
  const first = axis === 1 ? shape[0]! : Number.isNaN(rows) ? "rows" : rows;
  return [{ type, shape: [first, Number.isNaN(features) ? "features" : features] }];
}

function concat(call: Call): Described[] {
  const axis = integer(call, "axis");
  const [first] = call.given;
  let total = 0;
  for (const { shape } of call.given) {
    const fits =
      shape.length === first!.shape.length && shape.every((d, i) => i === axis || d === first!.shape[i]);
    if (!fits) call.fail(`needs shapes that differ only in axis ${axis}`);
    if (typeof shape[axis] !== "number") call.fail(`needs axis ${axis} of a known size`);
    total += shape[axis] as number;
  }
  return [{ type: oneType(call), shape: first!.shape.map((d, i) => (i === axis ? total : d)) }];
}

function gather(call: Call): Described[] {
  const [data, indices] = call.inputs as [Operand, Operand];
  const axis = integer(call, "axis");
  if (axis < 0 || axis >= data.shape.length) call.fail(`takes entries along axis ${axis}, outside its rank`);
  if (indices.type !== "int64" && indices.type !== "int32") call.fail("needs int32 or int64 indices");
  return [
    {
      type: data.type,
      shape: [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)],
    },
  ];
}

function scatterElements(call: Call): Described[] {
  const [data, indices, updates] = call.inputs as [Operand, Operand, Operand];
  const axis = integer(call, "axis");
  if (axis < 0 || axis >= data.shape.length) call.fail(`puts elements along axis ${axis}, outside its rank`);
  if (indices.type !== "int64" && indices.type !== "int32") call.fail("needs int32 or int64 indices");
  if (data.type !== updates.type) call.fail("needs data and updates of one type");
  if (!sameShape(indices.shape, updates.shape)) call.fail("needs an index for each update");
  const fits =
    data.shape.length === updates.shape.length &&
    data.shape.every((size, other) => {
      const own = updates.shape[other]!;
      return other === axis || own === size || (typeof own === typeof size && own < size);
    });
  if (!fits) call.fail("needs updates that lie within its data");
  return [{ type: data.type, shape: data.shape }];
}

function topK(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const count = constantNumbers(call, 1)[0]!;
  const axis = integer(call, "axis");
  const classes = x.shape.at(axis);
  if (classes === undefined) return call.fail(`takes elements along axis ${axis}, outside its rank`);
  const shape = x.shape.with(axis, count);
  if (typeof classes === "number" && count > classes) call.fail(`takes the ${count} largest of ${classes}`);
  return [
    { type: x.type, shape },
    { type: "int64", shape },
  ];
}

function batchNormalization(call: Call): Described[] {
  const [x, ...perChannel] = call.inputs as [Operand, ...Operand[]];
  const channels = x.shape[1];
  for (const value of perChannel) {
    if (value.shape.length !== 1 || value.shape[0] !== channels) {
      call.fail(`needs scale, bias, mean and variance of shape [${channels}]`);
    }
  }
  const normalized = { type: x.type, shape: x.shape };
  const statistics = { type: x.type, shape: [channels!] };
  return call.attributes.training_mode === 1 ? [normalized, statistics, statistics] : [normalized];
}

function loop({ inputs, body, fail }: Call): Described[] {
  // The number of steps and the condition come first.
  const carried = inputs.slice(2) as Operand[];
  if (!body) return fail("needs a body");
  const outputs = body.slice(1);
  for (const [index, value] of carried.entries()) {
    const next = outputs[index];
    if (formatShape(next?.shape ?? []) !== formatShape(value.shape) || next?.type !== value.type) {
      fail(`carries "${value.name}" ${formatShape(value.shape)} and must give it back in that shape`);
    }
  }
  return outputs.map(({ type, shape }, index) => ({
    type,
    shape: index < carried.length ? shape : ["steps", ...shape],
  }));
}

function oneHot(call: Call): Described[] {
  const [indices, , values] = call.inputs as [Operand, Operand, Operand];
  if (indices.shape.length === 0) call.fail("needs labels with at least one axis");
  const axis = integer(call, "axis");
  const place = axis < 0 ? axis + indices.shape.length + 1 : axis;
  return [{ type: values.type, shape: indices.shape.toSpliced(place, 0, constantNumbers(call, 1)[0]!) }];
}

function expand(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const shape = broadcastShapes(x.shape, constantNumbers(call, 1));
  return shape ? [{ type: x.type, shape }] : call.fail("needs a shape that its input broadcasts to");
}

function reshape(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const target = constantNumbers(call, 1);
  const kept = target.map((dimension, axis) => (dimension === 0 ? x.shape[axis]! : dimension));
  const left = [...x.shape];
  for (const dimension of kept) {
    if (typeof dimension === "string") left.splice(left.indexOf(dimension), 1);
  }
  const known = kept.filter((dimension) => typeof dimension === "number" && dimension !== -1) as number[];
  const total = product(left);
  const rest = total / product(known);
  const fits = target.includes(-1) ? Number.isInteger(rest) || Number.isNaN(rest) : rest === 1;
  if (!fits) call.fail(`needs as many elements as the shape ${formatShape(kept)} holds`);
  return [{ type: x.type, shape: kept.map((d) => (d !== -1 ? d : Number.isNaN(rest) ? "rest" : rest)) }];
}

function slice(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const [starts, ends, axes] = [1, 2, 3].map((index) => constantNumbers(call, index));
  const steps = call.inputs[4] ? constantNumbers(call, 4) : starts!.map(() => 1);
  const shape = [...x.shape];
  for (const [index, axis] of axes!.entries()) {
    const size = shape[axis];
    if (typeof size !== "number") return call.fail(`cuts axis ${axis}, whose size must be known`);
    const step = steps[index]!;
    const place = (at: number, low: number, high: number) =>
      Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const [start, end] =
      step > 0
        ? [place(starts![index]!, 0, size), place(ends![index]!, 0, size)]
        : [place(starts![index]!, 0, size - 1), place(ends![index]!, -1, size - 1)];
    shape[axis] = Math.max(0, Math.ceil((end - start) / step));
  }
  return [{ type: x.type, shape }];
}

function pad(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const pads = constantNumbers(call, 1);
  const rank = x.shape.length;
  const axes = call.inputs[3] ? constantNumbers(call, 3) : [];
  if (pads.length !== 2 * rank || axes.some((axis, place) => axis !== place)) {
    call.fail(`needs two counts for each of ${rank} axes`);
  }
  const shape = x.shape.map((size, axis) => {
    const added = pads[axis]! + pads[axis + rank]!;
    if (added === 0) return size;
    return typeof size === "number" ? size + added : call.fail(`pads axis ${axis}, whose size must be known`);
  });
  return [{ type: x.type, shape }];
}

function unsqueeze(call: Call): Described[] {
  const [x] = call.inputs as [Operand];
  const shape = [...x.shape];
  const axes = constantNumbers(call, 1);
  const rank = shape.length + axes.length;
  if (new Set(axes).size < axes.length || axes.some((axis) => axis < 0 || axis >= rank)) {
    call.fail(`needs different places in 0..${rank - 1} for new axes, not ${formatShape(axes)}`);
  }
  for (const axis of axes.toSorted((a, b) => a - b)) shape.splice(axis, 0, 1);
  return [{ type: x.type, shape }];
}
