import { Graph, type Shape, type Value, writeModel } from "../graph/index.js";
import { nodeRuntime } from "../runtime/index.js";
import type { ElementType, Tensor } from "../tensor/tensor.js";

/** One thread: the graphs of tests are tiny, and test files run side by side. */
const runtime = nodeRuntime({ threads: 1 });

/** What an input of a graph must look like. A tensor describes itself; a symbol stands for any size. */
export interface Described {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A graph that ONNX Runtime has loaded. */
export interface Compiled {
  /** What the graph's builder gave, with the types and shapes inferred for it. */
  readonly values: readonly Value[];
  /** Runs the graph: the tensors of its values, in their order. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]>;
  release(): Promise<void>;
}

/** Builds a graph with an input for each name, writes it as ONNX and loads it, to run it several times. */
export async function compile<Inputs extends Readonly<Record<string, Described>>>(
  build: (graph: Graph, inputs: { [Name in keyof Inputs]: Value }) => Value | readonly Value[],
  inputs: Inputs,
): Promise<Compiled> {
  const graph = new Graph("test");
  const declared = Object.fromEntries(
    Object.entries(inputs).map(([name, { type, shape }]) => [name, graph.input(name, type, shape)]),
  ) as { [Name in keyof Inputs]: Value };
  const built = build(graph, declared);
  const values = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
  for (const [index, value] of values.entries()) graph.output(`result/${index}`, value);
  const program = await runtime.load(writeModel(graph), "the graph under test");
  return {
    values,
    async run(feeds) {
      const results = await program.run(feeds);
      return values.map((_, index) => results[`result/${index}`]!);
    },
    release: () => program.release(),
  };
}

/**
 * What a graph computes: builds it with an input for each tensor fed, and runs it once in ONNX Runtime.
 *
 * @returns the tensors of the values that `build` gives, in their order.
 */
export async function evaluate<Feeds extends Readonly<Record<string, Tensor>>>(
  build: (graph: Graph, inputs: { [Name in keyof Feeds]: Value }) => Value | readonly Value[],
  feeds: Feeds,
): Promise<Tensor[]> {
  const compiled = await compile(build, feeds);
  try {
    return await compiled.run(feeds);
  } finally {
    await compiled.release();
  }
}
