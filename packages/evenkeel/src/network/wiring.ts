import { Layer, type SymbolicTensor } from "../layers/layer.js";
import { InputLayer } from "../layers/shaping.js";

/** A value that is fed to a network. */
export interface NetworkInput {
  /** That of its `inputLayer`, or `input` where a chain of layers begins without one. */
  readonly name: string;
  /** Of one example, without the batch. */
  readonly shape: readonly number[];
}

/** One use of a layer. */
export interface Application {
  /** The layer's name; a shared layer's further uses are `NAME:2` and so on. */
  readonly name: string;
  readonly layer: Layer;
  /** The inputs and applications whose outputs it takes, by name. */
  readonly inputs: readonly string[];
}

/** Which layers a network has, and what flows into which. */
export interface Wiring {
  /** Each once, those of the inputs among them. */
  readonly layers: readonly Layer[];
  readonly inputs: readonly NetworkInput[];
  /** In an order in which they can be computed. */
  readonly applications: readonly Application[];
  /** The applications, or inputs, that the network gives, by name. */
  readonly outputs: readonly string[];
}

/**
 * Layers one after another.
 *
 * @param layers the first one says the shape of an example: an `inputLayer`, or any with `inputShape`.
 * @throws Error when it does not, or a later one does, or a layer stands there twice.
 */
export function chain(layers: readonly Layer[]): Wiring {
  for (const [index, layer] of layers.entries()) {
    if (layer instanceof Layer) continue;
    throw new TypeError(
      `Entry ${index} of layers is no layer. Make layers by layers.dense({...}) and its like.`,
    );
  }
  const [first, ...rest] = layers;
  const shape = first?.options.inputShape;
  if (!shape) {
    throw new Error(
      "The model does not know the shape of its input. Begin with layers.inputLayer({ inputShape: [...] }), the shape of one example.",
    );
  }
  for (const [index, layer] of rest.entries()) {
    if (layer instanceof InputLayer || layer.options.inputShape) {
      throw new Error(
        `Only the first layer has an inputShape, but layer ${index + 2} (${layer.type}) has one.`,
      );
    }
  }
  if (new Set(layers).size < layers.length) {
    throw new Error(
      "One layer object stands in the model twice. Make a layer of its own for each place, or share it in a functional model.",
    );
  }
  nameLayers(layers);
  const begins = first instanceof InputLayer;
  const name = begins ? first.name : freeName("input", layers);
  const applications: Application[] = [];
  let before = name;
  for (const layer of begins ? rest : layers) {
    applications.push({ name: layer.name, layer, inputs: [before] });
    before = layer.name;
  }
  return { layers, inputs: [{ name, shape }], applications, outputs: [before] };
}

/**
 * What leads from inputs to outputs, in a functional model.
 *
 * @throws Error when an output rests on an input that is not named, no output on a named one, or one stands there twice.
 */
export function connect(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Wiring {
  const needed = new Set<SymbolicTensor>(inputs);
  const open = [...outputs];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    if (needed.has(tensor)) continue;
    needed.add(tensor);
    open.push(...tensor.inputs);
  }
  const tensors = [...needed].sort((a, b) => a.order - b.order);
  const layers = [...new Set(tensors.map(({ layer }) => layer))];
  nameLayers(layers);
  const uses = new Map<Layer, number>();
  const names = new Map<SymbolicTensor, string>();
  const applications: Application[] = [];
  for (const tensor of tensors) {
    const { layer } = tensor;
    const use = (uses.get(layer) ?? 0) + 1;
    uses.set(layer, use);
    const name = use === 1 ? layer.name : `${layer.name}:${use}`;
    names.set(tensor, name);
    if (layer instanceof InputLayer) continue;
    applications.push({ name, layer, inputs: tensor.inputs.map((input) => names.get(input)!) });
  }
  const wiring: Wiring = {
    layers,
    inputs: inputs.map(({ layer }) => ({
      name: layer.name,
      shape: (layer as InputLayer).options.inputShape,
    })),
    applications,
    outputs: outputs.map((tensor) => names.get(tensor)!),
  };
  checkInputs(inputs, tensors, wiring);
  checkOutputs(wiring);
  return wiring;
}

function checkInputs(
  inputs: readonly SymbolicTensor[],
  tensors: readonly SymbolicTensor[],
  { applications, outputs }: Wiring,
): void {
  for (const [index, tensor] of inputs.entries()) {
    const { layer } = tensor;
    if (inputs.indexOf(tensor) < index) {
      throw new Error(`The input "${layer.name}" stands twice among the model's inputs.`);
    }
    if (!(layer instanceof InputLayer)) {
      throw new Error(
        `The inputs of a model are made by input({ shape: [...] }), got what layer "${layer.name}" gives.`,
      );
    }
    const used = outputs.includes(layer.name) || applications.some((use) => use.inputs.includes(layer.name));
    if (!used) throw new Error(`No output of the model rests on its input "${layer.name}".`);
  }
  for (const tensor of tensors) {
    if (!(tensor.layer instanceof InputLayer) || inputs.includes(tensor)) continue;
    throw new Error(
      `An output of the model rests on the input "${tensor.layer.name}", which is not among its inputs.`,
    );
  }
}

function checkOutputs({ inputs, outputs }: Wiring): void {
  for (const [index, name] of outputs.entries()) {
    if (outputs.indexOf(name) < index) {
      throw new Error(`The output "${name}" stands twice among the model's outputs.`);
    }
    if (inputs.some((input) => input.name === name)) {
      throw new Error(`The output "${name}" is an input of the model itself. Apply a layer to it.`);
    }
  }
}

/** Names under which checkpoints and programs hold what is no layer's. */
const reservedNames = new Set(["optimizer", "kept", "next"]);

/** Layers whose names `nameLayers` gave. */
const namedHere = new WeakSet<Layer>();

/** Gives nameless layers names by their type, `dense_1`, and refuses a name used twice. */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Map<string, Layer>();
  for (const layer of layers) {
    const { name } = layer;
    if (name === "") continue;
    const other = taken.get(name);
    if (other) {
      // Another name now would change the model that the layer is in.
      const advice = [layer, other].some((one) => namedHere.has(one))
        ? " A layer without a name was given this one by the first model that it is in, and keeps it: for layers of several models, choose names by the option name."
        : "";
      throw new Error(`Two layers are called "${name}"; names must be unique in a model.${advice}`);
    }
    if (/[/:\s]/.test(name)) {
      throw new Error(`The layer name "${name}" must not contain "/", ":" or spaces.`);
    }
    if (reservedNames.has(name)) {
      throw new Error(`A layer cannot be called "${name}", a name that checkpoints or programs use.`);
    }
    taken.set(name, layer);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = layer.type.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    do {
      counts.set(base, (counts.get(base) ?? 0) + 1);
      layer.name = `${base}_${counts.get(base)}`;
    } while (taken.has(layer.name));
    taken.set(layer.name, layer);
    namedHere.add(layer);
  }
}

/** The name, or else with a number behind it, that no layer has. */
function freeName(name: string, layers: readonly Layer[]): string {
  const taken = layers.map((layer) => layer.name);
  let free = name;
  for (let count = 1; taken.includes(free); count++) free = `${name}_${count}`;
  return free;
}
