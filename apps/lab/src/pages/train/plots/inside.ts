import type { Mark, Plot } from "evenkeel-experiments/figures";
import type { Affine, Look } from "../../../networks/looks.ts";
import type { Spoken } from "./learning.ts";
import { alongAxis, ends, layerOf, type Shown, spoken } from "./shown.ts";

type Percentiles = Affine["gamma"];

const spread = "middle and 15th to 85th percentile";

/** What goes into the activation of a layer, over the steps. @param of all units, or one of them. */
export function preactivationPlot(network: Shown, layer: number, of: "all" | "unit"): Spoken {
  const { letter, name } = network;
  const own = layerOf(network, layer);
  const last = network.history.looks.at(-1);
  const now = last && own ? last.layers[own - 1]![of] : undefined;
  return {
    plot: {
      type: "plot",
      title: `${letter}: ${name}`,
      x: alongAxis([network], "step"),
      y: { label: own ? `into activation ${own}` : "" },
      marks: own ? bandOverSteps(network, (look) => look.layers[own - 1]![of]) : [],
    },
    label: `${letter}, values into the activation of layer ${own ?? layer}: ${spread} now ${now?.map((value) => value.toPrecision(2)).join(", ") ?? "none"}`,
  };
}

/** What goes into each activation now, layer by layer. */
export function preactivationsByLayerPlot(networks: readonly Shown[], of: "all" | "unit"): Spoken {
  const marks = networks.flatMap(({ letter, history }): Mark[] => {
    const layers = history.looks.at(-1)?.layers ?? [];
    return bandAlong(
      letter,
      layers.map((layer, index) => ({ x: index + 1, values: layer[of] })),
    );
  });
  return {
    plot: plotOf("Into each activation now", "hidden layer", spread, marks),
    label: `Values into each layer’s activation now: ${spread}`,
  };
}

/** How the values that go into a layer's activation are distributed now. */
export function preactivationHistogram(networks: readonly Shown[], layer: number): Spoken {
  return histogramPlot("Into the activation now", networks, (network) => {
    const own = layerOf(network, layer);
    return own ? network.history.inside?.preactivations[own - 1] : undefined;
  });
}

/** How long the gradient of a layer's kernel is, over the steps. */
export function gradientPlot(networks: readonly Shown[], layer: number): Spoken {
  return normPlot("Gradient", networks, layer, ({ gradientNorms }) => gradientNorms);
}

/** How long the gradients are now, layer by layer; the output layer comes last. */
export function gradientsByLayerPlot(networks: readonly Shown[]): Spoken {
  const marks = networks.map(
    ({ letter, history }): Mark => ({
      type: "line",
      series: letter,
      dots: true,
      points: (history.looks.at(-1)?.gradientNorms ?? []).map((y, index) => ({ x: index + 1, y })),
    }),
  );
  const plot = plotOf("Gradients now", "layer (the last is the output)", "length of the gradient", marks);
  return {
    plot: { ...plot, y: { ...plot.y, scale: "log" } },
    label: `Length of each layer’s gradient now; of the first ${spoken(networks, ({ history }) => history.looks.at(-1)?.gradientNorms[0])}`,
  };
}

/** Gamma or beta of a layer, over the steps. */
export function affinePlot(networks: readonly Shown[], layer: number, of: keyof Affine): Spoken {
  const marks = networks.flatMap((network) =>
    bandOverSteps(network, (look) => affineAt(network, look, layer)?.[of]),
  );
  return {
    plot: plotOf(of, "steps", of, marks),
    label: `${of} over the units: ${spread}; middle now ${spoken(networks, (network) => {
      const last = network.history.looks.at(-1);
      return last && affineAt(network, last, layer)?.[of][1];
    })}`,
  };
}

/** Gamma or beta now, layer by layer. */
export function affineByLayerPlot(networks: readonly Shown[], of: keyof Affine): Spoken {
  const marks = networks.flatMap(({ letter, history }): Mark[] => {
    const layers = history.looks.at(-1)?.layers ?? [];
    const there = layers.flatMap(({ affine }, index) =>
      affine ? [{ x: index + 1, values: affine[of] }] : [],
    );
    return bandAlong(letter, there);
  });
  return {
    plot: plotOf(`${of} now`, "hidden layer", of, marks),
    label: `${of} of each layer now: ${spread}`,
  };
}

/** Whether a network has gamma and beta. */
export function hasAffine({ settings }: Shown): boolean {
  return settings.placement !== "none";
}

/** How long a layer's kernel is, over the steps. */
export function weightPlot(networks: readonly Shown[], layer: number): Spoken {
  return normPlot("Weights", networks, layer, ({ weightNorms }) => weightNorms);
}

/** How the weights of a layer's kernel are distributed now. */
export function weightHistogram(networks: readonly Shown[], layer: number): Spoken {
  return histogramPlot("Weights now", networks, (network) => {
    const own = layerOf(network, layer);
    return own ? network.history.inside?.weights[own - 1] : undefined;
  });
}

function normPlot(
  title: string,
  networks: readonly Shown[],
  layer: number,
  norms: (look: Look) => readonly number[],
): Spoken {
  const lengthOf = (network: Shown, look: Look | undefined) => {
    const own = layerOf(network, layer);
    return own && look ? norms(look)[own - 1] : undefined;
  };
  const marks = networks.map(
    (network): Mark => ({
      type: "line",
      series: network.letter,
      points: network.history.looks.map((look) => ({ x: look.step, y: lengthOf(network, look) ?? null })),
    }),
  );
  const plot = plotOf(title, "steps", `length of the ${title === "Gradient" ? "gradient" : "kernel"}`, [
    ...marks,
    ...ends(networks, "step"),
  ]);
  return {
    plot: { ...plot, y: { ...plot.y, scale: "log" } },
    label: `${title} of a layer: length now ${spoken(networks, (network) => lengthOf(network, network.history.looks.at(-1)))}`,
  };
}

function histogramPlot(
  title: string,
  networks: readonly Shown[],
  binsOf: (network: Shown) => { edges: readonly number[]; shares: readonly number[] } | undefined,
): Spoken {
  const marks = networks.flatMap((network): Mark[] => {
    const bins = binsOf(network);
    if (!bins || bins.edges.length === 0) return [];
    const { edges, shares } = bins;
    const heights = shares.map((share, index) => share / (edges[index + 1]! - edges[index]!));
    return [{ type: "histogram", series: network.letter, edges, heights }];
  });
  const ranges = networks.map((network) => {
    const edges = binsOf(network)?.edges ?? [];
    return `${network.letter} from ${edges[0]?.toPrecision(2) ?? "nothing"} to ${edges.at(-1)?.toPrecision(2) ?? "nothing"}`;
  });
  return { plot: plotOf(title, "value", "density", marks), label: `${title}: ${ranges.join(", ")}` };
}

function bandOverSteps(
  { letter, history }: Shown,
  valuesOf: (look: Look) => Percentiles | undefined,
): Mark[] {
  const there = history.looks.flatMap((look) => {
    const values = valuesOf(look);
    return values ? [{ x: look.step, values }] : [];
  });
  return bandAlong(letter, there);
}

function bandAlong(letter: string, there: readonly { x: number; values: Percentiles }[]): Mark[] {
  if (there.length === 0) return [];
  return [
    {
      type: "band",
      series: letter,
      points: there.map(({ x, values: [low, , high] }) => ({ x, low, high })),
    },
    { type: "line", series: letter, points: there.map(({ x, values: [, middle] }) => ({ x, y: middle })) },
  ];
}

/** Gamma and beta of a layer, or those on the input, where they stand there. */
function affineAt(network: Shown, look: Look, layer: number): Affine | undefined {
  const own = layerOf(network, layer);
  return look.input ?? (own ? look.layers[own - 1]!.affine : undefined);
}

function plotOf(title: string, x: string, y: string, marks: readonly Mark[]): Plot {
  return { type: "plot", title, x: { label: x }, y: { label: y }, marks };
}
