import { nodeRuntime } from "evenkeel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Comparison } from "../../networks/comparison.ts";
import type { NetworkSettings } from "../../networks/experiment.ts";
import { brightNoise, experimentWith } from "../../networks/testing.ts";
import { takeSteps } from "../../steps/take.ts";
import { arithmeticOf, type Channel } from "./arithmetic.ts";
import { formulaOf } from "./formulas.ts";
import { lookInside, type Place } from "./look.ts";
import { plainQuantities, type Quantity, quantities } from "./quantities.ts";

fc.configureGlobal({ seed: 1 });

const place: Place = { network: 1, layer: 2, channel: 3, batch: 2, size: 12, mode: "training" };

function comparisonOf(changes: Partial<NetworkSettings>): Promise<Comparison> {
  const small = { width: 6, activation: "tanh", batchSize: 8, ...changes } as const;
  return Comparison.make(experimentWith(small), brightNoise(64, 1), nodeRuntime());
}

/** What float32 may add to or take from a number, by the size of what it is computed from. */
function rounding({ x, normalization }: Channel, quantity: Quantity): number {
  const { gamma, beta, outputGradient } = normalization!;
  const { mean, deviation, normalized } = arithmeticOf(x, normalization!);
  const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
  const g = largest(outputGradient);
  const sizes: Partial<Record<Quantity, number>> = {
    normalized: (largest(x) + Math.abs(mean)) / deviation + Math.abs(beta / gamma),
    y: (Math.abs(gamma) * (largest(x) + Math.abs(mean))) / deviation + Math.abs(beta),
    inputGradient: (Math.abs(gamma) / deviation) * g * (1 + largest(normalized) ** 2),
    betaGradient: g * x.length,
    gammaGradient: g * x.length * largest(normalized),
  };
  return 1e-5 * (sizes[quantity] ?? 0);
}

describe("a look inside one batch", () => {
  it("has formulas whose results are the graph's, whatever the network", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          placement: fc.constantFrom("before", "after", "input"),
          activation: fc.constantFrom("relu", "sigmoid", "tanh"),
          frozen: fc.boolean(),
          initialScale: fc.constantFrom(0.3, 1, 5),
        }),
        fc.record({
          layer: fc.integer({ min: 1, max: 2 }),
          channel: fc.integer({ min: 1, max: 6 }),
          size: fc.integer({ min: 2, max: 20 }),
          mode: fc.constantFrom("training", "inference"),
        }),
        async (changes, where) => {
          const comparison = await comparisonOf(changes);
          await takeSteps(comparison, 3);
          const { channel } = await lookInside(comparison, { ...place, ...where });
          for (const quantity of quantities) {
            for (let example = 0; example < where.size; example++) {
              const { result, graph } = formulaOf(channel, quantity, example);
              if (graph !== undefined)
                expect(Math.abs(result - graph), quantity).toBeLessThanOrEqual(rounding(channel, quantity));
            }
          }
          await comparison.dispose();
        },
      ),
      { numRuns: 12 },
    );
  });

  it("leaves gradients that neither move nor stretch the batch where its own statistics normalize", async () => {
    const comparison = await comparisonOf({ initialScale: 5 });
    const { channel } = await lookInside(comparison, place);
    const sum = (quantity: Quantity) => formulaOf(channel, quantity, 0).result;
    const largest = Math.max(...Array.from(channel.inputGradient, Math.abs));
    expect(Math.abs(sum("inputGradientSum"))).toBeLessThan(1e-5 * largest);
    expect(Math.abs(sum("inputGradientAlong"))).toBeLessThan(1e-3 * largest);
    const fixed = await lookInside(comparison, { ...place, mode: "inference" });
    expect(Math.abs(formulaOf(fixed.channel, "inputGradientSum", 0).result)).toBeGreaterThan(0.01 * largest);
  });

  it("changes nothing, and is the same at the same step", async () => {
    const comparison = await comparisonOf({});
    await takeSteps(comparison, 2);
    const before = await comparison.competitors[0]!.model.getWeights();
    const look = await lookInside(comparison, place);
    expect(await lookInside(comparison, place)).toEqual(look);
    expect(await comparison.competitors[0]!.model.getWeights()).toEqual(before);
    await takeSteps(comparison, 1);
    expect((await lookInside(comparison, place)).channel.x).not.toEqual(look.channel.x);
  });

  it("takes the last network, layer and channel in place of one that is not there", async () => {
    const comparison = await comparisonOf({});
    const look = await lookInside(comparison, { ...place, network: 4, layer: 9, channel: 500 });
    expect(look).toEqual(await lookInside(comparison, { ...place, network: 1, layer: 2, channel: 6 }));
    expect(look.layers).toEqual(["dense_2", "dense_2_normalization"]);
  });

  it("shows what a network without batch normalization has", async () => {
    const comparison = await comparisonOf({ placement: "none" });
    const { channel, layers } = await lookInside(comparison, place);
    expect(channel.normalization).toBeUndefined();
    expect(layers).toEqual(["dense_2"]);
    for (const quantity of plainQuantities) {
      expect(formulaOf(channel, quantity, 1).result, quantity).not.toBeNaN();
    }
    expect(formulaOf(channel, "gammaGradient", 1)).toEqual(formulaOf(channel, "x", 1));
  });

  it("says why a batch of one example cannot be normalized by its own statistics", async () => {
    const comparison = await comparisonOf({});
    await expect(lookInside(comparison, { ...place, size: 1 })).rejects.toThrow("nothing to average over");
    const { channel } = await lookInside(comparison, { ...place, size: 1, mode: "inference" });
    expect(channel.x).toHaveLength(1);
  });
});
