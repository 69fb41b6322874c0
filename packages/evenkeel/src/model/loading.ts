import { existsSync } from "node:fs";
import { readWhole } from "../files/atomic.js";
import { readCheckpoint } from "../files/checkpoint.js";
import { type Layer, SymbolicTensor } from "../layers/index.js";
import { importNetwork } from "../network/export.js";
import { Network } from "../network/network.js";
import { requireKnown, shown } from "../options/known.js";
import { defaultRuntime } from "../runtime/default.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkpointPath, Model } from "./model.js";
import type { ModelOptions } from "./options.js";

/**
 * A model of layers one after another.
 *
 * @param layers the layers, or an object that holds them, as TensorFlow.js has it.
 * @throws Error naming the layer that does not fit what comes before it.
 */
export function sequential(
  layers: readonly Layer[] | ({ layers: readonly Layer[] } & ModelOptions),
  options: ModelOptions = {},
): Model {
  const isList = Array.isArray(layers);
  const given = isList ? { layers, ...options } : (layers as { layers: readonly Layer[] } & ModelOptions);
  requireKnown("sequential", given, { layers: true, seed: true, runtime: true });
  if (!Array.isArray(given.layers)) throw new TypeError("sequential takes an array of layers.");
  return new Model(new Network(given.layers), given.seed ?? 0, given.runtime ?? defaultRuntime());
}

/** What `functional` makes a model of. */
export interface FunctionalOptions extends ModelOptions {
  /** What `input` made: one, or several in the order in which data will be given. */
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What the model gives: one, or several. */
  outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A model of layers applied to what other layers give: branches, several inputs and outputs, shared layers.
 *
 *     const x = input({ shape: [784] });
 *     const hidden = layers.dense({ units: 784, activation: "relu" }).apply(x);
 *     const model = functional({ inputs: x, outputs: layers.add().apply([x, hidden]) });
 *
 * @throws Error when an output rests on an input that is not among `inputs`, or one of these is not used.
 */
export function functional(options: FunctionalOptions): Model {
  requireKnown("functional", options, { inputs: true, outputs: true, seed: true, runtime: true });
  const inputs = symbolicTensors("inputs", options.inputs);
  const outputs = symbolicTensors("outputs", options.outputs);
  return new Model(Network.connect(inputs, outputs), options.seed ?? 0, options.runtime ?? defaultRuntime());
}

function symbolicTensors(option: string, given: unknown): SymbolicTensor[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.length > 0 && list.every((value) => value instanceof SymbolicTensor)) return list;
  throw new TypeError(
    `functional: ${option} must be what input({ shape: [...] }) or layer.apply(...) gives, or an array of such, got ${shown(given)}.`,
  );
}

/**
 * Reads a model that `model.save` wrote. When the checkpoint beside it belongs to it, the model is compiled as
 * it was and goes on training where it stopped.
 *
 * @throws Error naming the file and what is wrong with it.
 */
export async function loadModel(
  path: string,
  { runtime = defaultRuntime() }: Pick<ModelOptions, "runtime"> = {},
): Promise<Model> {
  const { network, weights, seed, steps } = await reading("model", path, importNetwork);
  const model = new Model(network, seed, runtime, weights, steps);
  const beside = checkpointPath(path);
  const restoring = (bytes: Uint8Array) => {
    const checkpoint = readCheckpoint(bytes);
    if (sameTensors(weights, checkpoint.tensors)) model.restore(checkpoint);
  };
  if (existsSync(beside)) {
    const hint = ` It lies beside "${path}"; remove it to load the model without its training state.`;
    await reading("checkpoint", beside, restoring, hint);
  }
  return model;
}

/**
 * Reads a checkpoint: the model as it was, compiled; `model.resume` goes on with a training that was under way.
 *
 * @throws Error naming the file and what is wrong with it.
 */
export async function loadCheckpoint(
  path: string,
  { runtime = defaultRuntime() }: Pick<ModelOptions, "runtime"> = {},
): Promise<Model> {
  return reading("checkpoint", path, (bytes) => {
    const checkpoint = readCheckpoint(bytes);
    const model = new Model(Network.restore(checkpoint.network), checkpoint.seed, runtime);
    model.restore(checkpoint);
    return model;
  });
}

/** Names that say that the other kind of file was meant. */
const mistaken = {
  model: { name: /\.checkpoint$/, hint: "Read checkpoints by loadCheckpoint." },
  checkpoint: { name: /\.onnx$/, hint: "Read models by loadModel." },
} as const;

async function reading<T>(
  kind: "model" | "checkpoint",
  path: string,
  parse: (bytes: Uint8Array) => T,
  hint = mistaken[kind].name.test(path) ? ` ${mistaken[kind].hint}` : "",
): Promise<T> {
  const bytes = await readWhole(path, `the ${kind}`);
  try {
    return parse(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load the ${kind} "${path}": ${reason.replace(/\.$/, "")}.${hint}`, { cause });
  }
}

function sameTensors(weights: ReadonlyMap<string, Tensor>, others: ReadonlyMap<string, Tensor>): boolean {
  return [...weights].every(([name, { data }]) => {
    const other = others.get(name)?.data;
    return other?.length === data.length && data.every((value, index) => Object.is(value, other[index]));
  });
}
