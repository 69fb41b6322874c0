import { gradients } from "../autodiff/index.js";
import { mul, reduceSum, type Value } from "../graph/index.js";
import type { Layer, LayerContext } from "../layers/layer.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { initialize } from "../weights/index.js";
import { evaluate } from "./evaluate.js";
import { checkGradients } from "./numeric-gradient.js";

export interface LayerRun {
  /** An array for layers of several inputs. */
  input: Tensor<"float32"> | readonly Tensor<"float32">[];
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
  /** That of the first input. */
  inputGradient: Tensor<"float32">;
  /** Those of all inputs. */
  inputGradients: readonly Tensor<"float32">[];
  /** By the weights' names; statistics have none. */
  weightGradients: Readonly<Record<string, Tensor<"float32">>>;
  /** Statistics after the step, by name. */
  updates: Readonly<Record<string, Tensor<"float32">>>;
}

/** Writes a layer into a graph of its own, with the gradients of Σ output · outputGradient, and runs it once. */
export async function runLayer(layer: Layer, run: LayerRun): Promise<LayerResult> {
  const { training = true, device = "cpu", seed = 1, outputGradient } = run;
  const inputs = Array.isArray(run.input) ? run.input : [run.input as Tensor<"float32">];
  const given: Record<string, Tensor> = {};
  const learned: string[] = [];
  for (const { name, shape, role, initializer } of layer.weights(...inputs.map(({ shape }) => shape))) {
    given[name] = run.weights?.[name] ?? initialize(initializer, shape, randomStream(seed, name));
    if (role !== "statistic" && role !== "counter") learned.push(name);
  }
  const weightFeeds = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`weight/${name}`, value]),
  );
  const names: string[] = [];
  const results = await evaluate(
    (graph, declared) => {
      const values = declared as Readonly<Record<string, Value>>;
      const taken = inputs.map((_, index) => values[`input/${index}`]!);
      const updates = new Map<string, Value>();
      const context: LayerContext = {
        training,
        device,
        channelBlock: 1,
        weight: (name) => values[`weight/${name}`]!,
        update: (name, next) => updates.set(name, next),
        randomSeed: () => values.seed!,
      };
      const output = graph.within(layer.type, () => layer.build(context, ...taken));
      names.push("output", ...[...updates.keys()].map((name) => `update/${name}`));
      const found = [output, ...updates.values()];
      if (values.outputGradient) {
        const loss = reduceSum(mul(output, values.outputGradient));
        const sources = [...taken, ...learned.map(context.weight)];
        names.push(...inputs.map((_, index) => `inputGradient/${index}`));
        names.push(...learned.map((name) => `gradient/${name}`));
        found.push(...gradients(loss, sources));
      }
      return found;
    },
    {
      ...Object.fromEntries(inputs.map((input, index) => [`input/${index}`, input])),
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
  const inputGradients = Object.values(under("inputGradient/"));
  return {
    output: byName.output as Tensor<"float32">,
    inputGradient: inputGradients[0]!,
    inputGradients,
    weightGradients: under("gradient/"),
    updates: under("update/"),
  };
}

/**
 * Compares a layer's gradients with respect to its inputs and weights with differences, in training mode.
 *
 * @throws Error saying which disagree.
 */
export async function checkLayerGradients(
  layer: Layer,
  inputs: readonly Tensor<"float32">[],
  weights: Readonly<Record<string, Tensor<"float32">>> = {},
): Promise<void> {
  const names = layer.weights(...inputs.map(({ shape }) => shape)).map(({ name }) => name);
  await checkGradients(
    (...values) => {
      const own = values.slice(inputs.length);
      const context: LayerContext = {
        training: true,
        device: "cpu",
        channelBlock: 1,
        weight: (name) => own[names.indexOf(name)]!,
        update: () => {},
        randomSeed: () => values[0]!.graph.constant(1, "uint32"),
      };
      return layer.build(context, ...values.slice(0, inputs.length));
    },
    [...inputs, ...names.map((name) => weights[name]!)],
  );
}
