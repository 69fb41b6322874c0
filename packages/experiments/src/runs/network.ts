import {
  type ActivationName,
  type Layer,
  type LayerMaker,
  layers,
  type Model,
  type ModelOptions,
  networks,
} from "evenkeel";

type Layers = typeof layers;

/** A layer as plain data: its name in `layers`, and its options. */
export type LayerSettings = {
  [Type in keyof Layers]: { type: Type } & Omit<
    NonNullable<Parameters<Layers[Type]>[0]>,
    "name" | "inputShape"
  >;
}[keyof Layers];

/** A layer for some places of a network: any layer, not only normalizations. */
export type PlacedLayer = "none" | (LayerSettings & { at?: readonly string[] });

type Networks = typeof networks;

/** Options that are layers or functions, and so have a form of plain data here. */
interface LayerChoices {
  /** Layers in front. Default none. */
  preprocessing?: readonly LayerSettings[];
  /** What normalises the hidden layers; with `at`, in the places of these names only. Default as the network's. */
  normalization?: PlacedLayer;
  /** What normalises the input. Default none. */
  inputNormalization?: PlacedLayer;
  /** What normalises the features that the output layer takes. Default none. */
  outputNormalization?: PlacedLayer;
  /** The activation by its name, `prelu`, or a layer. Default as the network's. */
  activation?: ActivationName | "prelu" | LayerSettings;
}

/** A ready network as plain data: its name in `networks`, and its options. */
export type NetworkSettings = {
  [Family in keyof Networks]: { family: Family } & Omit<
    NonNullable<Parameters<Networks[Family]>[0]>,
    keyof LayerChoices | keyof ModelOptions
  > &
    Pick<LayerChoices, keyof LayerChoices & keyof NonNullable<Parameters<Networks[Family]>[0]>>;
}[keyof Networks];

/** Builds the network. */
export function build(settings: NetworkSettings, options: ModelOptions): Model {
  const {
    family,
    preprocessing,
    normalization,
    inputNormalization,
    outputNormalization,
    activation,
    ...rest
  } = settings as { family: keyof Networks } & LayerChoices;
  const make = networks[family] as (options: object) => Model;
  return make({
    ...rest,
    ...options,
    ...(preprocessing && { preprocessing: preprocessing.map((layer) => layerOf(layer)) }),
    ...(normalization && { normalization: makerOf(normalization) }),
    ...(inputNormalization && { inputNormalization: makerOf(inputNormalization) }),
    ...(outputNormalization && { outputNormalization: makerOf(outputNormalization) }),
    ...(activation && { activation: typeof activation === "string" ? activation : makerOf(activation) }),
  });
}

function makerOf(choice: PlacedLayer): LayerMaker | "none" {
  if (choice === "none") return "none";
  const { at, ...settings } = choice;
  return (name) =>
    at === undefined || at.includes(name) ? layerOf(settings as LayerSettings, name) : undefined;
}

function layerOf({ type, ...options }: LayerSettings, name?: string): Layer {
  const make = layers[type] as (options: object) => Layer;
  return make({ ...options, ...(name !== undefined && { name }) });
}
