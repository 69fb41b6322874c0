import type { Mark, Plot } from "evenkeel-experiments";
import type { EpochMeasures, Standing } from "./learning/contest.ts";
import type { Measures } from "./learning/measures.ts";
import { networkNames } from "./words.ts";

/** The loss of both networks, on a logarithmic axis: it spans powers of ten where one does badly. */
export function lossPlot(standings: readonly Standing[]): Plot {
  return {
    type: "plot",
    title: "Loss",
    x: { label: "epoch" },
    y: { label: "loss", scale: "log" },
    marks: curves(standings, ({ loss }) => loss),
  };
}

/** The share of rows that are right, or the error in the target's units. */
export function scorePlot(
  standings: readonly Standing[],
  { task, target, baseline }: { task: "class" | "number"; target: string; baseline: number | undefined },
): Plot {
  const isClass = task === "class";
  const known: Mark[] =
    baseline === undefined
      ? []
      : [{ type: "rule", axis: "y", at: baseline, label: "without looking at the features" }];
  return {
    type: "plot",
    title: isClass ? "Share of rows that are right" : `Typical error of ${target}`,
    x: { label: "epoch" },
    y: isClass ? { label: "accuracy", domain: [0, 1] } : { label: "root mean squared error", scale: "log" },
    marks: [...known, ...curves(standings, ({ score }) => score)],
  };
}

/** Thin: the training rows, as they were trained on. Thick: the validation rows. */
function curves(standings: readonly Standing[], of: (measures: Measures) => number): Mark[] {
  return (["training", "validation"] as const).flatMap((part) =>
    standings.map(({ epochs, normalized }): Mark => {
      const points = epochs.map((measures: EpochMeasures) => ({
        x: measures.epoch,
        y: finite(of(measures[part])),
      }));
      const thin = part === "training";
      return {
        type: "line",
        series: networkNames[normalized ? 1 : 0],
        points,
        thin,
        dots: points.length < 2,
      };
    }),
  );
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
