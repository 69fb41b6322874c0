import { describe, expect, it } from "vitest";
import { atRates, best, largestStableRate, trialsOf } from "./rate-search.js";
import type { TrainingResult, TrainingSettings } from "./training.js";

const settings = (learningRate: number): TrainingSettings => ({
  data: { name: "mnist" },
  network: { family: "mlp" },
  optimizer: { type: "sgd", learningRate },
  batchSize: 10,
  steps: 20,
  every: 10,
});

function result(
  accuracy: number,
  loss: number,
  outcome: TrainingResult["outcome"] = "finished",
): TrainingResult {
  const train = { loss, accuracy };
  return { outcome, steps: 20, seconds: 1, points: [{ step: 20, train, test: { loss: 1, accuracy } }] };
}

const results = {
  "deep at 2^0": result(0.8, 1, "diverged"),
  "deep at 2^-4": result(0.6, 1),
  "deep at 2^-1": result(0.3, 2.5),
  "deep at 2^-2": result(0.6, 1.5),
  "deeper at 2^-3": result(0.9, 0.1),
  other: { blocks: [] },
};

describe("rate search", () => {
  it("is a run for every rate", () => {
    const runs = atRates("deep", [-3, 0], settings);
    expect(Object.keys(runs)).toEqual(["deep at 2^-3", "deep at 2^0"]);
    expect(runs["deep at 2^-3"]!.settings).toEqual(settings(1 / 8));
    expect(runs["deep at 2^0"]!.experiment).toBe("training");
  });

  it("has the trials of one name, by rate; what diverged guesses", () => {
    expect(trialsOf(results, "deep")).toEqual([
      { learningRate: 1 / 16, accuracy: 0.6, trains: true },
      { learningRate: 1 / 4, accuracy: 0.6, trains: true },
      { learningRate: 1 / 2, accuracy: 0.3, trains: false },
      { learningRate: 1, accuracy: 0.1, trains: false },
    ]);
    expect(trialsOf(results, "deepest")).toEqual([]);
  });

  it("takes the best, of equals that of the smallest rate, and the largest that trains", () => {
    const trials = trialsOf(results, "deep");
    expect(best(trials).learningRate).toBe(1 / 16);
    expect(largestStableRate(trials)).toBe(1 / 4);
    expect(largestStableRate(trials.slice(2))).toBeUndefined();
    expect(() => best([])).toThrow("There is no best of no trials");
  });
});
