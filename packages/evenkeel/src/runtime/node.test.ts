import { describe, expect, it } from "vitest";
import {
  exp,
  Graph,
  gather,
  greater,
  log,
  matMul,
  mul,
  reduceSum,
  type Value,
  writeModel,
} from "../graph/index.js";
import { tensor, zeros } from "../tensor/tensor.js";
import { nodeRuntime, type Program, RuntimeError } from "./index.js";

const runtime = nodeRuntime({ threads: 1 });

/** Builds, writes and loads a graph; its outputs by name. */
function load(build: (graph: Graph) => Record<string, Value>, label = "the program"): Promise<Program> {
  const graph = new Graph("test");
  for (const [name, value] of Object.entries(build(graph))) graph.output(name, value);
  return runtime.load(writeModel(graph), label);
}

describe("nodeRuntime", () => {
  it("says what it is", () => {
    expect(runtime.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+$/);
    expect(runtime.device).toBe("cpu");
  });

  it("refuses a device that is not here, listing those that are", () => {
    expect(() => nodeRuntime({ device: "abacus" })).toThrow(RuntimeError);
    expect(() => nodeRuntime({ device: "abacus" })).toThrow(
      /^There is no execution provider "abacus" here\. This machine's ONNX Runtime has: .*\bcpu\b.*\.$/,
    );
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s threads", (threads) => {
    expect(() => nodeRuntime({ threads })).toThrow(/threads must be a whole number of at least 1/);
  });

  it("names what it was asked to load when ONNX Runtime refuses it", async () => {
    const garbage = runtime.load(new TextEncoder().encode("no model"), "the evaluation of lenet");
    await expect(garbage).rejects.toThrow(RuntimeError);
    await expect(garbage).rejects.toThrow(/^ONNX Runtime refused the evaluation of lenet on cpu: ./);
    // A model that is well formed and cannot work: uint8 has no exponential.
    const impossible = load((graph) => ({ y: exp(graph.input("x", "uint8", [2])) }), "the odd step");
    await expect(impossible).rejects.toThrow(/^ONNX Runtime refused the odd step on cpu: .*Exp/);
  });
});

it("refuses a run that would give the state another shape", async () => {
  const program = await load((graph) => {
    const table = graph.input("table", "float32", ["rows"]);
    return { "table/next": gather(table, graph.input("places", "int64", ["count"])) };
  }, "the reshaper");
  const state = runtime.createState([["table", tensor([1, 2, 3])]]);
  const shrink = program.run({ places: tensor(BigInt64Array.of(0n, 1n)) }, state);
  await expect(shrink).rejects.toThrow(/^the reshaper failed: /);
  expect([...(await state.read("table")).data]).toEqual([1, 2, 3]);
  await program.release();
});

it("runs ten thousand times in the memory that it began with", { timeout: 60_000 }, async () => {
  const program = await load((graph) => {
    const weight = graph.input("weight", "float32", [32, 32]);
    const input = graph.input("x", "float32", [64, 32]);
    const output = matMul(input, weight);
    return { "weight/next": mul(weight, 0.999), output, flag: greater(log(reduceSum(output)), 0) };
  });
  const state = runtime.createState([["weight", zeros("float32", [32, 32])]]);
  const feed = zeros("float32", [64, 32]);
  const runs = async (count: number) => {
    for (let run = 0; run < count; run++) await program.run({ x: feed }, state);
  };
  // Each run allocates for its results; what is not collected yet is no leak, so let the heap settle first.
  await runs(5_000);
  const before = process.memoryUsage.rss();
  await runs(10_000);
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  // A leak would show: each of the weight, the input and the output takes 4 or 8 kB, times 10 000.
  expect(grown).toBeLessThan(30);
  await program.release();
});
