import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { normalizedPoints } from "./normalized-points.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("normalized points", () => {
  it("go through batch normalization step by step", async () => {
    const found = await normalizedPoints.run({ values: [1, 3, 8], gamma: -3, beta: 7, epsilon: 2 }, context);
    const deviation = Math.sqrt(26 / 3 + 2);
    expect(found.mean).toBeCloseTo(4, 5);
    expect(found.variance).toBeCloseTo(26 / 3, 5);
    for (const [index, value] of [1, 3, 8].entries()) {
      const normalized = (value - 4) / deviation;
      expect(found.normalized[index]).toBeCloseTo(normalized, 5);
      expect(found.scaled[index]).toBeCloseTo(-3 * normalized, 5);
      expect(found.shifted[index]).toBeCloseTo(-3 * normalized + 7, 5);
    }
  });
});
