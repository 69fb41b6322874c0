import { describe, expect, it } from "vitest";
import { allocate, type ElementType, type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { add, Graph, gather, loop, reshape, type Value } from "./index.js";
import { type Attributes, GraphError, type OperatorName, operatorNames } from "./operators.js";
import { isOfLayout } from "./reordering.js";

interface Stored {
  type: ElementType;
  shape: number[];
  /** What JSON cannot hold is a string: NaN, Infinity. */
  data: (number | string)[];
}

interface Case {
  name: string;
  operator: OperatorName;
  attributes: Attributes;
  /** In the operator's order; null where an optional one is left out. */
  inputs: (Stored | null)[];
  outputs: Stored[];
}

const { cases } = golden<{ cases: Case[] }>("onnx-node-tests.json");

/** Operators of which ONNX 1.12 has no case that Evenkeel can build, and why. */
const withoutCases: Partial<Record<OperatorName, string>> = {
  BitwiseXor: "it is younger, from opset 18",
  Cast: "each is from or to an element type that Evenkeel does not have",
  Loop: "they carry sequences, or slice at a place that is computed: loop11 is below with a Gather",
};

/** Inputs that decide the shape of the output; they must be constants, as must the axes of a reduction. */
const constantInputs: Partial<Record<OperatorName, readonly number[]>> = {
  Expand: [1],
  OneHot: [1],
  Pad: [1],
  Reshape: [1],
  Slice: [1, 2, 3, 4],
  TopK: [1],
  Unsqueeze: [1],
};

describe("ONNX's backend tests", () => {
  it.each(cases.map((one) => [`${one.operator}: ${one.name}`, one] as const))("%s", async (_, one) => {
    const { operator, attributes, inputs, outputs } = one;
    const constant = operator.startsWith("Reduce") ? [1] : (constantInputs[operator] ?? []);
    const tensors = inputs.map((stored) => stored && tensorOf(stored));
    const feeds = Object.fromEntries(
      tensors.flatMap((fed, index) => (fed && !constant.includes(index) ? [[`input/${index}`, fed]] : [])),
    );
    const results = await evaluate((graph, fed) => {
      const operands = tensors.map((content, index) => {
        if (!content) return undefined;
        return fed[`input/${index}`] ?? graph.initializer(`input/${index}`, content);
      });
      // A node may have outputs that the case leaves out.
      const values = graph.node(operator, operands, attributes).slice(0, outputs.length);
      const inferred = values.map(({ type, shape }) => ({ type, shape }));
      expect(inferred).toEqual(outputs.map(({ type, shape }) => ({ type, shape })));
      return values;
    }, feeds);
    for (const [index, expected] of outputs.map(tensorOf).entries()) {
      const { type, shape } = results[index]!;
      expect({ type, shape }).toEqual({ type: expected.type, shape: expected.shape });
      const tolerance = type === "float32" ? { relative: 1e-5, absolute: 1e-7 } : {};
      expectClose(results[index]!, expected, tolerance);
    }
  });

  it("Loop: loop11, with Gather in the place of Slice", async () => {
    const [sum, sums] = await evaluate(
      (graph, { y, x, steps }) => {
        const { state, kept } = loop(graph, steps, [y], (_, step, [before]) => {
          const after = add(before!, gather(x, reshape(step, [1])));
          return { state: [after], kept: [after] };
        });
        return [...state, ...kept];
      },
      { y: tensor([-2]), x: tensor([1, 2, 3, 4, 5]), steps: tensor(BigInt64Array.of(5n), []) },
    );
    expect(sum).toEqual(tensor([13]));
    expect(sums).toEqual(tensor([[-1], [1], [4], [8], [13]]));
  });

  it("has a case for each operator, or a reason why there is none", () => {
    const covered = new Set(cases.map(({ operator }) => operator));
    // Those of the blocked layout are ONNX Runtime's own.
    const uncovered = operatorNames.filter((operator) => !covered.has(operator) && !isOfLayout(operator));
    expect(uncovered).toEqual(Object.keys(withoutCases));
  });
});

describe("forms of ONNX that the graph does not have are refused", () => {
  const graph = new Graph("test");
  const x = graph.input("x", "float32", [2, 3]);
  const labels = graph.input("labels", "int64", [2]);
  const places = graph.input("places", "int64", [2, 3]);
  const images = graph.input("images", "float32", [1, 1, 4, 4]);
  const kernel = graph.input("kernel", "float32", [1, 1, 3, 3]);

  it.each<[string, OperatorName, (Value | undefined)[], Attributes]>([
    ["ArgMax without an axis", "ArgMax", [x], { keepdims: 0 }],
    ["ArgMax without keepdims", "ArgMax", [x], { axis: 0 }],
    ["ArgMax over an axis from the end", "ArgMax", [x], { axis: -1, keepdims: 0 }],
    [
      "AveragePool of windows in part",
      "AveragePool",
      [images],
      { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
    ],
    ["Concat along an axis from the end", "Concat", [x, x], { axis: -1 }],
    ["Conv with padding by name", "Conv", [images, kernel], { auto_pad: "SAME_UPPER" }],
    ["ConvTranspose to a shape", "ConvTranspose", [images, kernel], { output_shape: [4, 4] }],
    ["Flatten without an axis", "Flatten", [x], {}],
    ["Gather without an axis", "Gather", [x, labels], {}],
    ["MaxPool with places by column", "MaxPool", [images], { kernel_shape: [2, 2], storage_order: 1 }],
    ["MaxUnpool to a given shape", "MaxUnpool", [x, labels, graph.indices([1, 1, 5])], { kernel_shape: [2] }],
    ["OneHot without an axis", "OneHot", [labels, graph.indices([3]), x], {}],
    ["Pad with axes", "Pad", [x, graph.indices([1, 1]), undefined, graph.indices([0])], {}],
    ["Pad with all axes", "Pad", [x, graph.indices([1, 0, 0, 0]), undefined, graph.indices([1, 0])], {}],
    ["ReduceSum without axes", "ReduceSum", [x], { keepdims: 0 }],
    ["ReduceSum over no axes", "ReduceSum", [x, graph.indices([])], { keepdims: 0 }],
    ["ReduceSum over an axis from the end", "ReduceSum", [x, graph.indices([-1])], { keepdims: 0 }],
    ["ReduceSum without keepdims", "ReduceSum", [x, graph.indices([0])], {}],
    ["Slice without axes", "Slice", [x, graph.indices([0]), graph.indices([1])], {}],
    [
      "Slice with steps, without axes",
      "Slice",
      [x, graph.indices([0]), graph.indices([2]), undefined, graph.indices([1])],
      {},
    ],
    ["ScatterElements without an axis", "ScatterElements", [x, places, x], {}],
    [
      "Slice along an axis from the end",
      "Slice",
      [x, graph.indices([0]), graph.indices([1]), graph.indices([-1])],
      {},
    ],
    ["TopK without an axis", "TopK", [x, graph.indices([1])], {}],
    ["TopK along no axis", "TopK", [x, graph.indices([1])], { axis: 2 }],
    ["Transpose without an order", "Transpose", [x], {}],
    ["Unsqueeze at a place from the end", "Unsqueeze", [x, graph.indices([-1])], {}],
  ])("%s", (_, operator, inputs, attributes) => {
    expect(() => graph.node(operator, inputs, attributes)).toThrow(GraphError);
  });

  it("TopK and OneHot count axes from the end", () => {
    const [values, places] = graph.node("TopK", [x, graph.indices([1])], { axis: -2 });
    expect([values!.shape, places!.shape]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    const [hot] = graph.node("OneHot", [labels, graph.indices([3]), x], { axis: -2 });
    expect(hot!.shape).toEqual([3, 2]);
  });
});

function tensorOf({ type, shape, data }: Stored): Tensor {
  const elements = allocate(type, data.length);
  for (const [index, element] of data.entries()) {
    elements[index] = elements instanceof BigInt64Array ? BigInt(element) : Number(element);
  }
  return { type, shape, data: elements } as Tensor;
}
