import { layers, nodeRuntime, sequential, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { covariateShift } from "./covariate-shift.js";

const runtime = nodeRuntime({ threads: 1 });
const x = [0.5, -1, 2];
const y = [1, 0.25, -2];
const batch = {
  x: tensor(x.map((value) => [value])),
  y: tensor(y.map((value) => [value])),
};

/** A chain of layers of one unit: w₃w₂w₁x, with a mean squared error. */
async function chain(weights: readonly number[]) {
  const model = sequential(
    weights.map((_, index) =>
      layers.dense({
        name: `dense_${index + 1}`,
        units: 1,
        useBias: false,
        ...(index === 0 && { inputShape: [1] }),
      }),
    ),
    { runtime },
  );
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  for (const [index, weight] of weights.entries()) {
    await model.setWeights({ [`dense_${index + 1}/kernel`]: tensor([[weight]]) });
  }
  return model;
}

/** ∂L/∂wᵢ of the chain. */
function partial(weights: readonly number[], layer: number): number {
  const product = weights.reduce((all, weight) => all * weight, 1);
  const terms = x.map((value, n) => 2 * (product * value - y[n]!) * (product / weights[layer]!) * value);
  return terms.reduce((sum, term) => sum + term, 0) / x.length;
}

describe("internal covariate shift as a difference of gradients", () => {
  it("is that of a chain of numbers, each layer's G′ after the step of all layers before it", async () => {
    const weights = [1.5, -0.5, 2];
    const learningRate = 0.1;
    const updated = weights.map((weight, layer) => weight - learningRate * partial(weights, layer));
    const model = await chain(weights);
    const before = await model.getWeights();
    const shifts = await covariateShift(model, batch, { learningRate });
    expect(shifts.map(({ layer }) => layer)).toEqual(["dense_2", "dense_3"]);
    for (const [index, { gradientNorm, distance, cosine }] of shifts.entries()) {
      const layer = index + 1;
      const g = partial(weights, layer);
      const changed = partial([...updated.slice(0, layer), ...weights.slice(layer)], layer);
      expect(gradientNorm / Math.abs(g)).toBeCloseTo(1, 5);
      expect(distance! / Math.abs(g - changed)).toBeCloseTo(1, 4);
      expect(cosine).toBeCloseTo(Math.sign(g * changed), 6);
    }
    expect(await model.getWeights()).toEqual(before);
  });

  it("is nothing where the layers before stay as they are", async () => {
    const shifts = await covariateShift(await chain([1.5, -0.5, 2]), batch, { learningRate: 0 });
    for (const { distance, cosine } of shifts) {
      expect(distance).toBe(0);
      expect(cosine).toBeCloseTo(1, 12);
    }
  });

  it("counts a normalization to the layer before it, and leaves out a layer that is frozen", async () => {
    const model = sequential(
      [
        layers.dense({ name: "first", units: 4, inputShape: [1] }),
        layers.batchNormalization({ name: "first_normalization" }),
        layers.dense({ name: "frozen", units: 4, trainable: false }),
        layers.dense({ name: "last", units: 1 }),
      ],
      { runtime, seed: 1 },
    );
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const before = await model.getWeights();
    const shifts = await covariateShift(model, batch, { learningRate: 0.1 });
    expect(shifts.map(({ layer }) => layer)).toEqual(["last"]);
    expect(shifts[0]!.distance).toBeGreaterThan(0);
    expect(await model.getWeights()).toEqual(before);
  });

  it("has no cosine where a gradient is 0", async () => {
    const model = await chain([1, 0, 0]);
    const [, last] = await covariateShift(model, batch, { learningRate: 0.1 });
    expect(last).toEqual({ layer: "dense_3", gradientNorm: 0, distance: 0, cosine: null });
  });
});
