import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { identities } from "./identities.js";
import type { RunContext } from "./run.js";

const context = (seed: number): RunContext => ({
  seed,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
});

/** Some tens of roundings of float32. */
const rounding = 5e-6;

describe("identities", () => {
  it("hold up to rounding, and only where they should", async () => {
    const found = await identities.run({ examples: 16, units: 8 }, context(1));
    const { normalized, gradients, restored, bias, scaled } = found;
    expect(Math.max(normalized.mean, normalized.variance, restored)).toBeLessThan(rounding);
    expect(Math.max(bias.output, bias.gradient)).toBeLessThan(rounding);
    for (const way of ["stated", "evenkeel"] as const) {
      for (const error of Object.values(gradients[way])) expect(error).toBeLessThan(rounding);
    }
    // Not the gradient of the values: it is what the statistics' terms are for.
    expect(gradients.constant.x).toBeGreaterThan(0.1);
    for (const { factor, output, inputGradient, kernelGradient, kernelGradientLength } of scaled) {
      expect(Math.max(output, inputGradient, kernelGradient)).toBeLessThan(rounding);
      expect(kernelGradientLength * factor).toBeCloseTo(1, 4);
    }
  });

  it("are computed on data that come from the seed", async () => {
    const settings = { examples: 4, units: 2 };
    const [first, again, other] = [
      await identities.run(settings, context(1)),
      await identities.run(settings, context(1)),
      await identities.run(settings, context(2)),
    ];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
