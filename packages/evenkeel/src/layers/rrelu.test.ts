import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { layers } from "./index.js";

const count = 20_000;
const filled = (value: number) => tensor(new Float32Array(count).fill(value), [50, 8, 5, 10]);
const ones = filled(1);
const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("rrelu", () => {
  it.each([
    { options: {}, lower: 1 / 8, upper: 1 / 3 },
    { options: { lower: 0, upper: 1 }, lower: 0, upper: 1 },
    { options: { lower: -0.5 }, lower: -0.5, upper: 1 / 3 },
  ])("draws a slope for each negative value while training: $options", async ({ options, lower, upper }) => {
    const { output, inputGradient } = await runLayer(layers.rrelu(options), {
      input: filled(-2),
      outputGradient: ones,
    });
    const slopes = output.data.map((value) => value / -2);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(Math.fround(lower));
    expect(Math.max(...slopes)).toBeLessThanOrEqual(upper);
    // Five standard errors of a uniform distribution's mean and of its variance (fourth moment 9/5 σ⁴).
    const middle = (lower + upper) / 2;
    const variance = (upper - lower) ** 2 / 12;
    expect(Math.abs(mean(slopes) - middle)).toBeLessThan(5 * Math.sqrt(variance / count));
    const spread = mean(slopes.map((slope) => (slope - middle) ** 2));
    expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt(0.8 / count));
    // The gradient has the slope of the forward pass.
    expectClose(inputGradient, slopes, { relative: 2e-7 });
  });

  it("leaves positive values as they are", async () => {
    const found = await runLayer(layers.rrelu(), { input: filled(3), outputGradient: ones });
    expect(found.output).toEqual(filled(3));
    expect(found.inputGradient).toEqual(ones);
  });

  it("draws the same slopes with the same seed, and others with another", async () => {
    const layer = layers.rrelu();
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => (await runLayer(layer, { input: filled(-1), seed })).output.data),
    );
    expect(again).toEqual(first);
    const same = first!.filter((value, index) => value === other![index]).length;
    expect(same).toBeLessThan(count / 1000);
  });

  it("has the mean slope at inference, as PyTorch has: 11/48 unless told", async () => {
    const values = tensor([[-4.8, -1, 0, 2]]);
    // torch.nn.functional.rrelu(torch.tensor([-4.8, -1, 0, 2]), training=False)
    const expected = [-1.1, -0.22916667, 0, 2];
    const inference = await runLayer(layers.rrelu(), { input: values, training: false });
    expectClose(inference.output, expected, { relative: 2e-7 });
    const told = await runLayer(layers.rrelu({ lower: 0.1, upper: 0.5 }), { input: values, training: false });
    expectClose(told.output, [-1.44, -0.3, 0, 2], { relative: 2e-7 });
  });

  it("with equal bounds is the leaky ReLU", async () => {
    const run = { input: tensor([[-4, -1, 0, 2]]), outputGradient: tensor([[1, 2, 3, 4]]) };
    const leaky = await runLayer(layers.activation({ activation: "leakyRelu", alpha: 0.2 }), run);
    expect(await runLayer(layers.rrelu({ lower: 0.2, upper: 0.2 }), run)).toEqual(leaky);
  });

  it("refuses bounds that are none", () => {
    expect(() => layers.rrelu({ lower: 0.5 })).toThrow(
      "upper must be a finite number of at least lower, 0.5, got 0.3333333333333333.",
    );
    expect(() => layers.rrelu({ upper: Number.NaN })).toThrow("upper must be a finite number");
    expect(() => layers.rrelu({ lower: Number.NEGATIVE_INFINITY })).toThrow("lower must be a finite number");
  });
});
