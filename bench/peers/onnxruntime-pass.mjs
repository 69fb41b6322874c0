// @ts-check
// Not a peer: ONNX Runtime's time to read a tensor once and write one once (Relu), what passes over memory are held
// against. It is repeated inside a Loop, so that the cost of a run does not count; each repeat writes another buffer than
// it reads.
import { Graph, writeModel } from "../../packages/evenkeel/dist/graph/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { nodeRuntime } from "../../packages/evenkeel/dist/runtime/index.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { normalizationValues } from "./examples.mjs";
import { Cannot, serve } from "./protocol.mjs";

const threads = 2;
const runtime = nodeRuntime({ threads });

await serve(`${runtime.name}, one pass, ${threads} threads`, async (work) => {
  if (work.task !== "normalize") throw new Cannot("for normalizations only");
  const graph = new Graph("pass");
  const repeats = graph.input("repeats", "int64", []);
  const input = graph.input("x", "float32", work.shape);
  const { state } = op.loop(graph, repeats, [input], (inner) => ({
    state: inner.node("Relu", [input]),
    kept: [],
  }));
  graph.output("y", state[0]);
  const program = await runtime.load(writeModel(graph), "a pass");
  const { x } = normalizationValues(work.shape);
  const feed = tensor(x.values, x.shape);
  return {
    async steps(_, count) {
      await program.run({ x: feed, repeats: tensor(BigInt64Array.of(BigInt(count)), []) });
      return Array.from({ length: count }, () => 0);
    },
  };
});
