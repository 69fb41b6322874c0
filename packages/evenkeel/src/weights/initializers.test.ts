import { describe, expect, it } from "vitest";
import { randomStream } from "../random/stream.js";
import { type Initializer, type InitializerOptions, initialize } from "./initializers.js";

const shape = [200, 300];
const count = 60_000;
const draw = (initializer: Initializer, of: readonly number[] = shape, seed = 1) =>
  initialize(initializer, of, randomStream(seed, "test")).data;

/** Five standard errors of a mean, and of a variance of draws whose fourth moment is at most 3σ⁴. */
function expectMoments(values: Float32Array, mean: number, variance: number): void {
  const found = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length));
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
}

describe("initialize", () => {
  it.each<[Initializer, number]>([
    ["zeros", 0],
    ["ones", 1],
    [{ type: "constant", value: -2.5 }, -2.5],
    ["constant", 0],
  ])("fills with one value: %j", (initializer, value) => {
    expect(draw(initializer, [2, 3])).toEqual(new Float32Array(6).fill(value));
    expect(initialize(initializer, [], randomStream(1, "test"))).toEqual({
      type: "float32",
      shape: [],
      data: Float32Array.of(value),
    });
  });

  const fanIn = 200;
  const fanOut = 300;
  it.each([
    ["glorotUniform", 2 / (fanIn + fanOut)],
    ["glorotNormal", 2 / (fanIn + fanOut)],
    ["heUniform", 2 / fanIn],
    ["heNormal", 2 / fanIn],
    ["lecunUniform", 1 / fanIn],
    ["lecunNormal", 1 / fanIn],
  ] as const)("draws %s with mean 0 and variance %f for [200, 300]", (initializer, variance) => {
    const values = draw(initializer);
    expectMoments(values, 0, variance);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A uniform distribution ends at √3 deviations; a normal one is cut at 2 of those it had before the cut.
    const limit =
      Math.sqrt(variance) * (initializer.endsWith("Uniform") ? Math.sqrt(3) : 2 / 0.87962566103423978);
    expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-7));
    expect(largest).toBeGreaterThan(0.99 * limit);
  });

  it("draws normal and uniform with Keras's defaults, or as told", () => {
    expectMoments(draw("normal"), 0, 0.05 ** 2);
    expectMoments(draw({ type: "normal", mean: 3, standardDeviation: 2 }), 3, 4);
    expectMoments(draw("uniform"), 0, 0.1 ** 2 / 12);
    const values = draw({ type: "uniform", minimum: 2, maximum: 6 });
    expectMoments(values, 4, 16 / 12);
    expect(values.every((value) => value >= 2 && value <= 6)).toBe(true);
    expect(draw("normal").some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  it("counts the elements of a vector as its fan-in and fan-out", () => {
    expectMoments(draw("heNormal", [count]), 0, 2 / count);
    expectMoments(draw("glorotUniform", [count]), 0, 1 / count);
  });

  it.each<[number[], number, number]>([
    [[40, 30, 50], 1500, 2000],
    [[64, 32, 5, 6], 32 * 30, 64 * 30],
    [[512, 1, 11, 11], 121, 512 * 121],
  ])("takes the fans of a convolution's kernel %j from its shape: %i and %i", (kernel, fanIn, fanOut) => {
    expectMoments(draw("heNormal", kernel), 0, 2 / fanIn);
    expectMoments(draw("heUniform", kernel), 0, 2 / fanIn);
    expectMoments(draw("lecunUniform", kernel), 0, 1 / fanIn);
    expectMoments(draw("glorotNormal", kernel), 0, 2 / (fanIn + fanOut));
  });

  it.each([
    [40, 40],
    [60, 25],
    [25, 60],
    [1, 7],
    [7, 1],
  ])("draws an orthogonal [%i, %i]: QᵀQ = I along the shorter side", (rows, columns) => {
    const gain = 1.5;
    const data = draw({ type: "orthogonal", gain }, [rows, columns]);
    const shorter = Math.min(rows, columns);
    const vector = (index: number) =>
      rows <= columns
        ? data.subarray(index * columns, (index + 1) * columns)
        : Float32Array.from({ length: rows }, (_, row) => data[row * columns + index]!);
    for (let a = 0; a < shorter; a++) {
      for (let b = 0; b <= a; b++) {
        const product = vector(a).reduce((sum, value, index) => sum + value * vector(b)[index]!, 0);
        expect(Math.abs(product / gain ** 2 - (a === b ? 1 : 0))).toBeLessThan(1e-5);
      }
    }
  });

  it.each([[[8, 3, 3, 3]], [[40, 4, 3]], [[6, 1, 5, 5]]])(
    "draws an orthogonal kernel %j as the matrix [out, rest]",
    (kernel) => {
      const matrix = [kernel[0]!, kernel.slice(1).reduce((product, size) => product * size)];
      expect(initialize("orthogonal", kernel, randomStream(1, "test")).shape).toEqual(kernel);
      expect(draw("orthogonal", kernel)).toEqual(draw("orthogonal", matrix));
    },
  );

  it("needs more than a vector for orthogonal", () => {
    expect(() => draw("orthogonal", [3])).toThrow(
      "the orthogonal initializer needs a matrix or a kernel, got the shape [3].",
    );
  });

  it.each<Initializer>(["heNormal", "glorotUniform", "normal", "uniform", "orthogonal"])(
    "draws %s anew from each stream, and the same from the same",
    (initializer) => {
      expect(draw(initializer, [20, 10])).toEqual(draw(initializer, [20, 10]));
      expect(draw(initializer, [20, 10], 2)).not.toEqual(draw(initializer, [20, 10]));
    },
  );

  it.each(["xavier", "toString"])("refuses the name %s, listing those there are", (type) => {
    const known =
      /There are: zeros, ones, constant, normal, uniform, orthogonal, glorotUniform, .*lecunNormal\.$/;
    expect(() => draw(type as Initializer)).toThrow(known);
    expect(() => draw({ type } as unknown as InitializerOptions)).toThrow(
      `there is no initializer "${type}".`,
    );
  });
});
