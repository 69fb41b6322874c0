import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { smoothnessBound } from "./smoothness-bound.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress() {},
};

describe("the bound on the gradient", () => {
  it.each([
    { layer: "dense", examples: 12, units: 7 },
    { layer: "conv2d", examples: 3, units: 4 },
    // Filters that are whole blocks of the CPU's layout.
    { layer: "conv2d", examples: 2, units: 16 },
  ] as const)("is met with equality: %o", async (settings) => {
    const units = await smoothnessBound.run(settings, context);
    expect(units).toHaveLength(settings.units);
    for (const { left, right, scaled } of units) {
      expect(Math.abs(left - right) / scaled).toBeLessThan(1e-5);
      expect(scaled).toBeGreaterThan(0);
      expect(right / scaled).toBeLessThan(0.999);
    }
  });

  it("is another one for another seed", async () => {
    const settings = { layer: "dense", examples: 4, units: 2 } as const;
    const one = await smoothnessBound.run(settings, context);
    expect(await smoothnessBound.run(settings, context)).toEqual(one);
    expect(await smoothnessBound.run(settings, { ...context, seed: 2 })).not.toEqual(one);
  });
});
