// @ts-check
// Several ways to write the same thing, timed in turn. Each is repeated inside an ONNX Loop, so that the cost of a run
// does not count.
import { Graph, writeModel } from "../../packages/evenkeel/dist/graph/index.js";
import * as op from "../../packages/evenkeel/dist/graph/operations.js";
import { outOfLayout } from "../../packages/evenkeel/dist/graph/reordering.js";
import { tensor } from "../../packages/evenkeel/dist/tensor/tensor.js";
import { inBlocks, randomBits } from "../peers/examples.mjs";
import { size } from "../peers/protocol.mjs";
import { format, median, table } from "../table.mjs";

/**
 * @typedef {import("../../packages/evenkeel/dist/graph/index.js").Value} Value
 * @typedef {import("../../packages/evenkeel/dist/graph/windows.js").Windows} Windows
 *
 * @typedef {object} Settings
 * @property {import("evenkeel").Runtime} runtime
 * @property {number} block how many channels a block of the layout holds here
 * @property {number} rounds
 * @property {number} seconds that each formulation gets in each round, at least one repeat
 *
 * @typedef {object} Question
 * @property {string} id for --only
 * @property {(settings: Settings) => Promise<string>} answer a Markdown table
 *
 * @typedef {object} Case a column
 * @property {string} name
 * @property {Record<string, number[]>} inputs the shapes of what is given
 * @property {Windows} [windows]
 *
 * @typedef {object} Formulation a row
 * @property {string} name
 * @property {(given: Given) => Value[] | undefined} build what it computes; undefined where it cannot. The first result
 *   is that of the others too, up to the order of the elements.
 */

/** What a formulation is built from: the inputs of a case, plain or in the blocked layout. */
export class Given {
  /** Those that are used, by their names in the graph. @type {Map<string, { name: string, blocked: boolean }>} */
  used = new Map();

  /**
   * @param {Graph} outer where they are declared
   * @param {Graph} inner the loop's body, where they are used
   * @param {Case} its
   * @param {number} block
   */
  constructor(outer, inner, its, block) {
    this.outer = outer;
    this.inner = inner;
    this.block = block;
    this.shapes = its.inputs;
    this.windows = /** @type {Windows} */ (its.windows);
  }

  /** An input. @param {string} name */
  plain(name) {
    return this.#declared(name, false);
  }

  /** The content of an input in the layout. @param {string} name */
  content(name) {
    return this.#declared(name, true);
  }

  /** An input that comes out of the layout. @param {string} name */
  reordered(name) {
    return outOfLayout(this.content(name));
  }

  /** The same value, so that what comes after is not merged with what comes before. @param {Value} value */
  apart(value) {
    return /** @type {Value} */ (this.inner.node("Identity", [value])[0]);
  }

  /** Whether there is a layout, and all channels are whole blocks. @param {string} name */
  inWholeBlocks(name) {
    const shape = this.shapes[name];
    return this.block > 1 && shape.length === 4 && shape[1] % this.block === 0;
  }

  /** @param {string} name @param {boolean} blocked */
  #declared(name, blocked) {
    const shape = this.shapes[name];
    const key = blocked ? `${name}InBlocks` : name;
    this.used.set(key, { name, blocked });
    const declared = this.outer.inputs.find((input) => input.name === key);
    const flat = declared ?? this.outer.input(key, "float32", [count(shape)]);
    // Reshaping inside is free, and puts what follows into the loop.
    return /** @type {Value} */ (this.inner.node("Reshape", [flat, this.inner.indices(shape)])[0]);
  }
}

/**
 * A question that is answered by timing graphs.
 *
 * @param {string} id
 * @param {string} title
 * @param {Case[]} cases
 * @param {Formulation[]} formulations
 * @returns {Question}
 */
export function question(id, title, cases, formulations) {
  return {
    id,
    async answer(settings) {
      /** @type {string[][]} */
      const rows = formulations.map(({ name }) => [name]);
      const doubts = [];
      for (const its of cases) {
        const timed = await time(formulations, its, settings);
        for (const [index, text] of cells(timed.map((each) => each?.rounds)).entries())
          rows[index].push(text);
        const values = timed.map((each) => each?.value).filter((value) => value !== undefined);
        if (Math.max(...values) - Math.min(...values) > 1e-3 * Math.max(...values)) {
          doubts.push(`\n\nOTHER VALUES at ${its.name}: ${values.join(", ")}`);
        }
      }
      return `${table([title, ...cases.map(({ name }) => name)], rows)}${doubts.join("")}`;
    },
  };
}

/**
 * The fastest one's time, and how many times as long the others take, with the smallest and the largest of that over
 * the rounds.
 *
 * @param {(number[] | undefined)[]} timed milliseconds by round
 */
export function cells(timed) {
  const medians = timed.map((rounds) => (rounds ? median(rounds) : Number.POSITIVE_INFINITY));
  const best = medians.indexOf(Math.min(...medians));
  const reference = timed[best] ?? [];
  return timed.map((rounds, index) => {
    if (!rounds) return "–";
    if (index === best)
      return medians[index] < 1 ? `${format(1000 * medians[index])} µs` : `${format(medians[index])} ms`;
    const each = rounds.map((own, round) => own / reference[round]);
    return `${(medians[index] / medians[best]).toFixed(2)} [${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)}]`;
  });
}

/**
 * Milliseconds of each formulation, round by round, in turn, and the mean absolute value of its first result.
 *
 * @param {Formulation[]} formulations
 * @param {Case} its
 * @param {Settings} settings
 */
async function time(formulations, its, { runtime, block, rounds, seconds }) {
  const contenders = [];
  for (const { name, build } of formulations) {
    const written = repeated(build, its, block);
    if (!written) {
      contenders.push(undefined);
      continue;
    }
    const program = await runtime.load(written.model, name);
    const feeds = feedsOf(its, written.used, block);
    const run = async (/** @type {number} */ repeats) => {
      const start = performance.now();
      const results = await program.run({ ...feeds, repeats: tensor(BigInt64Array.of(BigInt(repeats)), []) });
      return { milliseconds: (performance.now() - start) / repeats, first: results.result_0 };
    };
    await run(1);
    const { milliseconds } = await run(3);
    contenders.push({ program, run, repeats: Math.max(1, Math.round((1000 * seconds) / milliseconds)) });
  }
  /** @type {({ rounds: number[], value: number } | undefined)[]} */
  const timed = contenders.map((contender) => contender && { rounds: [], value: 0 });
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const own = timed[index];
      if (!contender || !own) continue;
      await new Promise((resolve) => setTimeout(resolve, 20)); // The threads of the one before fall asleep.
      const { milliseconds, first } = await contender.run(contender.repeats);
      own.rounds.push(milliseconds);
      own.value = size(/** @type {Float32Array} */ (first.data));
    }
  }
  for (const contender of contenders) await contender?.program.release();
  return timed;
}

/**
 * A loop around a formulation, which carries its results; undefined where it cannot be built.
 *
 * @param {Formulation["build"]} build
 * @param {Case} its
 * @param {number} block
 */
function repeated(build, its, block) {
  const shapes = resultsOf(build, its, block);
  if (!shapes) return undefined;
  const graph = new Graph("formulation");
  const repeats = graph.input("repeats", "int64", []);
  const before = shapes.map((shape) => op.expand(graph.constant(0), shape));
  /** @type {Given["used"]} */
  let used = new Map();
  const { state } = op.loop(graph, repeats, before, (inner) => {
    const given = new Given(graph, inner, its, block);
    const results = /** @type {Value[]} */ (build(given));
    used = given.used;
    return { state: results, kept: [] };
  });
  for (const [index, value] of state.entries()) graph.output(`result_${index}`, value);
  return { model: writeModel(graph), used };
}

/** The shapes of what a formulation gives. @param {Formulation["build"]} build @param {Case} its @param {number} block */
function resultsOf(build, its, block) {
  const graph = new Graph("scratch");
  return build(new Given(graph, graph, its, block))?.map(({ shape }) => shape);
}

/**
 * Random values from -1 to 1, the same for all formulations: what can be foreseen is faster where operators branch.
 * Vectors, by channel, are positive.
 *
 * @param {Case} its
 * @param {Given["used"]} used
 * @param {number} block
 */
function feedsOf({ inputs }, used, block) {
  return Object.fromEntries(
    [...used].map(([key, { name, blocked }]) => {
      const shape = inputs[name];
      const random = randomBits(Object.keys(inputs).indexOf(name));
      const values = new Float32Array(count(shape));
      for (let index = 0; index < values.length; index++) {
        const uniform = random() / 2 ** 32;
        values[index] = shape.length === 1 ? 0.5 + uniform : 2 * uniform - 1;
      }
      return [key, tensor(blocked ? inBlocks(values, shape, block) : values, [values.length])];
    }),
  );
}

/** @param {readonly number[]} shape */
const count = (shape) => shape.reduce((product, dimension) => product * dimension, 1);
