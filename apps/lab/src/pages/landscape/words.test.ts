import { describe, expect, it } from "vitest";
import type { Landscape } from "./measure.ts";
import { comparedInWords } from "./words.ts";

/** A landscape of two points. */
function landscape(changes: Partial<Landscape> = {}): Landscape {
  const point = { loss: 1, gradientDistance: 2, effectiveBeta: 3 };
  return {
    along: {
      loss: 1,
      gradientNorm: 1,
      points: [
        { ...point, stepSize: 0.1 },
        { ...point, stepSize: 0.2 },
      ],
    },
    loss: { low: 1, high: 3 },
    predictiveness: { low: 1, high: 8 },
    smoothness: 6,
    ...changes,
  };
}

describe("landscapes in words", () => {
  it("compare each network with the first one", () => {
    const other = landscape({
      loss: { low: 1, high: 2 },
      predictiveness: { low: 0, high: 2 },
      smoothness: 12,
    });
    expect(comparedInWords({ step: 3, networks: [landscape(), other] }, ["without", "with"])).toEqual([
      "Without beside with: the loss varies 2 times as much, the gradient changes 4 times as much, effective β is 0.5 times as large.",
    ]);
  });

  it("say where loss or gradient are no numbers, and compare what is left", () => {
    const broken = landscape({ loss: undefined, predictiveness: undefined });
    broken.along.points[1] = { stepSize: 0.2, loss: null, gradientDistance: null, effectiveBeta: null };
    const networks = [broken, landscape({ smoothness: 3 })];
    expect(comparedInWords({ step: 0, networks }, ["one", "two"])).toEqual([
      "One: from η = 0.2 on, loss or gradient are no finite numbers.",
      "One beside two: effective β is 2 times as large.",
    ]);
    expect(comparedInWords({ step: 0, networks: [landscape(), landscape()] }, ["one", "two"])).toEqual([
      "One beside two: the loss varies as much, the gradient changes as much, effective β is as large.",
    ]);
  });

  it("say when a network has no landscape any more", () => {
    expect(comparedInWords({ step: 0, networks: [undefined, landscape()] }, ["one", "two"])).toEqual([
      "One: the loss is no number any more.",
    ]);
  });
});
