import { describe, expect, it } from "vitest";
import { bestAccuracy, chance, curveOf, finalAccuracy, lossGap, stepsTo } from "./curves.js";
import type { TrainingResult } from "./training.js";

const result: TrainingResult = {
  outcome: "finished",
  steps: 20,
  seconds: 1,
  points: [
    { step: 0, test: { loss: 2.5, accuracy: 0.05 } },
    { step: 10, train: { loss: 1, accuracy: 0.6 }, test: { loss: 1.25, accuracy: 0.7 } },
    { step: 20, train: { loss: 0.5, accuracy: 0.8 }, test: { loss: 1.5, accuracy: 0.65 } },
  ],
  train: { loss: 0.25, accuracy: 0.9 },
};
const diverged: TrainingResult = { ...result, outcome: "diverged" };

describe("a training's curve", () => {
  it("has an accuracy at the end and a best one, chance where there is none", () => {
    expect([finalAccuracy(result), bestAccuracy(result)]).toEqual([0.65, 0.7]);
    expect([finalAccuracy(diverged), bestAccuracy(diverged)]).toEqual([chance, 0.7]);
    const silent = { ...result, points: [{ step: 0 }] };
    expect([finalAccuracy(silent), bestAccuracy(silent)]).toEqual([chance, chance]);
  });

  it("has a gap of the losses only where both are known", () => {
    expect(lossGap(result)).toBe(1.25);
    expect(lossGap(diverged)).toBeUndefined();
    expect(lossGap({ ...result, points: [{ step: 20 }] })).toBeUndefined();
    const { train, ...untold } = result;
    expect(lossGap(untold)).toBeUndefined();
  });

  it("reaches an accuracy at a step, or never", () => {
    expect([0, 0.06, 0.65, 0.71].map((accuracy) => stepsTo(result, accuracy))).toEqual([
      0,
      10,
      10,
      undefined,
    ]);
  });

  it("is drawn of the points that have the measure", () => {
    expect(curveOf(result, "train", "loss")).toEqual([
      { x: 10, y: 1 },
      { x: 20, y: 0.5 },
    ]);
    expect(curveOf(result, "test", "accuracy").map(({ y }) => y)).toEqual([0.05, 0.7, 0.65]);
  });
});
