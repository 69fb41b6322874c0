import type { Mark, Plot } from "../../figures/figure.js";
import type { LandscapeLook } from "../../runs/landscape.js";

/** What part of the way to the next look a histogram is high. */
const height = 0.9;

/**
 * The histograms of one channel's values, each standing on the step where it was taken, all of one height: figure 1 (c).
 */
export function distributionPlot(series: string, looks: readonly LandscapeLook[]): Plot {
  return {
    type: "plot",
    title: `measured: ${series}`,
    x: { label: "value that goes into the activation" },
    y: { label: "step" },
    marks: ridges(series, looks),
  };
}

function ridges(series: string, looks: readonly LandscapeLook[]): Mark[] {
  const apart = (looks[1]?.step ?? 1) - (looks[0]?.step ?? 0);
  return looks.flatMap(({ step, distribution }): Mark[] => {
    if (!distribution?.histogram) return [];
    const { edges, counts } = distribution.histogram;
    const most = Math.max(...counts);
    const points = counts.map((count, bin) => ({
      x: (edges[bin]! + edges[bin + 1]!) / 2,
      low: step,
      high: step + (height * apart * count) / most,
    }));
    return [
      { type: "band", series, points },
      { type: "line", series, points: points.map(({ x, high }) => ({ x, y: high })), thin: true },
    ];
  });
}
