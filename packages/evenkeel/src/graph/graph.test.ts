import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { compile } from "../testing/evaluate.js";
import {
  add,
  elementCount,
  exp,
  Graph,
  GraphError,
  greater,
  matMul,
  mul,
  readModel,
  reduceMean,
  reshape,
  softmax,
  staticShape,
  tanh,
  writeModel,
} from "./index.js";

describe("names", () => {
  it("tell the layer and the role, or the operator", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    const value = graph.within("block_1", () => graph.within("dense_1", () => exp(x)));
    expect(value.name).toBe("block_1/dense_1/Exp");
    expect(value.producer!.scope).toBe("block_1/dense_1");
    graph.within("dense_2", () => graph.label(value, "output"));
    expect(value.name).toBe("dense_2/output");
    const absolute = graph.within("a", () => graph.within("b", () => exp(x), { absolute: true }));
    expect(absolute.name).toBe("b/Exp");
    expect(graph.scope).toBe("");
  });

  it("are unique, however alike the roles", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    const roles = ["output", "output_2", "output", "output", "output_2", "Exp", "Exp_2"];
    const names = roles.map((role) => graph.label(exp(x), role).name);
    expect(new Set(names).size).toBe(roles.length);
    expect(names.slice(0, 3)).toEqual(["output", "output_2", "output_3"]);
  });

  it("leave the scope when building fails", () => {
    const graph = new Graph("test");
    const fail = () =>
      graph.within("dense_1", () => {
        throw new Error("no");
      });
    expect(fail).toThrow("no");
    expect(graph.scope).toBe("");
  });

  it("of inputs, stored tensors and outputs are taken exactly, or refused", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    graph.initializer("weight", tensor([1, 2, 3]));
    expect(() => graph.input("x", "float32", [3])).toThrow(GraphError);
    expect(() => graph.initializer("weight", tensor([1]))).toThrow('the name "weight" is taken already');
    expect(() => graph.output("x", exp(x))).toThrow('the name "x" is taken already');
  });

  it("of values do not follow those of inputs and constants", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    expect(graph.label(x, "renamed").name).toBe("x");
  });
});

describe("outputs", () => {
  it("have exactly the name they are given", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    const loss = graph.label(exp(x), "loss");
    graph.output("loss", loss);
    graph.output("again", loss);
    graph.output("input", x);
    graph.output("constant", graph.constant(2));
    // A label that comes late must not take the name away.
    graph.label(loss, "something else");
    expect(readModel(writeModel(graph)).outputs).toEqual(["loss", "again", "input", "constant"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["loss", "again", "input", "constant"]);
  });
});

describe("constants", () => {
  it("that are scalars of one type and value are one", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    const half = graph.constant(0.5);
    expect(graph.constant(0.5)).toBe(half);
    expect(mul(x, 0.5).producer!.inputs[1]).toBe(half);
    expect(graph.constant(1)).not.toBe(graph.constant(1, "int64"));
    expect(graph.constant(0)).not.toBe(graph.constant(-0));
    expect(graph.constant(Number.NaN)).toBe(graph.constant(Number.NaN));
    expect(graph.indices([1, -1])).toBe(graph.indices([1, -1]));
    expect(graph.indices([1])).not.toBe(graph.indices([1, -1]));
    expect(graph.indices([11])).not.toBe(graph.indices([1, 1]));
  });

  it("are written once", () => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [3]);
    graph.output("y", mul(add(mul(x, 0.5), 0.5), 0.5));
    expect(readModel(writeModel(graph)).tensors.size).toBe(1);
  });

  it("take the type of the other operand", async () => {
    const compiled = await compile((_, { bytes, index }) => [greater(bytes, 200), add(index, -1)], {
      bytes: { type: "uint8", shape: [2] },
      index: { type: "int64", shape: [2] },
    });
    const [large, less] = await compiled.run({
      bytes: tensor(Uint8Array.of(100, 255)),
      index: tensor(BigInt64Array.of(0n, 2n ** 53n)),
    });
    expect(large!.data).toEqual(Uint8Array.of(0, 1));
    expect(less!.data).toEqual(BigInt64Array.of(-1n, 2n ** 53n - 1n));
    await compiled.release();
  });

  it("keep the sign of zero and what is not finite", async () => {
    const numbers = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-45, 3.4e38];
    const compiled = await compile((_, { x }) => numbers.map((number) => mul(x, number)), {
      x: { type: "float32", shape: [] },
    });
    const found = await compiled.run({ x: tensor(1) });
    expect(found.map(({ data }) => data[0])).toEqual(numbers.map(Math.fround));
    await compiled.release();
  });
});

describe("a symbolic dimension", () => {
  it("stands for any size when the graph runs", async () => {
    const compiled = await compile(
      (graph, { x }) => {
        const kernel = graph.constant(
          tensor([
            [1, 0, -1],
            [0, 1, 1],
          ]),
        );
        const hidden = tanh(add(matMul(x, kernel), graph.constant(tensor([0.1, 0.2, 0.3]))));
        return [softmax(hidden), reshape(hidden, ["batch", 3, 1]), reduceMean(hidden, [0])];
      },
      { x: { type: "float32", shape: ["batch", 2] } },
    );
    expect(compiled.values.map(({ shape }) => shape)).toEqual([["batch", 3], ["batch", 3, 1], [3]]);
    for (const batch of [1, 2, 7]) {
      const data = Float32Array.from({ length: batch * 2 }, (_, index) => index / 10);
      const found = await compiled.run({ x: tensor(data, [batch, 2]) });
      expect(found.map(({ shape }) => shape)).toEqual([[batch, 3], [batch, 3, 1], [3]]);
      // Each row is the same whatever comes with it.
      const hidden = [0, 1, 2].map((unit) => Math.tanh([0, 0.1, 0.1][unit]! + [0.1, 0.2, 0.3][unit]!));
      for (const [unit, expected] of hidden.entries()) expect(found[1]!.data[unit]).toBeCloseTo(expected, 6);
    }
    await compiled.release();
  });

  it("cannot be used where a size is needed", () => {
    const graph = new Graph("test");
    const value = graph.within("norm_1", () => exp(graph.input("x", "float32", ["batch", 2])));
    expect(() => staticShape(value, "The variance")).toThrow(
      'In "norm_1": The variance needs a shape known in advance, but "norm_1/Exp" is [batch, 2]. Build the graph for a fixed batch size.',
    );
    expect(() => elementCount(value, "The variance")).toThrow(GraphError);
    expect(elementCount(graph.input("y", "float32", [2, 3, 4]), "It")).toBe(24);
  });
});

it("keeps shapes apart from the arrays they came from", () => {
  const graph = new Graph("test");
  const shape = [2, 3];
  const x = graph.input("x", "float32", shape);
  shape[0] = 9;
  expect(x.shape).toEqual([2, 3]);
});
