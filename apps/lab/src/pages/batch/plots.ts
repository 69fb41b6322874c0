import { histogram, type Plot } from "evenkeel-experiments";
import { type Arithmetic, meanOf, type Normalization } from "./arithmetic.ts";

/** The values of a channel, with those of each example below, and the mean and the chosen example marked. */
export function valuesPlot(title: string, values: readonly number[], example: number): Plot {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const isSpread = high > low;
  const room = isSpread ? (high - low) * 0.04 : 0.5;
  const bins = Math.min(16, Math.ceil(values.length / 2) + 1);
  const { edges, counts } = histogram(finite, { from: low, to: isSpread ? high : low + 1, bins });
  const [mean, chosen] = [meanOf(values), values[example]!];
  // Two labels need room beside each other.
  const isApart = Math.abs(mean - chosen) > 0.4 * (high - low);
  return {
    type: "plot",
    title,
    x: { label: title, ...(finite.length > 0 && { domain: [low - room, high + room] }) },
    y: { label: "examples", domain: [0, Math.max(4, ...counts)] },
    marks: [
      ...(isSpread ? [{ type: "histogram", series: title, edges, heights: counts } as const] : []),
      { type: "dots", series: title, points: finite.map((x) => ({ x, y: 0 })) },
      { type: "rule", axis: "x", at: mean, ...(isApart && { label: "mean" }) },
      { type: "rule", axis: "x", at: chosen, label: `example ${example + 1}` },
    ],
  };
}

/** The series of `gradientPlot`. */
export const gradientSeries = {
  fixed: "g · γ/√(σ² + ε), with fixed statistics",
  taken: "what the batch's statistics take away",
  through: "∂L/∂x, what is left",
} as const;

/** The gradient before and after the part that would move or stretch the batch has been taken away, over x̂. */
export function gradientPlot(
  { outputGradient, gamma }: Normalization,
  { normalized, deviation, betaGradient, gammaGradient, inputGradient }: Arithmetic,
): Plot {
  const factor = gamma / deviation;
  const count = normalized.length;
  const taken = (x: number) => ({ x, y: (factor * (betaGradient + x * gammaGradient)) / count });
  const at = (values: ArrayLike<number>) => normalized.map((x, index) => ({ x, y: values[index]! }));
  return {
    type: "plot",
    title: "The gradient, over x̂",
    x: { label: "x̂" },
    y: { label: "gradient" },
    marks: [
      { type: "rule", axis: "y", at: 0 },
      {
        type: "line",
        series: gradientSeries.taken,
        points: [Math.min(...normalized), Math.max(...normalized)].map(taken),
      },
      {
        type: "dots",
        series: gradientSeries.fixed,
        points: at(Array.from(outputGradient, (g) => factor * g)),
      },
      { type: "dots", series: gradientSeries.through, points: at(inputGradient) },
    ],
  };
}
