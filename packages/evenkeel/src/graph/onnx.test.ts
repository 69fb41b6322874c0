import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../runtime/index.js";
import { type Tensor, tensor, zeros } from "../tensor/tensor.js";
import {
  add,
  cast,
  exp,
  Graph,
  identity,
  log,
  maxPool,
  mul,
  readModel,
  reduceSum,
  tanh,
  type Value,
  writeModel,
} from "./index.js";

function parse(graph: Graph) {
  return fromBinary(ModelProtoSchema, writeModel(graph));
}

/** A small model that has everything a file can be cut in: metadata, nodes, tensors. */
function sample(): Uint8Array {
  const graph = new Graph("sample");
  const x = graph.input("x", "float32", ["batch", 3]);
  graph.output("y", tanh(add(mul(x, graph.initializer("scale", tensor([1, 2, 3]))), 0.5)));
  return writeModel(graph, { layers: "dense", seed: "42" });
}

describe("writeModel", () => {
  it("writes opset 20 and the IR version that goes with it", () => {
    const model = fromBinary(ModelProtoSchema, sample());
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 20n]]);
    expect(model.irVersion).toBe(9n);
    expect(model.producerName).toBe("evenkeel");
  });

  it("writes only what the outputs need", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    const used = graph.initializer("used", tensor([1, 2, 3]));
    const unused = graph.initializer("unused", tensor([4, 5, 6]));
    log(exp(mul(x, unused)));
    graph.output("y", add(x, used));
    const model = parse(graph).graph!;
    expect(model.node.map(({ opType }) => opType)).toEqual(["Add"]);
    expect(model.initializer.map(({ name }) => name)).toEqual(["used"]);
  });

  it("writes where the largest elements of a pooling are only where that is needed", () => {
    const windows = { kernel: [2], strides: [2], dilations: [1], before: [0], after: [0] };
    const written = (outputs: (largest: Value, places: Value) => readonly Value[]) => {
      const graph = new Graph("test");
      const pooled = maxPool(graph.input("x", "float32", ["batch", 3, 8]), windows);
      const found = outputs(pooled, pooled.producer!.outputs[1]!);
      for (const [index, value] of found.entries()) graph.output(`y_${index}`, value);
      return parse(graph).graph!.node[0]!.output;
    };
    expect(written((largest) => [largest])).toEqual(["y_0"]);
    expect(written((largest, places) => [largest, places])).toEqual(["y_0", "y_1"]);
    expect(written((_, places) => [places])).toEqual(["MaxPool", "y_0"]);
  });

  it("names its ends and their shapes, symbols included", () => {
    const { graph } = fromBinary(ModelProtoSchema, sample());
    const [input] = graph!.input;
    expect(input!.name).toBe("x");
    const type = input!.type!.value;
    const dimensions = type.case === "tensorType" ? type.value.shape!.dim : [];
    expect(dimensions.map(({ value }) => value.value)).toEqual(["batch", 3n]);
  });

  it("names each node after the layer and role it has", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    graph.output(
      "y",
      graph.within("dense_1", () => exp(graph.label(tanh(x), "activation"))),
    );
    expect(parse(graph).graph!.node.map(({ name }) => name)).toEqual(["dense_1/activation", "y"]);
  });

  it("writes the same bytes for the same graph", () => {
    expect(sample()).toEqual(sample());
  });
});

describe("readModel", () => {
  it("gives back metadata, names and producer", () => {
    const { metadata, inputs, outputs, producer } = readModel(sample());
    expect(metadata).toEqual({ layers: "dense", seed: "42" });
    expect([inputs, outputs, producer]).toEqual([["x"], ["y"], "evenkeel"]);
  });

  it("gives back any metadata", () => {
    const graph = new Graph("test");
    graph.output("y", exp(graph.input("x", "float32", [])));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
        (metadata) => {
          expect({ ...readModel(writeModel(graph, metadata)).metadata }).toEqual({ ...metadata });
        },
      ),
      { numRuns: 50 },
    );
  });

  const extremes: readonly Tensor[] = [
    tensor(Float32Array.of(0, -0, 1.5, 1e-45, -3.4e38, Number.POSITIVE_INFINITY, Number.NaN), [7]),
    tensor(Uint8Array.of(0, 1, 128, 255), [2, 2]),
    tensor(Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1), [4, 1]),
    tensor(Uint32Array.of(0, 1, 2 ** 32 - 1), [3]),
    tensor(BigInt64Array.of(-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n), [1, 4]),
    tensor(Uint8Array.of(0, 1, 1), [3], "bool"),
    tensor(Float32Array.of(7), []),
    zeros("float32", [0, 3]),
    // A view into a larger array: only its part is stored.
    tensor(Float32Array.of(1, 2, 3, 4, 5).subarray(1, 4)),
  ];

  it("gives back tensors of every element type, to the bit", () => {
    const graph = new Graph("test");
    for (const [index, content] of extremes.entries()) {
      graph.output(`output_${index}`, identity(graph.initializer(`tensor_${index}`, content)));
    }
    const { tensors } = readModel(writeModel(graph));
    for (const [index, content] of extremes.entries())
      expect(tensors.get(`tensor_${index}`)).toEqual(content);
  });

  it("gives back tensors that ONNX Runtime reads the same", async () => {
    const graph = new Graph("test");
    const fed = graph.input("zero", "float32", []);
    for (const [index, content] of extremes.entries()) {
      const stored = graph.initializer(`tensor_${index}`, content);
      graph.output(
        `output_${index}`,
        content.type === "float32" ? add(stored, mul(fed, 0)) : identity(stored),
      );
    }
    const program = await nodeRuntime({ threads: 1 }).load(writeModel(graph), "the model");
    const results = await program.run({ zero: tensor(0) });
    for (const [index, { type, shape, data }] of extremes.entries()) {
      const found = results[`output_${index}`]!;
      expect({ type: found.type, shape: [...found.shape] }).toEqual({ type, shape });
      // −0 + 0 is 0, so the float values are compared as numbers.
      const numbers = (elements: ArrayLike<number | bigint>) => Array.from(elements, (n) => Number(n) + 0);
      expect(numbers(found.data)).toEqual(numbers(data));
    }
    await program.release();
  });

  it("refuses an empty file, and one that is no model", () => {
    expect(() => readModel(new Uint8Array())).toThrow("it holds no ONNX graph");
    for (const text of ["{}", "PK\u0003\u0004", "not a model at all", "<html></html>"]) {
      expect(() => readModel(new TextEncoder().encode(text)), text).toThrow(/^it (is not|holds no)/);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readModel(bytes)).toThrow(/^it/);
      }),
    );
  });

  it("refuses a model that is cut off, wherever that is", () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readModel(bytes.subarray(0, length)), `the first ${length} bytes`).toThrow(
        /^it (is|holds)/,
      );
    }
  });

  it("refuses a tensor whose bytes do not fill its shape, before it makes room for it", () => {
    const model = fromBinary(ModelProtoSchema, sample());
    model.graph!.initializer.find(({ name }) => name === "scale")!.dims = [1_000_000n, 1_000_000n];
    expect(() => readModel(toBinary(ModelProtoSchema, model)).tensors).toThrow(
      'its tensor "scale" of shape [1000000, 1000000] needs 4000000000000 bytes and has 12',
    );
  });

  it("refuses element types that Evenkeel has not", () => {
    const model = fromBinary(ModelProtoSchema, sample());
    model.graph!.initializer[0]!.dataType = 11;
    expect(() => readModel(toBinary(ModelProtoSchema, model)).tensors).toThrow(
      /element type that Evenkeel does not use/,
    );
  });
});

it("writes models whose integer and float attributes ONNX Runtime accepts", async () => {
  const graph = new Graph("test");
  const x = graph.input("x", "float32", [2, 2]);
  // alpha 2 is a float attribute though it is a whole number.
  graph.output("y", graph.node("Gemm", [x, x], { alpha: 2, beta: 1, transA: 1, transB: 0 })[0]!);
  graph.output("sum", cast(reduceSum(x), "int32"));
  const program = await nodeRuntime({ threads: 1 }).load(writeModel(graph), "the model");
  const { y, sum } = await program.run({
    x: tensor([
      [1, 2],
      [3, 4],
    ]),
  });
  expect([...y!.data]).toEqual([20, 28, 28, 40]);
  expect([...sum!.data]).toEqual([10]);
  await program.release();
});
