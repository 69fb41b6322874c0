import { mnist, networks, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { inside } from "./inside.js";

const { test } = await mnist();
const batch = take(test, 200);

function network() {
  const model = networks.mlp({
    inputShape: [28, 28],
    units: [6, 5],
    normalization: { type: "batchNormalization", momentum: 0.5 },
    runtime: nodeRuntime({ threads: 1 }),
    seed: 3,
  });
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  return model;
}

describe("the inside of a network", () => {
  it("is measured in training mode: behind batch normalization every unit has mean 0 and variance 1", async () => {
    const model = network();
    const before = await model.getWeights();
    const found = await inside(model, batch, {
      percentiles: ["dense_1"],
      unitPercentiles: ["dense_2"],
      moments: ["dense_1_normalization", "dense_1"],
      gradientNorms: ["dense_1/kernel", "output/bias"],
      affine: ["dense_2_normalization"],
    });
    expect(found.moments.dense_1_normalization!.mean.every((mean) => Math.abs(mean) < 1e-4)).toBe(true);
    expect(
      found.moments.dense_1_normalization!.variance.every((variance) => Math.abs(variance - 1) < 1e-3),
    ).toBe(true);
    expect(found.unitPercentiles.dense_2).toHaveLength(5);
    for (const [low, middle, high] of found.unitPercentiles.dense_2!) {
      expect(low).toBeLessThan(middle);
      expect(middle).toBeLessThan(high);
    }
    expect(found.affine.dense_2_normalization).toEqual({ gamma: [1, 1, 1, 1, 1], beta: [0, 0, 0, 0, 0] });
    expect(found.gradientNorms["dense_1/kernel"]).toBeGreaterThan(0);
    expect(found.loss).toBeGreaterThan(1);
    expect(await model.getWeights()).toEqual(before);
    await model.dispose();
  });
});
