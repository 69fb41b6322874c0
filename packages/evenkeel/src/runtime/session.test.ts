import { describe, expect, it } from "vitest";
import { add, exp, Graph, gather, identity, mul, reduceSum, type Value, writeModel } from "../graph/index.js";
import { rows, type Tensor, tensor, zeros } from "../tensor/tensor.js";
import { nodeRuntime, type Program, RuntimeError } from "./index.js";
import { webRuntime } from "./web.js";

const x = tensor([1, 2, 3]);
const two = tensor(2);

// WebAssembly runs in Node too; what is a browser's own is tested in one (web.browser-test.ts).
describe.each([
  ["onnxruntime-node", nodeRuntime({ threads: 1 })],
  ["onnxruntime-web", webRuntime({ threads: 1 })],
])("on %s", (_, runtime) => {
  /** Builds, writes and loads a graph; its outputs by name. */
  function load(build: (graph: Graph) => Record<string, Value>, label = "the program"): Promise<Program> {
    const graph = new Graph("test");
    for (const [name, value] of Object.entries(build(graph))) graph.output(name, value);
    return runtime.load(writeModel(graph), label);
  }

  /** weight ← weight + x · factor, and the sum of the new weight. */
  function accumulate(): Promise<Program> {
    return load((graph) => {
      const weight = graph.input("weight", "float32", [3]);
      const next = add(weight, mul(graph.input("x", "float32", [3]), graph.input("factor", "float32", [])));
      return { "weight/next": next, sum: reduceSum(next) };
    }, "the accumulator");
  }

  describe("a program", () => {
    it("takes inputs from the feeds, else from the state, and gives its outputs", async () => {
      const program = await load((graph) => {
        const a = graph.input("a", "float32", [3]);
        const b = graph.input("b", "float32", [3]);
        return { sum: add(a, b), product: mul(a, b) };
      });
      const state = runtime.createState([
        ["a", x],
        ["b", tensor([10, 10, 10])],
      ]);
      const { sum, product } = await program.run({ b: tensor([4, 5, 6]) }, state);
      expect(sum).toEqual({ type: "float32", shape: [3], data: Float32Array.of(5, 7, 9) });
      expect(product!.data).toEqual(Float32Array.of(4, 10, 18));
      await program.release();
    });

    it("says which input is missing", async () => {
      const program = await accumulate();
      const state = runtime.createState([["weight", x]]);
      const run = program.run({ x }, state);
      await expect(run).rejects.toThrow(RuntimeError);
      await expect(run).rejects.toThrow(
        'the accumulator needs the input "factor", which was neither fed nor in the state.',
      );
      await expect(program.run({ x, factor: two })).rejects.toThrow('needs the input "weight"');
      await program.release();
    });

    it("says which state it writes when there is none", async () => {
      const program = await accumulate();
      const feeds = { x, factor: two, weight: x };
      await expect(program.run(feeds)).rejects.toThrow(RuntimeError);
      await expect(program.run(feeds)).rejects.toThrow(/the accumulator writes the state "weight"/);
      await expect(program.run(feeds, runtime.createState([["other", x]]))).rejects.toThrow(
        'The state has no "weight". It has: other.',
      );
      await program.release();
    });

    it("names itself when a run fails, and leaves the state as it was", async () => {
      const program = await load((graph) => {
        const weight = graph.input("weight", "float32", [3]);
        const picked = gather(weight, graph.input("places", "int64", ["count"]));
        return { "weight/next": mul(weight, 2), picked };
      }, "the picker");
      const state = runtime.createState([["weight", x]]);
      await program.run({ places: tensor(BigInt64Array.of(0n)) }, state);
      const outside = program.run({ places: tensor(BigInt64Array.of(5n)) }, state);
      await expect(outside).rejects.toThrow(RuntimeError);
      await expect(outside).rejects.toThrow(/^the picker failed: .*out of .*bounds/);
      await expect(program.run({ places: tensor([1]) }, state)).rejects.toThrow(
        /^the picker failed: .*float.*int64/,
      );
      expect((await state.read("weight")).data).toEqual(Float32Array.of(2, 4, 6));
      // The buffer of the state before may have been written by the run that failed.
      state.undo();
      expect((await state.read("weight")).data).toEqual(Float32Array.of(2, 4, 6));
      await program.release();
    });

    it("takes and gives every element type, and parts of larger arrays", async () => {
      const feeds: Record<string, Tensor> = {
        float32: tensor([0.5, -1]),
        uint8: tensor(Uint8Array.of(0, 255)),
        int32: tensor(Int32Array.of(-1, 2 ** 31 - 1)),
        uint32: tensor(Uint32Array.of(1, 2 ** 32 - 1)),
        int64: tensor(BigInt64Array.of(-1n, 2n ** 62n)),
        bool: tensor(Uint8Array.of(1, 0), [2], "bool"),
        part: rows(tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]), 1, 2),
      };
      const program = await load((graph) =>
        Object.fromEntries(
          Object.entries(feeds).map(([name, { type, shape }]) => [
            `${name}/same`,
            identity(graph.input(name, type, shape)),
          ]),
        ),
      );
      const results = await program.run(feeds);
      for (const [name, fed] of Object.entries(feeds)) expect(results[`${name}/same`], name).toEqual(fed);
      await program.release();
    });

    it("gives results that later runs do not change", async () => {
      const program = await load((graph) => ({ y: mul(graph.input("x", "float32", [3]), 2) }));
      const { y: first } = await program.run({ x });
      await program.run({ x: tensor([7, 8, 9]) });
      expect(first!.data).toEqual(Float32Array.of(2, 4, 6));
      await program.release();
    });
  });

  describe("the state", () => {
    it("has the new values after a run, and the old ones again after undo", async () => {
      const program = await accumulate();
      const state = runtime.createState([["weight", zeros("float32", [3])]]);
      const feeds = { x, factor: two };
      const { sum } = await program.run(feeds, state);
      expect([...sum!.data]).toEqual([12]);
      expect([...(await state.read("weight")).data]).toEqual([2, 4, 6]);
      await program.run(feeds, state);
      await program.run(feeds, state);
      expect([...(await state.read("weight")).data]).toEqual([6, 12, 18]);
      state.undo();
      expect([...(await state.read("weight")).data]).toEqual([4, 8, 12]);
      // Once after each run.
      state.undo();
      expect([...(await state.read("weight")).data]).toEqual([4, 8, 12]);
      await program.run(feeds, state);
      expect([...(await state.read("weight")).data]).toEqual([6, 12, 18]);
      await program.release();
    });

    it("is updated from what the run began with, also when entries depend on one another", async () => {
      const program = await load((graph) => {
        const a = graph.input("a", "float32", []);
        const b = graph.input("b", "float32", []);
        return { "a/next": identity(b), "b/next": add(a, b) };
      });
      const state = runtime.createState([
        ["a", tensor(0)],
        ["b", tensor(1)],
      ]);
      for (let step = 0; step < 10; step++) await program.run({}, state);
      expect([(await state.read("a")).data[0], (await state.read("b")).data[0]]).toEqual([55, 89]);
      await program.release();
    });

    it("takes outputs that ONNX Runtime computes beforehand, or passes through", async () => {
      const program = await load((graph) => {
        const kept = graph.input("kept", "float32", [3]);
        graph.input("constant", "float32", [3]);
        return {
          "kept/next": identity(kept),
          "constant/next": exp(graph.constant(zeros("float32", [3]))),
          "stored/next": identity(graph.constant(tensor([7, 8, 9]))),
        };
      });
      const state = runtime.createState([
        ["kept", x],
        ["constant", zeros("float32", [3])],
        ["stored", zeros("float32", [3])],
      ]);
      for (let step = 0; step < 3; step++) {
        await program.run({}, state);
        expect([...(await state.read("kept")).data]).toEqual([1, 2, 3]);
        expect([...(await state.read("constant")).data]).toEqual([1, 1, 1]);
        expect([...(await state.read("stored")).data]).toEqual([7, 8, 9]);
      }
      await program.release();
    });

    it("is shared by programs", async () => {
      const [writer, reader] = [
        await accumulate(),
        await load((graph) => ({ doubled: mul(graph.input("weight", "float32", [3]), 2) })),
      ];
      const state = runtime.createState([["weight", x]]);
      await writer.run({ x, factor: two }, state);
      expect([...(await reader.run({}, state)).doubled!.data]).toEqual([6, 12, 18]);
      // A run that writes nothing leaves nothing to undo.
      state.undo();
      expect([...(await state.read("weight")).data]).toEqual([3, 6, 9]);
      await Promise.all([writer.release(), reader.release()]);
    });

    it("keeps its own copies", async () => {
      const mine = tensor([1, 2, 3]);
      const state = runtime.createState([["weight", mine]]);
      mine.data[0] = 9;
      const read = await state.read("weight");
      expect([...read.data]).toEqual([1, 2, 3]);
      read.data[1] = 9;
      expect([...(await state.read("weight")).data]).toEqual([1, 2, 3]);
      state.write("weight", mine);
      mine.data[2] = 9;
      expect([...(await state.read("weight")).data]).toEqual([9, 2, 3]);
    });

    it("refuses to write another shape or type", async () => {
      const state = runtime.createState([["weight", x]]);
      expect(() => state.write("weight", tensor([1, 2]))).toThrow('"weight" is float32[3], got float32[2].');
      expect(() => state.write("weight", tensor([[1, 2, 3]]))).toThrow(/got float32\[1, 3\]/);
      expect(() => state.write("weight", tensor(Int32Array.of(1, 2, 3)))).toThrow(/got int32\[3\]/);
      expect(() => state.write("bias", x)).toThrow('The state has no "bias". It has: weight.');
      await expect(state.read("bias")).rejects.toThrow('The state has no "bias"');
      expect([...(await state.read("weight")).data]).toEqual([1, 2, 3]);
    });

    it("adds, replaces and removes entries", async () => {
      const state = runtime.createState([["weight", x]]);
      state.put("weight", tensor([[1], [2]]));
      state.put("bias", two);
      expect(state.names()).toEqual(["weight", "bias"]);
      expect((await state.read("weight")).shape).toEqual([2, 1]);
      state.remove("weight");
      expect(state.has("weight")).toBe(false);
      expect(state.names()).toEqual(["bias"]);
    });

    it("undoes a run without what was replaced or removed since", async () => {
      const program = await load((graph) => ({
        "a/next": add(graph.input("a", "float32", []), 1),
        "b/next": add(graph.input("b", "float32", []), 1),
        "c/next": add(graph.input("c", "float32", []), 1),
      }));
      const state = runtime.createState([
        ["a", tensor(0)],
        ["b", tensor(0)],
        ["c", tensor(0)],
      ]);
      await program.run({}, state);
      state.put("b", tensor(50));
      state.remove("c");
      state.undo();
      expect([(await state.read("a")).data[0], (await state.read("b")).data[0]]).toEqual([0, 50]);
      expect(state.names()).toEqual(["a", "b"]);
      await program.release();
    });
  });
});
