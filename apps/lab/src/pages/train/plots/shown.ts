import type { Axis, Mark, SeriesStyle } from "evenkeel-experiments/figures";
import type { NetworkSettings } from "../../../networks/experiment.ts";
import type { NetworkHistory } from "../../../networks/history.ts";
import type { Identity } from "../../../networks/names.ts";

/** A network as plots show it. */
export interface Shown extends Identity {
  settings: NetworkSettings;
  history: NetworkHistory;
}

/** What curves go along. */
export type Along = "step" | "seconds";

export const alongLabels: Readonly<Record<Along, string>> = { step: "steps", seconds: "seconds of training" };

/** The looks of the networks' series, by letter; `A raw` is the same without dashes, which would be noise in noise. */
export function stylesOf(networks: readonly Shown[]): ReadonlyMap<string, SeriesStyle> {
  return new Map(
    networks.flatMap(({ letter, style }) => [
      [letter, style] as const,
      [`${letter} raw`, { color: style.color }] as const,
    ]),
  );
}

/** The axis along which curves go; before the first step it has its beginning only. */
export function alongAxis(networks: readonly Shown[], along: Along): Axis {
  return { label: alongLabels[along], ...(!hasBegun(networks) && { domain: [0, 1] as const }) };
}

export function hasBegun(networks: readonly Shown[]): boolean {
  return networks.some(({ history }) => history.trace.points.length > 0);
}

/** Where networks came to an end. */
export function ends(networks: readonly Shown[], along: Along): Mark[] {
  return networks.flatMap(({ letter, history: { end, looks } }): Mark[] => {
    if (end?.how !== "diverged") return [];
    const at = along === "step" ? end.step : (looks.at(-1)?.seconds ?? 0);
    return [{ type: "rule", axis: "x", at, label: `${letter} diverged` }];
  });
}

/** What each network came to, in words, for those who hear the plot: `A 0.31, B 0.12`. */
export function spoken(networks: readonly Shown[], value: (network: Shown) => number | undefined): string {
  const parts = networks.map((network) => {
    const number = value(network);
    return number === undefined || !Number.isFinite(number)
      ? `${network.letter} nothing`
      : `${network.letter} ${Number(number.toPrecision(3))}`;
  });
  return parts.join(", ");
}

/** The hidden layer that is meant; 0 is each network's last. Undefined where a network has not so many. */
export function layerOf({ settings: { depth } }: Shown, layer: number): number | undefined {
  if (layer === 0) return depth;
  return layer <= depth ? layer : undefined;
}
