// @ts-check
/**
 * Writes onnx-node-tests.json: ONNX's own backend tests of single nodes, for the operators that Evenkeel has.
 * They come from Debian's libonnx-testdata: a folder for each case, with a model and its inputs and outputs.
 *
 *     npm run build && node tools/golden/onnx-node-tests.mjs
 *
 * It prints the cases it leaves out, and why.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  TensorProtoSchema,
} from "onnx-buf";
import { operatorNames } from "../../packages/evenkeel/dist/graph/operators.js";

const root = "/usr/share/libonnx-testdata/data";
const target = new URL("../../packages/evenkeel/golden/onnx-node-tests.json", import.meta.url);

/** A case with more elements is taken only where its operator has no smaller one. */
const mostElements = 2000;

/**
 * `node` has the tests of every operator. Its convolutions have no bias, groups or dilations; those that were
 * converted from PyTorch's tests do.
 */
const sources = [
  { folder: "node", operators: operatorNames },
  {
    folder: "pytorch-converted",
    operators: operatorNames.filter((name) =>
      ["Conv", "ConvTranspose", "MaxPool", "AveragePool"].includes(name),
    ),
  },
];

/**
 * Evenkeel's element types, by ONNX's.
 *
 * @type {Map<DataType | undefined, readonly [string, new (bytes: ArrayBuffer) => Iterable<number | bigint>]>}
 */
const elementTypes = new Map([
  [DataType.FLOAT, ["float32", Float32Array]],
  [DataType.UINT8, ["uint8", Uint8Array]],
  [DataType.INT32, ["int32", Int32Array]],
  [DataType.UINT32, ["uint32", Uint32Array]],
  [DataType.INT64, ["int64", BigInt64Array]],
  [DataType.BOOL, ["bool", Uint8Array]],
]);

const mixedPow = "Evenkeel's operands are of one type";
const outputShape = "Evenkeel says it as output_padding: convtranspose_pad is the same case";
const ceilMode = "Evenkeel takes whole windows only";

/** Cases that cannot be taken for another reason than what `read` finds. */
const leftOut = new Map([
  ["test_averagepool_2d_ceil", ceilMode],
  ["test_convtranspose_kernel_shape", outputShape],
  ["test_convtranspose_output_shape", outputShape],
  ["test_convtranspose_with_kernel", outputShape],
  ["test_identity_opt", "its input is an optional sequence"],
  ["test_identity_sequence", "its input is a sequence"],
  ["test_loop11", "its body is a graph, and slices at a place that is computed"],
  ["test_loop13_seq", "it carries a sequence"],
  ["test_loop16_seq_none", "it carries an optional sequence"],
  ["test_maxpool_2d_ceil", ceilMode],
  ["test_maxpool_with_argmax_2d_precomputed_strides", "Evenkeel counts places row by row"],
  ["test_maxunpool_export_with_output_shape", "Evenkeel's windows tell the shape"],
  ["test_mod_mixed_sign_float32", "Evenkeel takes the remainder of integers only"],
  ["test_pow_types_float", mixedPow],
  ["test_pow_types_float32_int32", mixedPow],
  ["test_pow_types_float32_int64", mixedPow],
  ["test_pow_types_float32_uint32", mixedPow],
  ["test_pow_types_int", mixedPow],
  ["test_pow_types_int32_float32", mixedPow],
  ["test_pow_types_int64_float32", mixedPow],
  [
    "test_reshape_allowzero_reordered",
    "a 0 in Evenkeel's shapes keeps the axis; it reshapes nothing that is empty",
  ],
]);

/** The cases of Gelu whose values stand in ONNX's source, from 1.15; the package is of 1.12. */
const points = { type: "float32", shape: [3], data: [-1, 0, 1] };
/** @type {Case[]} */
const laterCases = [
  {
    name: "gelu_default_1",
    operator: "Gelu",
    attributes: {},
    inputs: [points],
    outputs: [{ ...points, data: [...Float32Array.of(-0.15865526, 0, 0.84134474)] }],
  },
  {
    name: "gelu_tanh_1",
    operator: "Gelu",
    attributes: { approximate: "tanh" },
    inputs: [points],
    outputs: [{ ...points, data: [...Float32Array.of(-0.158808, 0, 0.841192)] }],
  },
];

/** Why a case cannot be taken. */
class Unusable extends Error {}

/**
 * @typedef {{ type: string, shape: number[], data: number[] }} Content
 * @typedef {{
 *   name: string,
 *   operator: string,
 *   attributes: Record<string, number | string | number[]>,
 *   inputs: (Content | null)[],
 *   outputs: Content[],
 * }} Case
 */

/**
 * The case in a folder, as Evenkeel would write it in opset 20.
 *
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} operators
 * @returns {Case | undefined} undefined when it is of another operator, or of several
 */
function read(folder, name, operators) {
  const { graph } = fromBinary(ModelProtoSchema, readFileSync(`${root}/${folder}/${name}/model.onnx`));
  const [node, ...others] = graph?.node ?? [];
  if (!graph || !node || others.length > 0 || !operators.includes(node.opType)) return undefined;
  const reason = leftOut.get(name);
  if (reason) throw new Unusable(reason);
  const stored = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const fed = graph.input.filter((input) => !stored.has(input.name));
  const tensors = new Map([
    ...[...stored].map(([key, tensor]) => /** @type {const} */ ([key, content(tensor)])),
    ...fed.map(({ name: key }, index) => /** @type {const} */ ([key, file(folder, name, `input_${index}`)])),
  ]);
  const outputs = graph.output.map((_, index) => file(folder, name, `output_${index}`));
  const inputs = node.input.map((key) => (key === "" ? null : tensors.get(key)));
  if (inputs.includes(undefined)) throw new Unusable("an input is missing");
  const found = {
    name: name.replace(/^test_/, ""),
    operator: node.opType,
    attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, value(attribute)])),
    inputs: /** @type {(Content | null)[]} */ (inputs),
    outputs,
  };
  return inEvenkeelsForm(inOpset20(found));
}

/**
 * Says the same where an operator's form has changed since the case was written.
 *
 * @param {Case} found
 * @returns {Case}
 */
function inOpset20(found) {
  const { axes, ...attributes } = found.attributes;
  // Axes became an input: opset 13 for Unsqueeze, 18 for reductions.
  if (Array.isArray(axes)) return { ...found, attributes, inputs: [...found.inputs, indices(axes)] };
  // Equal parts need their number since opset 18.
  if (found.operator === "Split" && found.inputs.length === 1) {
    return { ...found, attributes: { ...attributes, num_outputs: found.outputs.length } };
  }
  return found;
}

/**
 * Says the same in the form that Evenkeel's graph demands: no axis is left out, and axes are counted from the
 * first; padding is in numbers. The test shows that the graph refuses the other forms.
 *
 * @param {Case} found
 * @returns {Case}
 */
function inEvenkeelsForm(found) {
  const { operator, attributes, inputs } = found;
  const rank = inputs[0]?.shape.length ?? 0;
  const every = Array.from({ length: rank }, (_, axis) => axis);
  const counted = (/** @type {readonly number[]} */ axes, of = rank) =>
    axes.map((axis) => (axis < 0 ? axis + of : axis));
  const withAttribute = (/** @type {Case["attributes"]} */ added) => ({
    ...found,
    attributes: { ...attributes, ...added },
  });
  const { axis, auto_pad: autoPad, ...others } = attributes;
  if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER")
    return { ...found, attributes: { ...others, pads: samePads(found) } };
  if (["ArgMax", "Concat", "Gather", "ScatterElements"].includes(operator)) {
    return withAttribute({ axis: counted([/** @type {number} */ (axis ?? 0)])[0] ?? 0 });
  }
  if (operator === "Flatten") return withAttribute({ axis: axis ?? 1 });
  if (operator === "OneHot" || operator === "TopK") return withAttribute({ axis: axis ?? -1 });
  if (operator === "Transpose") return withAttribute({ perm: attributes.perm ?? every.reverse() });
  if (operator.startsWith("Reduce")) {
    const named = inputs[1]?.data ?? [];
    const all = named.length === 0 && attributes.noop_with_empty_axes !== 1;
    return { ...found, inputs: [inputs[0] ?? null, indices(all ? every : counted(named))] };
  }
  if (operator === "Slice") {
    const axes = indices(counted(inputs[3]?.data ?? every));
    return { ...found, inputs: [...inputs.slice(0, 3), axes, ...inputs.slice(4)] };
  }
  if (operator === "Unsqueeze") {
    const axes = inputs[1]?.data ?? [];
    return { ...found, inputs: [inputs[0] ?? null, indices(counted(axes, rank + axes.length))] };
  }
  return found;
}

/**
 * Padding by which `⌈size / stride⌉` windows cover an axis; of an odd number, one more after it (`SAME_UPPER`) or before it.
 *
 * @param {Case} found
 * @returns {number[]} before each spatial axis, then after each
 */
function samePads({ operator, attributes, inputs }) {
  const sizes = inputs[0]?.shape.slice(2) ?? [];
  const kernel = /** @type {number[]} */ (attributes.kernel_shape ?? inputs[1]?.shape.slice(2));
  const strides = /** @type {number[]} */ (attributes.strides ?? sizes.map(() => 1));
  const totals = sizes.map((size, axis) => {
    const [stride = 1, length = 1] = [strides[axis], kernel[axis]];
    const left = operator === "ConvTranspose" ? stride : size - (Math.ceil(size / stride) - 1) * stride;
    return Math.max(length - left, 0);
  });
  const [less, more] = [Math.floor, Math.ceil].map((round) => totals.map((total) => round(total / 2)));
  return (attributes.auto_pad === "SAME_UPPER" ? [less, more] : [more, less]).flatMap((pads) => pads ?? []);
}

/**
 * @param {number[]} values
 * @returns {Content}
 */
function indices(values) {
  return { type: "int64", shape: [values.length], data: values };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} part
 */
function file(folder, name, part) {
  return content(
    fromBinary(TensorProtoSchema, readFileSync(`${root}/${folder}/${name}/test_data_set_0/${part}.pb`)),
  );
}

/**
 * @param {import("onnx-buf").TensorProto} tensor
 * @returns {Content}
 */
function content({ dataType, dims, rawData, floatData, int32Data, int64Data }) {
  const [type, Elements] = elementTypes.get(dataType) ?? [];
  if (!type || !Elements) throw new Unusable(`it has ${DataType[dataType]?.toLowerCase()} elements`);
  // A copy: what a file is read into is part of a larger buffer.
  const { buffer } = new Uint8Array(rawData);
  const data = [...new Elements(buffer), ...floatData, ...int32Data, ...int64Data].map(Number);
  const shape = dims.map(Number);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (data.length !== size) throw new Error(`[${shape}] needs ${size} elements, got ${data.length}`);
  return { type, shape, data };
}

/** @param {import("onnx-buf").AttributeProto} attribute */
function value({ name, type, f, i, s, ints }) {
  if (type === AttributeType.FLOAT) return f;
  if (type === AttributeType.INT) return Number(i);
  if (type === AttributeType.STRING) return new TextDecoder().decode(s);
  if (type === AttributeType.INTS) return ints.map(Number);
  throw new Unusable(`its attribute ${name} is a ${AttributeType[type]?.toLowerCase()}`);
}

/** @param {Case} found */
function elementCount({ inputs, outputs }) {
  return [...inputs, ...outputs].reduce((count, tensor) => count + (tensor?.data.length ?? 0), 0);
}

/**
 * The shortest form that is the same float32 when it is read. JSON has no NaN and no infinity: they are strings.
 *
 * @param {unknown} number
 */
function shortest(number) {
  if (typeof number !== "number" || Number.isSafeInteger(number)) return number;
  if (!Number.isFinite(number)) return String(number);
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(number.toPrecision(digits));
    if (Math.fround(rounded) === number) return rounded;
  }
  throw new Error(`${number} is neither a float32 nor a whole number that a double holds`);
}

/** @type {Case[]} */
const found = [];
for (const { folder, operators } of sources) {
  // An "expanded" case is the same one again, written as a function of other operators.
  const names = readdirSync(`${root}/${folder}`).filter((entry) => !entry.endsWith("_expanded"));
  for (const name of names.sort()) {
    try {
      const one = read(folder, name, operators);
      if (one) found.push(one);
    } catch (error) {
      if (!(error instanceof Unusable)) throw new Error(`${folder}/${name}: ${error}`, { cause: error });
      console.log(`left out: ${name}: ${error.message}`);
    }
  }
}
found.push(...laterCases);
const isSmall = (/** @type {Case} */ one) => elementCount(one) <= mostElements;
const cases = found.filter((one) => {
  const taken = isSmall(one) || !found.some((other) => other.operator === one.operator && isSmall(other));
  if (!taken) console.log(`left out: test_${one.name}: it has ${elementCount(one)} elements`);
  return taken;
});
const version = execFileSync("dpkg-query", ["--show", "libonnx-testdata"], { encoding: "utf8" });
const lines = cases.map((one) => `  ${JSON.stringify(one, (_, item) => shortest(item))}`);
const text = `{
 "madeBy": "tools/golden/onnx-node-tests.mjs, ${version.trim().replace("\t", " ")}",
 "cases": [
${lines.join(",\n")}
 ]
}
`;
writeFileSync(target, text);
const without = operatorNames.filter((operator) => !cases.some((one) => one.operator === operator));
console.log(`operators without a case: ${without.join(", ")}`);
console.log(`onnx-node-tests.json: ${cases.length} cases, ${Math.round(text.length / 1000)} kB`);
