import { layers, nodeRuntime, sequential, tensor } from "evenkeel";
import { afterAll, describe, expect, it } from "vitest";
import {
  displaced,
  distance,
  layerOf,
  length,
  orNull,
  puttingBack,
  slope,
  trainedNames,
} from "./weight-space.js";

/** Predictions 2a − b + 0.5, behind a layer that is not trained. */
const model = sequential(
  [
    layers.dense({ name: "fixed", units: 2, inputShape: [2], useBias: false, trainable: false }),
    layers.dense({ name: "out", units: 1 }),
  ],
  { runtime: nodeRuntime({ threads: 1 }), seed: 1 },
);
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
await model.setWeights({
  "fixed/kernel": tensor([
    [1, 0],
    [0, 1],
  ]),
  "out/kernel": tensor([[2], [-1]]),
  "out/bias": tensor([0.5]),
});
afterAll(() => model.dispose());

const names = ["out/kernel", "out/bias"];
const batch = {
  x: tensor([
    [1, 2],
    [3, -1],
  ]),
  y: tensor([[0], [5]]),
};

describe("the space of the weights", () => {
  it("is that of the weights which are trained", async () => {
    expect(trainedNames(model, await model.getWeights())).toEqual(names);
    expect(layerOf("block_1/dense/kernel")).toBe("block_1/dense");
  });

  it("has a slope: loss and gradient of a batch", async () => {
    // Residuals are 0.5 and 2.5.
    const { loss, gradient } = await slope(model, batch, names);
    expect(loss).toBeCloseTo((0.25 + 6.25) / 2, 5);
    expect(Array.from(gradient["out/kernel"]!.data)).toEqual([8, -1.5].map((g) => expect.closeTo(g, 5)));
    expect(Array.from(gradient["out/bias"]!.data)).toEqual([expect.closeTo(3, 5)]);
  });

  it("has lengths and distances over all weights together", () => {
    const a = { kernel: tensor([[3], [0]]), bias: tensor([4]) };
    const b = { kernel: tensor([[3], [12]]), bias: tensor([9]) };
    expect(length(a)).toBeCloseTo(5, 12);
    expect(distance(a, b)).toBeCloseTo(13, 12);
    expect(distance(a, a)).toBe(0);
  });

  it("is left as it was after a walk in it, also by one that fails", async () => {
    const before = await model.getWeights();
    const there = await puttingBack(model, async (weights) => {
      const moved = displaced(weights, { "out/bias": tensor([2]) }, -0.25);
      expect(moved).toEqual(new Map([["out/bias", tensor([0])]]));
      await model.setWeights(moved);
      return (await slope(model, batch, [])).loss;
    });
    expect(there).toBeCloseTo((0 + 4) / 2, 5);
    expect(await model.getWeights()).toEqual(before);
    const failing = puttingBack(model, async () => {
      await model.setWeights({ "out/bias": tensor([7]) });
      throw new Error("lost");
    });
    await expect(failing).rejects.toThrow("lost");
    expect(await model.getWeights()).toEqual(before);
  });

  it("has null for what is no finite number", () => {
    expect([0, -1.5, Number.NaN, Number.POSITIVE_INFINITY].map(orNull)).toEqual([0, -1.5, null, null]);
  });
});
