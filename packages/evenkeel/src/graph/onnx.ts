import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { allocate, type ElementType, formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";
import { fused } from "./fusion.js";
import type { Graph, Node, Value } from "./graph.js";
import type { Attribute, OperatorName } from "./operators.js";
import { isOfLayout } from "./reordering.js";

/** Opset 20 is the first with `Gelu`; IR version 9 goes with it. */
const opset = 20n;
const irVersion = 9n;

const dataTypes: Record<ElementType, DataType> = {
  float32: DataType.FLOAT,
  uint8: DataType.UINT8,
  int32: DataType.INT32,
  uint32: DataType.UINT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
};

/** Attributes that ONNX declares as floats; a whole number among them must not be written as an integer. */
const floatAttributes = new Set(["alpha", "beta", "gamma", "epsilon", "momentum"]);

/**
 * Writes a graph as an ONNX model: the nodes that its outputs need, and no others.
 *
 * @param metadata stored in the model's `metadata_props`.
 */
export function writeModel(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const needed = neededNodes(graph);
  const head = create(ModelProtoSchema, {
    irVersion,
    producerName: "evenkeel",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: opset }),
      ...(usesLayout(graph, needed)
        ? [create(OperatorSetIdProtoSchema, { domain: layoutDomain, version: 1n })]
        : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
  const content = create(ModelProtoSchema, { graph: writeGraph(graph, needed) });
  // One message in two parts, so that the graph comes last: wherever a file is cut off, the graph is not whole.
  const [first, second] = [toBinary(ModelProtoSchema, head), toBinary(ModelProtoSchema, content)];
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** What can be read back from a model's file: its metadata, its stored tensors, the names of its ends. */
export interface StoredModel {
  metadata: Record<string, string>;
  /** Decoded when they are first asked for. @throws Error when one of them does not hold what it declares. */
  readonly tensors: Map<string, Tensor>;
  inputs: string[];
  outputs: string[];
  producer: string;
}

/**
 * Reads an ONNX model.
 *
 * @throws Error when the bytes are no ONNX model, or stop before its end.
 */
export function readModel(bytes: Uint8Array): StoredModel {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new Error("it is not an ONNX model, or it is cut off", { cause });
  }
  let decoded: Map<string, Tensor> | undefined;
  const { graph } = model;
  if (!graph || graph.node.length === 0) throw new Error("it holds no ONNX graph");
  return {
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    get tensors() {
      decoded ??= new Map(graph.initializer.map((stored) => [stored.name, readTensor(stored)]));
      return decoded;
    },
    inputs: graph.input.map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    producer: model.producerName,
  };
}

/** The nodes that the outputs rest on, in every graph from this one inwards. */
function neededNodes(graph: Graph): Set<Node | Value> {
  const needed = new Set<Node | Value>();
  const open: Value[] = graph.outputs.map(({ value }) => value);
  for (let value = open.pop(); value; value = open.pop()) {
    needed.add(value);
    const node = value.producer;
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input) open.push(input);
    for (const output of node.body?.outputs ?? []) open.push(output.value);
  }
  return needed;
}

/** ONNX Runtime's own operators for its blocked layout (graph/layout.ts). */
const layoutDomain = "com.microsoft.nchwc";

function written(operator: OperatorName): { opType: string; domain: string } {
  return { opType: operator.replace(/^Nchwc/, ""), domain: isOfLayout(operator) ? layoutDomain : "" };
}

function usesLayout(graph: Graph, needed: Set<Node | Value>): boolean {
  return graph.nodes.some(
    (node) =>
      (needed.has(node) && written(node.operator).domain === layoutDomain) ||
      (node.body !== undefined && usesLayout(node.body, needed)),
  );
}

function writeGraph(graph: Graph, needed: Set<Node | Value>): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: fused(
      graph.nodes.filter((node) => needed.has(node)),
      new Set(graph.outputs.map(({ value }) => value)),
    ).map((node) =>
      create(NodeProtoSchema, {
        name: node.outputs[0]!.name,
        ...written(node.operator),
        input: node.inputs.map((value) => value?.name ?? ""),
        output: writtenOutputs(node, needed).map((value) => value.name),
        attribute: [
          ...Object.entries(node.attributes).map(([name, value]) => writeAttribute(name, value)),
          ...(node.body
            ? [
                create(AttributeProtoSchema, {
                  name: "body",
                  type: AttributeType.GRAPH,
                  g: writeGraph(node.body, needed),
                }),
              ]
            : []),
        ],
      }),
    ),
    initializer: [...graph.constants]
      .filter(([value]) => needed.has(value))
      .map(([value, tensor]) => writeTensor(value.name, tensor)),
    input: graph.inputs.map(writeValue),
    output: graph.outputs.map(({ value }) => writeValue(value)),
  });
}

/**
 * ONNX Runtime has no fast kernel for a MaxPool that says where the largest elements are: that output is written
 * only where it is needed.
 */
function writtenOutputs({ operator, outputs }: Node, needed: Set<Node | Value>): readonly Value[] {
  return operator === "MaxPool" && !needed.has(outputs[1]!) ? outputs.slice(0, 1) : outputs;
}

function writeAttribute(name: string, value: Attribute): AttributeProto {
  if (name === "to") {
    const type = BigInt(dataTypes[value as ElementType]);
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: type });
  }
  if (typeof value === "string") {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>,
    });
  }
  if (typeof value !== "number") {
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
  }
  return floatAttributes.has(name)
    ? create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value })
    : create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
}

function writeValue({ name, type, shape }: Value): ValueInfoProto {
  const dim = shape.map((dimension) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof dimension === "number"
          ? { case: "dimValue", value: BigInt(dimension) }
          : { case: "dimParam", value: dimension },
    }),
  );
  const described = create(TypeProto_TensorSchema, {
    elemType: dataTypes[type],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: described } }),
  });
}

function writeTensor(name: string, { type, shape, data }: Tensor): TensorProto {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[type],
    dims: shape.map(BigInt),
    rawData: bytes.slice(),
  });
}

function readTensor(stored: TensorProto): Tensor {
  const type = (Object.keys(dataTypes) as ElementType[]).find((key) => dataTypes[key] === stored.dataType);
  if (!type) throw new Error(`its tensor "${stored.name}" has an element type that Evenkeel does not use`);
  const shape = stored.dims.map(Number);
  const needed = sizeOf(shape) * allocate(type, 0).BYTES_PER_ELEMENT;
  if (stored.rawData.byteLength !== needed) {
    throw new Error(
      `its tensor "${stored.name}" of shape ${formatShape(shape)} needs ${needed} bytes and has ${stored.rawData.byteLength}`,
    );
  }
  const data = allocate(type, sizeOf(shape));
  new Uint8Array(data.buffer).set(stored.rawData);
  return { type, shape, data } as Tensor;
}
