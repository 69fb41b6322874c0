import { gradients } from "../autodiff/index.js";
import { mul, reduceSum, type Value } from "../graph/index.js";
import type { Layer, LayerContext } from "../layers/layer.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { initialize } from "../weights/index.js";
import { evaluate } from "./evaluate.js";

export interface LayerRun {
  input: Tensor<"float32">;
  /** Weights by name; those left out have their initial values. */
  weights?: Readonly<Record<string, Tensor<"float32">>>;
  /** Default true. */
  training?: boolean;
  /** Default `cpu`. Layers may choose another formulation for others, which this machine's CPU runs too. */
  device?: string;
  /** Default 1. */
  seed?: number;
  /** ∂loss/∂output. Default: no gradients. */
  outputGradient?: Tensor<"float32">;
}

export interface LayerResult {
  output: Tensor<"float32">;
  inputGradient: Tensor<"float32">;
  /** By the weights' names; statistics have none. */
  weightGradients: Readonly<Record<string, Tensor<"float32">>>;
  /** Statistics after the step, by name. */
  updates: Readonly<Record<string, Tensor<"float32">>>;
}

/** Writes a layer into a graph of its own, with the gradients of Σ output · outputGradient, and runs it once. */
export async function runLayer(layer: Layer, run: LayerRun): Promise<LayerResult> {
  const { input, training = true, device = "cpu", seed = 1, outputGradient } = run;
  const given: Record<string, Tensor> = {};
  const learned: string[] = [];
  for (const { name, shape, role, initializer } of layer.weights(input.shape)) {
    given[name] = run.weights?.[name] ?? initialize(initializer, shape, randomStream(seed, name));
    if (role !== "statistic" && role !== "counter") learned.push(name);
  }
  const weightFeeds = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`weight/${name}`, value]),
  );
  const names: string[] = [];
  const results = await evaluate(
    (graph, inputs) => {
      const values = inputs as Readonly<Record<string, Value>>;
      const updates = new Map<string, Value>();
      const context: LayerContext = {
        training,
        device,
        weight: (name) => values[`weight/${name}`]!,
        update: (name, next) => updates.set(name, next),
        randomSeed: () => values.seed!,
      };
      const output = graph.within(layer.type, () => layer.build(context, values.input!));
      names.push("output", ...[...updates.keys()].map((name) => `update/${name}`));
      const found = [output, ...updates.values()];
      if (values.outputGradient) {
        const loss = reduceSum(mul(output, values.outputGradient));
        const sources = [values.input!, ...learned.map(context.weight)];
        names.push("gradient", ...learned.map((name) => `gradient/${name}`));
        found.push(...gradients(loss, sources));
      }
      return found;
    },
    {
      input,
      seed: tensor(Uint32Array.of(seed), []),
      ...weightFeeds,
      ...(outputGradient ? { outputGradient } : {}),
    },
  );
  const byName = Object.fromEntries(names.map((name, index) => [name, results[index]!]));
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.entries(byName)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value as Tensor<"float32">]),
    );
  return {
    output: byName.output as Tensor<"float32">,
    inputGradient: byName.gradient as Tensor<"float32">,
    weightGradients: under("gradient/"),
    updates: under("update/"),
  };
}
