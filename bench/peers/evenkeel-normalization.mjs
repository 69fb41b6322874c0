// @ts-check
// The batch-normalization layer alone, forward and backward, as it is built into a training step.
import { Graph, writeModel } from "../../packages/evenkeel/dist/graph/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { normalizeByBatch } from "../../packages/evenkeel/dist/normalization/index.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { normalizationValues } from "./examples.mjs";

/** @typedef {import("../../packages/evenkeel/dist/graph/index.js").Value} Value */

/**
 * Steps are repeated inside a Loop where the device has one, as in `fit`, so that the cost of a run does not count.
 *
 * @param {import("../workloads.mjs").Normalization} work
 * @param {import("evenkeel").Runtime} runtime
 */
export async function normalizer({ shape, epsilon }, runtime) {
  const { x, upstream, gamma, beta } = normalizationValues(shape);
  const program = await runtime.load(repeated(shape, epsilon, runtime.device), "batch normalization");
  const feeds = {
    x: tensor(x.values, [x.values.length]),
    upstream: tensor(upstream.values, [upstream.values.length]),
    gamma: tensor(gamma),
    beta: tensor(beta),
  };
  return {
    /** @param {number} _ @param {number} count */
    async steps(_, count) {
      const repeats = tensor(BigInt64Array.of(BigInt(count)), []);
      const results = await program.run({ ...feeds, repeats });
      return () => Object.values(results).map(({ data }) => /** @type {Float32Array} */ (data));
    },
  };
}

/**
 * @param {number[]} shape
 * @param {number} epsilon
 * @param {string} device
 */
function repeated(shape, epsilon, device) {
  const graph = new Graph("normalization");
  const repeats = graph.input("repeats", "int64", []);
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const inputs = ["x", "upstream"].map((name) => graph.input(name, "float32", [count]));
  const [gamma, beta] = ["gamma", "beta"].map((name) => graph.input(name, "float32", [shape[1]]));
  const before = [...inputs, gamma, beta];
  const { state } = op.loop(graph, repeats, before, (inner) => {
    // Reshaping inside is free, and puts what follows into the loop.
    const [x, upstream] = inputs.map(
      (value) => /** @type {Value} */ (inner.node("Reshape", [value, inner.indices(shape)])[0]),
    );
    const { output } = normalizeByBatch(x, { gamma, beta }, { axis: 1, epsilon, device });
    const region = output.producer?.region;
    if (!region) throw new Error("batch normalization is no region of its own any more");
    const [toX, toGamma, toBeta] = /** @type {Value[]} */ (region.backward(upstream));
    const flat = [output, toX].map((value) => op.reshape(value, [count]));
    return { state: [...flat, toGamma, toBeta], kept: [] };
  });
  for (const [index, name] of ["output", "toX", "toGamma", "toBeta"].entries())
    graph.output(name, state[index]);
  return writeModel(graph);
}
