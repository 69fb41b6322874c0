// @ts-check
// Several ways to write the same mathematics, timed in turn within one run: why Evenkeel writes what it writes.
// Each is repeated inside an ONNX Loop, so that the cost of a run does not count.
import { parseArgs } from "node:util";
import { Graph, writeModel } from "../packages/evenkeel/dist/graph/index.js";
import * as op from "../packages/evenkeel/dist/graph/operations.js";
import { nodeRuntime } from "../packages/evenkeel/dist/runtime/index.js";
import { tensor } from "../packages/evenkeel/dist/tensor/tensor.js";
import { median, table } from "./table.mjs";

/** @typedef {import("../packages/evenkeel/dist/graph/index.js").Value} Value */
/** @typedef {{ name: string, build: (x: Value) => Value, matricesOnly?: boolean }} Formulation */

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    repeats: { type: "string", default: "100" },
    threads: { type: "string", default: "2" },
  },
});
const [rounds, repeats] = [Number(options.rounds), Number(options.repeats)];
const runtime = nodeRuntime({ threads: Number(options.threads) });

/** @param {Value} x */
const row = (x) => {
  const count = Number(x.shape[0]);
  return x.graph.constant(tensor(new Float32Array(count).fill(1 / count), [1, count]));
};
/** @param {Value} x @param {(x: Value) => Value} mean */
function normalized(x, mean) {
  // As normalization/by-batch.ts has it, the second mean folded into per-channel factors.
  const centred = op.sub(x, mean(x));
  const rest = mean(centred);
  const variance = op.relu(op.sub(mean(op.mul(centred, centred)), op.mul(rest, rest)));
  const factor = op.div(1, op.sqrt(op.add(variance, 1e-3)));
  return op.sub(op.mul(centred, factor), op.mul(rest, factor));
}
/** @param {Value} x */
const axes = (x) => x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
/** @param {Value} x */
const byReduction = (x) => op.reduceMean(x, axes(x), { keepDimensions: true });
/** @param {Value} x */
const byProduct = (x) => op.matMul(row(x), x);
/**
 * The operator gets the values less the first of each channel, and blanks of its own to write over.
 *
 * @param {Value} x
 */
function byOperator(x) {
  const channels = Number(x.shape[1]);
  const vector = (/** @type {number} */ value) =>
    x.graph.constant(tensor(new Float32Array(channels).fill(value), [channels]));
  let first = op.gather(x, x.graph.constant(0, "int64"));
  while (first.shape.length > 1) first = op.gather(first, x.graph.constant(0, "int64"), 1);
  const shifted = op.sub(
    x,
    op.reshape(
      first,
      x.shape.map((_, axis) => (axis === 1 ? channels : 1)),
    ),
  );
  const blanks = [op.mul(first, 0), op.sub(first, first)];
  return /** @type {Value} */ (
    x.graph.node("BatchNormalization", [shifted, vector(1), vector(0), ...blanks], {
      epsilon: 1e-3,
      momentum: 0,
      training_mode: 1,
    })[0]
  );
}

/** @type {{ title: string, shapes: number[][], formulations: Formulation[] }[]} */
const questions = [
  {
    title: "Mean of each column",
    shapes: [
      [32, 300],
      [128, 300],
      [512, 300],
    ],
    formulations: [
      { name: "product with a row of 1/N (used)", build: byProduct },
      { name: "ReduceMean", build: byReduction },
    ],
  },
  {
    title: "Batch normalization in training, forward",
    shapes: [
      [128, 300],
      [128, 32, 16, 16],
    ],
    formulations: [
      {
        name: "elementary, products (used for [N, C])",
        build: (x) => normalized(x, byProduct),
        matricesOnly: true,
      },
      { name: "elementary, reductions", build: (x) => normalized(x, byReduction) },
      { name: "the BatchNormalization operator (used from rank 3)", build: byOperator },
    ],
  },
  {
    title: "Derivative of ReLU, from its output y and the gradient g",
    shapes: [
      [32, 300],
      [128, 300],
      [512, 300],
    ],
    formulations: [
      {
        name: "g · HardSigmoid(y), slope 3·10³⁸ (used)",
        build: (x) => op.mul(x, op.hardSigmoid(x, 3e38, 0)),
      },
      { name: "g · Cast(y > 0)", build: (x) => op.mul(x, op.cast(op.greater(x, 0), "float32")) },
      { name: "Where(y > 0, g, 0)", build: (x) => op.where(op.greater(x, 0), x, 0) },
      { name: "g · Sign(y)", build: (x) => op.mul(x, op.sign(x)) },
    ],
  },
];

for (const { title, shapes, formulations } of questions) {
  const header = [title, ...shapes.map((shape) => `[${shape.join(", ")}]`)];
  /** @type {string[][]} */
  const rows = formulations.map(({ name }) => [name]);
  for (const shape of shapes) {
    const usable = formulations.filter(({ matricesOnly }) => !matricesOnly || shape.length === 2);
    const times = await timesOf(shape, usable);
    const fastest = Math.min(...times.map(median));
    for (const [index, formulation] of formulations.entries()) {
      const own = times[usable.indexOf(formulation)];
      rows[index]?.push(own ? (median(own) / fastest).toFixed(2) : "not for this rank");
    }
  }
  console.log(`\n${table(header, rows)}`);
}
console.log(
  `\nTimes relative to the fastest in the column: medians of ${rounds} rounds of ${repeats} repeats, ${options.threads} threads.`,
);

/**
 * Microseconds of each formulation, round by round, in turn.
 *
 * @param {number[]} shape
 * @param {Formulation[]} formulations
 */
async function timesOf(shape, formulations) {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const x = tensor(
    Float32Array.from({ length: size }, (_, index) => Math.sin(index * 12.9898)),
    shape,
  );
  const programs = await Promise.all(
    formulations.map(({ build }) => runtime.load(repeated(shape, build), "a formulation")),
  );
  /** @type {number[][]} */
  const times = formulations.map(() => []);
  for (let round = -2; round < rounds; round++) {
    for (const [index, program] of programs.entries()) {
      const start = performance.now();
      await program.run({ x, steps: tensor(BigInt64Array.of(BigInt(repeats)), []) });
      if (round >= 0) times[index]?.push(((performance.now() - start) * 1000) / repeats);
    }
  }
  for (const program of programs) await program.release();
  return times;
}

/**
 * A loop around a formulation. A result of another shape is repeated to the input's, which costs a pass: the
 * ratios of the first table are that much too small.
 *
 * @param {number[]} shape
 * @param {(x: Value) => Value} build
 */
function repeated(shape, build) {
  const graph = new Graph("formulation");
  const steps = graph.input("steps", "int64", []);
  const x = graph.input("x", "float32", shape);
  const { state } = op.loop(graph, steps, [x], (_, __, [carried]) => {
    const result = build(/** @type {Value} */ (carried));
    // The result is the next repeat's input, so that nothing can be left out or done once for all.
    const next = op.expand(result, shape);
    return { state: [next], kept: [] };
  });
  graph.output("result", /** @type {Value} */ (state[0]));
  return writeModel(graph);
}
