import { describe, expect, it } from "vitest";
import type { TrainingResult } from "../../runs/training.js";
import { fewerSteps } from "./accelerated.js";
import { steadierInputs } from "./sigmoid-mnist.js";

describe("the drift of IS15-9", () => {
  /** Medians and widths by step, of each unit. */
  const probed = (layer: string, steps: { middle: number; width: number }[][]): TrainingResult => ({
    outcome: "finished",
    steps: steps.length,
    seconds: 0,
    points: steps.map((units, step) => ({
      step,
      probe: {
        loss: 0,
        percentiles: {},
        moments: {},
        gradientNorms: {},
        affine: {},
        unitPercentiles: {
          [layer]: units.map(
            ({ middle, width }) => [middle - width / 2, middle, middle + width / 2] as const,
          ),
        },
      },
    })),
  });
  const plain = probed("dense_3", [
    [
      { middle: 0, width: 1 },
      { middle: 5, width: 2 },
    ],
    [
      { middle: 4, width: 3 },
      { middle: 5, width: 2 },
    ],
  ]);
  const normalized = probed("dense_3_normalization", [[{ middle: 1, width: 2 }], [{ middle: 2, width: 2 }]]);

  it("is the deviation of the median over time in mean widths, averaged over the units", () => {
    const { drift, plain: before, normalized: behind } = steadierInputs.measures;
    const results = { plain, normalized };
    // Medians 0 and 4 deviate by 2, in a mean width of 2; the other unit stands still.
    expect(before!.of(results)).toBeCloseTo((1 + 0) / 2, 12);
    expect(behind!.of(results)).toBeCloseTo(0.25, 12);
    expect(drift!.of(results)).toBeCloseTo(2, 12);
  });

  it("is drawn for the unit in the middle", () => {
    const [figure] = steadierInputs.figures!({
      size: "smoke",
      seeds: [{ seed: 1, results: { plain, normalized } }],
    });
    const [panel] = figure!.panels;
    expect(panel).toMatchObject({
      title: "measured, without batch norm: unit 1",
      marks: [
        {
          series: "15th percentile",
          points: [
            { x: 0, y: -0.5 },
            { x: 1, y: 2.5 },
          ],
        },
        {
          series: "50th percentile",
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 4 },
          ],
        },
        {
          series: "85th percentile",
          points: [
            { x: 0, y: 0.5 },
            { x: 1, y: 5.5 },
          ],
        },
      ],
    });
  });
});

describe("the steps of IS15-10", () => {
  const curve = (...accuracies: number[]): TrainingResult => ({
    outcome: "finished",
    steps: 10 * (accuracies.length - 1),
    seconds: 0,
    points: accuracies.map((accuracy, index) => ({ step: 10 * index, test: { loss: 0, accuracy } })),
  });
  const ratio = (plain: TrainingResult, normalized: TrainingResult) =>
    fewerSteps.measures.steps!.of({ plain, normalized });

  it("are those to the baseline's best accuracy, where each first has it", () => {
    expect(ratio(curve(0.1, 0.5, 0.8, 0.9, 0.7), curve(0.1, 0.9, 0.6, 0.9, 0.9))).toBe(3);
  });

  it("are all of the training's where that is never reached", () => {
    expect(ratio(curve(0.1, 0.9, 0.8, 0.8, 0.7), curve(0.1, 0.8, 0.8, 0.8, 0.8))).toBe(1 / 4);
  });
});
