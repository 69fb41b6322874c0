import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { twoFeatures } from "./two-features.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("two features", () => {
  it("of unequal range are learned only when they are scaled", async () => {
    const found = await twoFeatures.run(
      {
        ranges: [
          [2, 24],
          [0, 1000],
        ],
        examples: 128,
        budget: 150,
        // At the greatest, raw features make the weights grow without limit; at the least, all learn slowly.
        rates: [1e-7, 1e-6, 0.3],
        target: 0.01,
      },
      context,
    );
    // A weight is one over the deviation of its feature, which is range / √12.
    expect(found.raw.solution[0]).toBeCloseTo(Math.sqrt(12) / 22, 5);
    expect(found.raw.solution[1]).toBeCloseTo(Math.sqrt(12) / 1000, 5);
    expect(found.raw.condition).toBeGreaterThan(1000);
    expect(found.raw).toMatchObject({ converged: false, steps: 150, learningRate: 1e-6 });
    for (const form of ["standardized", "batchNormalized"] as const) {
      const { condition, converged, steps, learningRate, curve } = found[form];
      expect(condition).toBeLessThan(2);
      expect({ converged, learningRate }).toEqual({ converged: true, learningRate: 0.3 });
      expect(curve.at(-1)!.step).toBe(steps);
      expect(curve.at(-1)!.loss).toBeLessThanOrEqual(0.01);
      expect(curve.at(-2)!.loss).toBeGreaterThan(0.01);
    }
  });
});
