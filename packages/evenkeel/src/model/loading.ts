import { readIfThere, readWhole } from "../files/atomic.js";
import { readCheckpoint } from "../files/checkpoint.js";
import { type Layer, SymbolicTensor } from "../layers/index.js";
import { importNetwork } from "../network/export.js";
import { Network } from "../network/network.js";
import { requireKnown, shown } from "../options/known.js";
import { defaultRuntime } from "../runtime/platform.js";
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
 * @param source the file's path, in a browser its address; or its bytes. Of an address or bytes only the model itself
 * is read: `loadCheckpoint` reads a checkpoint.
 * @throws Error naming the file and what is wrong with it.
 */
export async function loadModel(
  source: string | Uint8Array,
  { runtime = defaultRuntime() }: Pick<ModelOptions, "runtime"> = {},
): Promise<Model> {
  const { network, weights, seed, steps } = await reading("model", source, importNetwork);
  const model = new Model(network, seed, runtime, weights, steps);
  if (typeof source !== "string") return model;
  const beside = checkpointPath(source);
  const bytes = await readIfThere(beside, "the checkpoint");
  if (!bytes) return model;
  const restoring = async () => {
    const checkpoint = await readCheckpoint(bytes);
    if (sameTensors(weights, checkpoint.tensors)) model.restore(checkpoint);
  };
  const hint = ` It lies beside "${source}"; remove it to load the model without its training state.`;
  await parsing("checkpoint", `"${beside}"`, restoring, hint);
  return model;
}

/**
 * Reads a checkpoint: the model as it was, compiled; `model.resume` goes on with a training that was under way.
 *
 * @param source the file's path, in a browser its address; or its bytes.
 * @throws Error naming the file and what is wrong with it.
 */
export async function loadCheckpoint(
  source: string | Uint8Array,
  { runtime = defaultRuntime() }: Pick<ModelOptions, "runtime"> = {},
): Promise<Model> {
  return reading("checkpoint", source, async (bytes) => {
    const checkpoint = await readCheckpoint(bytes);
    const model = new Model(Network.restore(checkpoint.network), checkpoint.seed, runtime);
    model.restore(checkpoint);
    return model;
  });
}

type Kind = "model" | "checkpoint";

/** Names that say that the other kind of file was meant. */
const mistaken = {
  model: { name: /\.checkpoint$/, hint: "Read checkpoints by loadCheckpoint." },
  checkpoint: { name: /\.onnx$/, hint: "Read models by loadModel." },
} as const;

async function reading<T>(
  kind: Kind,
  source: string | Uint8Array,
  parse: (bytes: Uint8Array) => T | Promise<T>,
): Promise<T> {
  if (source instanceof Uint8Array) return parsing(kind, "from its bytes", () => parse(source));
  const bytes = await readWhole(source, `the ${kind}`);
  const hint = mistaken[kind].name.test(source) ? ` ${mistaken[kind].hint}` : "";
  return parsing(kind, `"${source}"`, () => parse(bytes), hint);
}

/** Does something, whose error then says which file is to blame. */
async function parsing<T>(kind: Kind, what: string, parse: () => T | Promise<T>, hint = ""): Promise<T> {
  try {
    return await parse();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load the ${kind} ${what}: ${reason.replace(/\.$/, "")}.${hint}`, { cause });
  }
}

function sameTensors(weights: ReadonlyMap<string, Tensor>, others: ReadonlyMap<string, Tensor>): boolean {
  return [...weights].every(([name, { data }]) => {
    const other = others.get(name)?.data;
    return other?.length === data.length && data.every((value, index) => Object.is(value, other[index]));
  });
}
