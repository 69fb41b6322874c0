import { describe, expect, it } from "vitest";
import { stepSeconds } from "./cost.js";
import type { NetworkSettings } from "./network.js";

const data = { name: "mnist" } as const;
const perceptron = (units: number[]): NetworkSettings => ({ family: "mlp", inputShape: [28, 28], units });
const residual = (size: number, widthFactor = 1): NetworkSettings => ({
  family: "resNet",
  depth: 8,
  widthFactor,
  inputShape: [1, size, size],
});

/** What one more example in the batch costs. */
const perExample = (network: NetworkSettings) =>
  stepSeconds(network, data, 2) - stepSeconds(network, data, 1);

describe("the cost of a step", () => {
  it("is its layers' own, and some for each example", () => {
    const network = perceptron([100]);
    const [none, one, many] = [0, 1, 100].map((size) => stepSeconds(network, data, size));
    expect(none).toBeGreaterThan(0);
    expect(many! - none!).toBeCloseTo(100 * (one! - none!), 12);
    expect(stepSeconds(perceptron([100, 100]), data, 0)).toBeGreaterThan(none!);
  });

  it("of dense layers is as their kernels", () => {
    const kernels = (784 * 200 + 200 * 10) / (784 * 100 + 100 * 10);
    expect(perExample(perceptron([200])) / perExample(perceptron([100]))).toBeCloseTo(kernels, 2);
  });

  it("of convolutions is as the positions and as the square of the width", () => {
    expect(perExample(residual(32)) / perExample(residual(16))).toBeCloseTo(4, 1);
    const wider = perExample(residual(16, 2)) / perExample(residual(16));
    expect(wider).toBeGreaterThan(3.5);
    expect(wider).toBeLessThan(4);
  });
});
