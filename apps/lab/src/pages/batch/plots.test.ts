import { describe, expect, it } from "vitest";
import { arithmeticOf, type Normalization } from "./arithmetic.ts";
import { gradientPlot, gradientSeries, valuesPlot } from "./plots.ts";

describe("the plot of a channel's values", () => {
  it("has every value, its histogram, and the chosen one marked", () => {
    const { marks, y } = valuesPlot("x", [0, 0, 1, 5], 3);
    expect(marks[0]).toMatchObject({ type: "histogram", heights: [3, 0, 1] });
    expect(marks[1]).toMatchObject({ points: [{ x: 0 }, { x: 0 }, { x: 1 }, { x: 5 }] });
    expect(marks.slice(2)).toMatchObject([
      { at: 1.5, label: "mean" },
      { at: 5, label: "example 4" },
    ]);
    expect(y.domain).toEqual([0, 4]);
  });

  it("is there for values that are all the same, and for some that are no numbers", () => {
    expect(valuesPlot("x", [2, 2], 0).x.domain).toEqual([1.5, 2.5]);
    expect(valuesPlot("x", [2, Number.NaN, 4], 1).x.domain![0]).toBeCloseTo(1.92, 9);
    expect(valuesPlot("x", [Number.NaN], 0).x.domain).toBeUndefined();
  });
});

describe("the plot of the gradient", () => {
  it("has what fixed statistics would give, less a line, as what is left", () => {
    const normalization: Normalization = {
      byBatch: true,
      y: [0, 0, 0],
      outputGradient: [0.5, -0.25, 2],
      gamma: 1.5,
      beta: 0,
      epsilon: 1e-3,
      runningMean: 0,
      runningVariance: 1,
      momentum: 0.9,
      frozen: false,
      gammaGradient: 0,
      betaGradient: 0,
    };
    const { marks } = gradientPlot(normalization, arithmeticOf([1, 2, 4], normalization));
    const pointsOf = (series: string) =>
      marks.flatMap((mark) => ("points" in mark && mark.series === series ? [mark.points] : []))[0]!;
    const [first, last] = pointsOf(gradientSeries.taken) as { x: number; y: number }[];
    const fixed = pointsOf(gradientSeries.fixed) as { x: number; y: number }[];
    const through = pointsOf(gradientSeries.through) as { x: number; y: number }[];
    const slope = (last!.y - first!.y) / (last!.x - first!.x);
    for (const [index, { x, y }] of fixed.entries()) {
      expect(y - (first!.y + slope * (x - first!.x))).toBeCloseTo(through[index]!.y, 9);
    }
  });
});
