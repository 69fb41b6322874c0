import * as Plot from "@observablehq/plot";
import { isOnLogAxis, logTicks } from "evenkeel-experiments/figures";
import { svg } from "evenkeel-experiments/report";
import type { Percentiles, Probe, RunRecord } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import { type VariantName, variants } from "../compare/variants.js";
import { enumerated } from "../results/wording.js";
import type { Figure, FigureData, Panel } from "./figure.js";
import { colorOf, lineStyles } from "./palette.js";

const small = { width: 210, height: 150, marginLeft: 36, marginRight: 8, marginTop: 8, marginBottom: 26 };
const wide = { width: 300, height: 230, marginLeft: 46, marginRight: 10, marginTop: 10, marginBottom: 34 };

/** What goes into the activation functions, over training: Ioffe and Szegedy's figure 1 (b, c). */
export function preActivationFigure({ settings, probed, unprobed }: FigureData): Figure {
  const layers = someOf(Object.keys(probed[0]?.probes[0]?.preActivations ?? {}), 4);
  const rows = layers.map((layer) => {
    const at = (probe: Probe) => probe.preActivations[layer]!;
    const domains = probed.map((run) => extent(run.probes.map(at)));
    const common = commonDomain(domains);
    return probed.map((run, index): Panel => {
      const own = !within(domains[index]!, common);
      return {
        title: `${layerTitle(layer)}, ${variants[run.variant].title}${own ? " (own scale)" : ""}`,
        variant: run.variant,
        svg: band(run, at, own ? domains[index]! : common),
      };
    });
  });
  return {
    title: "What goes into the activation function",
    caption:
      "The 15th, 50th and 85th percentile over a hidden layer's units and 500 test images (Ioffe & Szegedy 2015, figure 1 b, c). Look whether the band stays where it is while the layers below learn: steady is what batch norm before the activation is meant to achieve; after the activation it steadies the next layer's input instead." +
      absence(unprobed, settings),
    rows,
  };
}

/** The length of the gradient by layer, over training. */
export function gradientFigure({ settings, probed, unprobed }: FigureData): Figure {
  const layers = someOf(Object.keys(probed[0]?.probes[0]?.gradientNorms ?? {}), 6);
  const ticksFor = (layer: string) => {
    const norms = probed
      .flatMap(({ probes }) => probes.map(({ gradientNorms }) => gradientNorms[layer]!))
      .filter(isOnLogAxis);
    return logTicks(Math.min(...norms), Math.max(...norms));
  };
  return {
    title: "Gradients by layer",
    caption:
      "Length of the loss's gradient with respect to each layer's weights, on the same 500 test images, on a logarithmic scale. Layers far apart from each other, or a line that dives or shoots up, are vanishing or exploding gradients." +
      absence(unprobed, settings),
    rows: inRows(
      layers.map((layer) => ({
        title: layerTitle(layer),
        svg: svg({
          ...wide,
          x: { label: "epoch", labelAnchor: "right" },
          y: { type: "log", grid: true, label: "gradient norm", ...ticksFor(layer) },
          marks: probed.map(({ variant, probes }) =>
            Plot.line(
              probes
                .map((probe) => ({ epoch: probe.epoch, norm: probe.gradientNorms[layer]! }))
                .filter(({ norm }) => isOnLogAxis(norm)),
              {
                x: "epoch",
                y: "norm",
                stroke: colorOf(variant),
                strokeWidth: 1.6,
                strokeDasharray: lineStyles[variant].dash,
              },
            ),
          ),
        }),
      })),
      3,
    ),
  };
}

/** Scales and shifts that batch normalization learns. */
export function affineFigure({ probed }: FigureData): Figure | undefined {
  const normalized = probed.filter(({ probes }) => Object.keys(probes[0]?.affine ?? {}).length > 0);
  if (normalized.length === 0) return undefined;
  const domainOf = (which: "gamma" | "beta") =>
    extent(
      normalized.flatMap(({ probes }) =>
        probes.flatMap(({ affine }) => Object.values(affine).map((values) => values[which])),
      ),
    );
  const domains = { gamma: domainOf("gamma"), beta: domainOf("beta") };
  const panel = (run: RunRecord, layer: string, which: "gamma" | "beta"): Panel => {
    const at = (probe: Probe) => probe.affine[layer]![which];
    return {
      title: `${which === "gamma" ? "γ" : "β"} ${layerTitle(layer)}, ${variants[run.variant].title}`,
      variant: run.variant,
      svg: band(run, at, domains[which]),
    };
  };
  return {
    title: "Learned scale γ and shift β",
    caption:
      "The 15th, 50th and 85th percentile over a layer's channels. γ begins at 1 and β at 0; a band that spreads shows channels that the network makes louder or quieter, and a β that sinks before a ReLU makes its units rarer.",
    rows: normalized.map((run) =>
      someOf(Object.keys(run.probes[0]!.affine), 3).flatMap((layer) => [
        panel(run, layer, "gamma"),
        panel(run, layer, "beta"),
      ]),
    ),
  };
}

/** The same batch in training mode and in inference mode. */
export function modesFigure({ probed }: FigureData): Figure | undefined {
  const normalized = probed.filter(({ probes }) => Object.keys(probes[0]?.affine ?? {}).length > 0);
  if (normalized.length === 0) return undefined;
  const losses = normalized.flatMap(({ probes }) =>
    probes.flatMap(({ training, inference }) => [training.loss, inference.loss]),
  );
  const domains = {
    loss: [Math.max(1e-4, Math.min(...losses)), Math.min(10, Math.max(...losses))],
    accuracy: [0, 1],
  };
  const panel = (run: RunRecord, measure: "loss" | "accuracy"): Panel => {
    const lines = (["training", "inference"] as const).map((mode) =>
      Plot.line(
        run.probes.map((probe) => ({ epoch: probe.epoch, value: probe[mode][measure] })),
        {
          x: "epoch",
          y: "value",
          stroke: mode === "training" ? colorOf(run.variant) : "currentColor",
          strokeWidth: mode === "training" ? 2.4 : 1.2,
          strokeDasharray: mode === "inference" ? "4 2" : undefined,
        },
      ),
    );
    return {
      title: `${measure}, ${variants[run.variant].title}`,
      variant: run.variant,
      svg: svg({
        ...small,
        x: { label: null, ticks: 4 },
        y: {
          label: null,
          grid: true,
          ticks: 4,
          clamp: true,
          domain: domains[measure],
          ...(measure === "loss"
            ? { type: "log" as const, ...logTicks(domains.loss[0]!, domains.loss[1]!) }
            : { tickFormat: (value: number) => `${Math.round(value * 100)} %` }),
        },
        marks: lines,
      }),
    };
  };
  return {
    title: "Training mode against inference mode",
    caption:
      "The same 500 test images, normalised by their own statistics (coloured) and by the running ones (dashed). Where the dashed line is worse, the running statistics lag behind the weights: at the beginning they still hold their initial values (momentum 0.99 forgets in about a hundred steps).",
    rows: (["loss", "accuracy"] as const).map((measure) => normalized.map((run) => panel(run, measure))),
  };
}

/** At most so many layers, evenly spread from the first to the last: of a deep network, not all are drawn. */
function someOf(layers: readonly string[], most: number): string[] {
  if (layers.length <= most) return [...layers];
  return Array.from(
    { length: most },
    (_, index) => layers[Math.round((index * (layers.length - 1)) / (most - 1))]!,
  );
}

/** A band from the 15th to the 85th percentile around the median. */
function band(
  { variant, probes }: RunRecord,
  at: (probe: Probe) => Percentiles,
  domain: readonly [number, number],
): string {
  const points = probes
    .map((probe) => ({ epoch: probe.epoch, values: at(probe) }))
    .filter(({ values }) => values.every(Number.isFinite))
    .map(({ epoch, values: [low, middle, high] }) => ({ epoch, low, middle, high }));
  const stroke = colorOf(variant);
  return svg({
    ...small,
    x: { label: null, ticks: 4 },
    y: { label: null, grid: true, ticks: 4, domain: [...domain], nice: true },
    marks: [
      Plot.areaY(points, { x: "epoch", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.2 }),
      Plot.line(points, { x: "epoch", y: "low", stroke, strokeWidth: 0.8 }),
      Plot.line(points, { x: "epoch", y: "high", stroke, strokeWidth: 0.8 }),
      Plot.line(points, { x: "epoch", y: "middle", stroke, strokeWidth: 2 }),
    ],
  });
}

function extent(values: readonly Percentiles[]): [number, number] {
  const finite = values.flat().filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/** The smallest domain that holds every panel's, but for those that are many times as wide as the typical one. */
function commonDomain(domains: readonly (readonly [number, number])[]): [number, number] {
  const width = ([low, high]: readonly [number, number]) => high - low;
  const widths = domains.map(width).sort((a, b) => a - b);
  const typical = widths[Math.floor((widths.length - 1) / 2)] ?? 1;
  const ordinary = domains.filter((domain) => width(domain) <= 4 * typical);
  return [Math.min(...ordinary.map(([low]) => low)), Math.max(...ordinary.map(([, high]) => high))];
}

function within([low, high]: readonly [number, number], [least, most]: readonly [number, number]): boolean {
  return low >= least && high <= most;
}

/** Says which variants are missing from a figure, and why. */
function absence(unprobed: readonly VariantName[], { seeds }: Settings): string {
  if (unprobed.length === 0) return "";
  const names = enumerated(unprobed.map((variant) => variants[variant].title));
  const which = seeds.length > 1 ? " with the first seed, the only one that is measured inside" : "";
  return ` Not shown: ${names}, diverged before the first measurement${which}.`;
}

/** `hidden1_norm` as people read it. */
function layerTitle(layer: string): string {
  return layer.replace("_norm", "").replace(/(\d+)$/, " $1");
}

function inRows<T>(items: readonly T[], perRow: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / perRow) }, (_, row) =>
    items.slice(row * perRow, (row + 1) * perRow),
  );
}
