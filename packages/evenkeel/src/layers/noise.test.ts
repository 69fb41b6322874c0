import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { layers } from "./index.js";

const count = 20_000;
const ones = tensor(new Float32Array(count).fill(1), [100, 200]);

/** Five standard errors of a mean, and of a variance of Gaussian numbers. */
function expectMoments(values: Float32Array, mean: number, variance: number): void {
  const found = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length));
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
}

describe("gaussianNoise", () => {
  it.each([0.1, 3])("adds numbers of standard deviation %f", async (standardDeviation) => {
    const { output, inputGradient } = await runLayer(layers.gaussianNoise({ standardDeviation }), {
      input: ones,
      outputGradient: ones,
    });
    expectMoments(output.data, 1, standardDeviation ** 2);
    expect(new Set(output.data).size).toBeGreaterThan(count / 2);
    expect(inputGradient).toEqual(ones);
  });

  it.each([-1, Number.NaN])("refuses the standard deviation %f", (standardDeviation) => {
    expect(() => layers.gaussianNoise({ standardDeviation })).toThrow(
      /^standardDeviation must be a finite number of at least 0, got/,
    );
  });
});

describe("gaussianDropout", () => {
  it.each([0.1, 0.5])("multiplies by numbers of dropout's mean and variance: rate %f", async (rate) => {
    const twos = { ...ones, data: ones.data.map((value) => 2 * value) };
    const { output, inputGradient } = await runLayer(layers.gaussianDropout({ rate }), {
      input: twos,
      outputGradient: ones,
    });
    expectMoments(output.data, 2, (4 * rate) / (1 - rate));
    expectClose(
      inputGradient,
      output.data.map((value) => value / 2),
      {},
    );
  });

  it.each([1, -0.1])("refuses the rate %f", (rate) => {
    expect(() => layers.gaussianDropout({ rate })).toThrow(
      `rate must be a number of at least 0 and below 1, got ${rate}.`,
    );
  });
});

describe("noise", () => {
  const all = [layers.gaussianNoise({ standardDeviation: 1 }), layers.gaussianDropout({ rate: 0.5 })];
  it.each(all)("is the same by the same seed, and none at inference: $type", async (layer) => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => (await runLayer(layer, { input: ones, seed })).output),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect((await runLayer(layer, { input: ones, training: false })).output).toEqual(ones);
  });

  it("is none where its size is 0", async () => {
    for (const layer of [
      layers.gaussianNoise({ standardDeviation: 0 }),
      layers.gaussianDropout({ rate: 0 }),
    ]) {
      expect((await runLayer(layer, { input: ones })).output).toEqual(ones);
    }
  });
});
