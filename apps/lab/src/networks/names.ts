import type { SeriesStyle } from "evenkeel-experiments/figures";
import type { NetworkSettings } from "./experiment.ts";

/** How a network is called and drawn, everywhere on a page. */
export interface Identity {
  /** `A` to `D`. */
  letter: string;
  /** What sets it apart from the others: `no batch norm, rate 0.5`. */
  name: string;
  /** A colour and dashes; no two networks have the same dashes. */
  style: SeriesStyle;
}

const dashes = [undefined, "7 3", "2 3", "9 3 2 3"];

/** Names for networks that are compared, by what differs between them. */
export function identitiesOf(networks: readonly NetworkSettings[]): Identity[] {
  const names = networks.map((settings) => nameOf(settings, differences(networks)));
  // Those with batch normalization come first: the first of them has a plain line, as in all figures.
  const order = networks
    .map((settings, index) => ({ index, isPlain: isPlain(settings) }))
    .sort((a, b) => Number(a.isPlain) - Number(b.isPlain));
  return networks.map((settings, index) => {
    const place = order.findIndex((entry) => entry.index === index);
    const color = isPlain(settings) ? "var(--series-grey)" : `var(--series-${place + 1})`;
    const dash = dashes[place];
    return {
      letter: "ABCD"[index]!,
      name: names[index]!,
      style: { color, ...(dash && { dash }) },
    };
  });
}

/** Where batch normalization stands, in words. */
export const placementNames: Readonly<Record<NetworkSettings["placement"], string>> = {
  none: "no batch norm",
  before: "batch norm before the activation",
  after: "batch norm after the activation",
  input: "batch norm on the input",
};

/** The same beside a label that says of what. */
export const placeNames: Readonly<Record<NetworkSettings["placement"], string>> = {
  none: "none",
  before: "before the activation",
  after: "after the activation",
  input: "on the input, raw pixels",
};

export const activationNames: Readonly<Record<NetworkSettings["activation"], string>> = {
  relu: "ReLU",
  sigmoid: "sigmoid",
  tanh: "tanh",
  gelu: "GELU",
  elu: "ELU",
};

export const optimizerTitles: Readonly<Record<NetworkSettings["optimizer"], string>> = {
  sgd: "SGD",
  momentum: "SGD with momentum",
  adam: "Adam",
  rmsProp: "RMSProp",
};

/** A setting in a name, the most telling ones first. */
const words: { [K in keyof NetworkSettings]: (value: NetworkSettings[K]) => string } = {
  placement: (placement) => placementNames[placement],
  frozen: (frozen) => (frozen ? "frozen" : "learning"),
  depth: (depth) => `${depth} layer${depth === 1 ? "" : "s"}`,
  width: (width) => `${width} units`,
  activation: (activation) => activationNames[activation],
  learningRate: (rate) => `rate ${rate}`,
  batchSize: (size) => `batches of ${size}`,
  optimizer: (optimizer) => optimizerTitles[optimizer],
  initialScale: (scale) => `weights ×${scale}`,
  dropout: (rate) => (rate === 0 ? "no dropout" : `dropout ${rate}`),
  momentum: (momentum) => `momentum ${momentum}`,
  bias: (bias) => (bias ? "bias" : "no bias"),
};

function nameOf(settings: NetworkSettings, differing: readonly (keyof NetworkSettings)[]): string {
  // What batch normalization would do is no part of a network without it.
  const telling = differing.filter(
    (name) => !(isWithout(settings) && (name === "frozen" || name === "momentum")),
  );
  const of = <K extends keyof NetworkSettings>(name: K) => words[name](settings[name]);
  return telling.length > 0 ? telling.map(of).join(", ") : of("placement");
}

function differences(networks: readonly NetworkSettings[]): (keyof NetworkSettings)[] {
  const names = Object.keys(words) as (keyof NetworkSettings)[];
  return names.filter((name) => new Set(networks.map((settings) => settings[name])).size > 1);
}

function isWithout({ placement }: NetworkSettings): boolean {
  return placement === "none";
}

/** Frozen batch normalization normalises by nothing that it has seen. */
function isPlain(settings: NetworkSettings): boolean {
  return isWithout(settings) || settings.frozen;
}
