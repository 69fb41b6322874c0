import { significant } from "evenkeel-experiments";
import type { Landscape, LandscapeLook } from "./measure.ts";

/**
 * What a look says: each network beside the first one, in sentences.
 *
 * @param names of the networks, in their order.
 */
export function comparedInWords({ networks }: LandscapeLook, names: readonly string[]): string[] {
  const [first, ...others] = networks.map((landscape, index) => ({ landscape, name: names[index]! }));
  const missing = [first!, ...others].flatMap(({ landscape, name }) =>
    landscape ? lackOf(landscape, name) : [`${capitalized(name)}: the loss is no number any more.`],
  );
  const comparisons = others.flatMap((other) =>
    first!.landscape && other.landscape
      ? [compared({ ...first!, landscape: first!.landscape }, { ...other, landscape: other.landscape })]
      : [],
  );
  return [...missing, ...comparisons.filter((sentence) => sentence !== "")];
}

interface Named {
  name: string;
  landscape: Landscape;
}

function lackOf({ along, loss, predictiveness }: Landscape, name: string): string[] {
  if (loss && predictiveness) return [];
  const from = along.points.find((point) => point.loss === null || point.gradientDistance === null)!;
  return [
    `${capitalized(name)}: from η = ${significant(from.stepSize)} on, loss or gradient are no finite numbers.`,
  ];
}

/** Three ratios: the width of the loss, the largest change of the gradient, the effective β. */
function compared(first: Named, other: Named): string {
  const parts = [
    ["the loss varies", "much", width(first), width(other)],
    [
      "the gradient changes",
      "much",
      first.landscape.predictiveness?.high,
      other.landscape.predictiveness?.high,
    ],
    ["effective β is", "large", first.landscape.smoothness, other.landscape.smoothness],
  ] as const;
  const said = parts.flatMap(([what, size, a, b]) =>
    a === undefined || b === undefined || !(a > 0) || !(b > 0) ? [] : [`${what} ${timesAs(a / b)}${size}`],
  );
  return said.length === 0 ? "" : `${capitalized(first.name)} beside ${other.name}: ${said.join(", ")}.`;
}

function width({ landscape: { loss } }: Named): number | undefined {
  return loss && loss.high - loss.low;
}

function timesAs(ratio: number): string {
  const times = significant(ratio, 2);
  return times === "1" ? "as " : `${times} times as `;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
