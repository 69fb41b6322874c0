// @ts-check
// The batch-normalization layer alone, forward and backward, as it is built into a training step.
import { Graph, writeModel } from "../../packages/evenkeel/dist/graph/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { intoLayout, outOfLayout } from "../../packages/evenkeel/dist/graph/reordering.js";
import { normalizeByBatch } from "../../packages/evenkeel/dist/normalization/index.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { inBlocks, normalizationValues } from "./examples.mjs";

/** @typedef {import("../../packages/evenkeel/dist/graph/index.js").Value} Value */

/**
 * Images lie in memory as a network has them between its layers on this device, in the blocked layout where there is one,
 * and so do their gradients; or plain. Steps are repeated inside a Loop where the device has one, as in `fit`, so that the
 * cost of a run does not count.
 *
 * @param {import("../workloads.mjs").Normalization} work
 * @param {import("evenkeel").Runtime} runtime
 * @param {{ plain?: boolean }} [options] plain: as `[N, C, H, W]`, whatever the device has
 */
export async function normalizer({ shape, epsilon }, runtime, { plain = false } = {}) {
  const block = plain || shape.length !== 4 ? 1 : await runtime.channelBlock();
  const blocked = block > 1 && shape[1] % block === 0;
  const { x, upstream, gamma, beta } = normalizationValues(shape);
  const program = await runtime.load(
    repeated(shape, epsilon, runtime.device, blocked),
    "batch normalization",
  );
  const laid = (/** @type {Float32Array<ArrayBuffer>} */ values) =>
    tensor(blocked ? inBlocks(values, shape, block) : values, [values.length]);
  const feeds = {
    x: laid(x.values),
    upstream: laid(upstream.values),
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
 * @param {boolean} blocked whether the content of the images and of their gradients is in the layout
 */
function repeated(shape, epsilon, device, blocked) {
  const graph = new Graph("normalization");
  const repeats = graph.input("repeats", "int64", []);
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const inputs = ["x", "upstream"].map((name) => graph.input(name, "float32", [count]));
  const [gamma, beta] = ["gamma", "beta"].map((name) => graph.input(name, "float32", [shape[1]]));
  // What the loop carries is not reshaped inside, which would copy it.
  const before = [...inputs.map((value) => op.reshape(value, shape)), gamma, beta];
  const { state } = op.loop(graph, repeats, before, (inner) => {
    // Reshaping inside is free, and puts what follows into the loop.
    const [x, upstream] = inputs.map(
      (value) => /** @type {Value} */ (inner.node("Reshape", [value, inner.indices(shape)])[0]),
    );
    const options = { axis: 1, epsilon, device };
    const { output } = normalizeByBatch(blocked ? outOfLayout(x) : x, { gamma, beta }, options);
    const content = blocked ? intoLayout(output) : output;
    const region = content.producer?.region;
    if (!region) throw new Error("batch normalization is no region of its own any more");
    const [toX, toGamma, toBeta] = /** @type {Value[]} */ (region.backward(upstream));
    return { state: [content, toX, toGamma, toBeta], kept: [] };
  });
  for (const [index, name] of ["output", "toX", "toGamma", "toBeta"].entries())
    graph.output(name, state[index]);
  return writeModel(graph);
}
