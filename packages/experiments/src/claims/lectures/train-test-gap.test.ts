import { describe, expect, it } from "vitest";
import type { TrainingResult } from "../../runs/training.js";
import { trainTestGap } from "./train-test-gap.js";

const finished: TrainingResult = {
  outcome: "finished",
  steps: 10,
  points: [{ step: 10, test: { loss: 0.5, accuracy: 0.75 } }],
  train: { loss: 0.25, accuracy: 1 },
  seconds: 1,
};

describe("the gap between train and test", () => {
  it("is positive where the test set is the harder", () => {
    expect(trainTestGap(finished, "loss")).toBe(0.25);
    expect(trainTestGap(finished, "accuracy")).toBe(0.25);
  });

  it("is none that a judgement takes where the training diverged", () => {
    const diverged: TrainingResult = { ...finished, outcome: "diverged", train: undefined };
    expect(trainTestGap(diverged, "loss")).toBeNaN();
    expect(trainTestGap(diverged, "accuracy")).toBeNaN();
  });
});
