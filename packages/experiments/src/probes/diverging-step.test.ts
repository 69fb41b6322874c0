import { layers, nodeRuntime, sequential, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { divergingStep } from "./diverging-step.js";

const runtime = nodeRuntime({ threads: 1 });

/** The prediction wx for x = 1 with target 0: the loss w² is (1 − 2s)² as large after a step s along its gradient 2w. */
async function parabola() {
  const model = sequential([layers.dense({ name: "out", units: 1, useBias: false, inputShape: [1] })], {
    runtime,
  });
  model.compile({ loss: "meanSquaredError" });
  await model.setWeights({ "out/kernel": tensor(Float32Array.of(3), [1, 1]) });
  return { model, batch: { x: tensor([[1], [1]]), y: tensor([[0], [0]]) } };
}

describe("the diverging step", () => {
  it("is as long as the parabola says", async () => {
    const { model, batch } = await parabola();
    const { stepSize, shares } = await divergingStep(model, batch, ["out"], { relativeLoss: 100, shares: 4 });
    expect(stepSize / 5.5).toBeCloseTo(1, 2);
    expect(shares.map(({ share }) => share)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    for (const { share, relativeLoss, moments } of shares) {
      const factor = 1 - 2 * share * stepSize;
      expect(relativeLoss / factor ** 2).toBeCloseTo(1, 4);
      expect(moments.out!.mean[0]! / (3 * factor)).toBeCloseTo(1, 4);
      expect(moments.out!.variance[0]).toBe(0);
    }
    expect(shares.at(-1)!.relativeLoss).toBeLessThanOrEqual(100);
    expect((await model.getWeights()).get("out/kernel")!.data).toEqual(Float32Array.of(3));
  });

  it("is refused where there is none", async () => {
    const { model, batch } = await parabola();
    await model.setWeights({ "out/kernel": tensor(Float32Array.of(0.5), [1, 1]) });
    await expect(divergingStep(model, batch, ["out"], { relativeLoss: 1e30 })).rejects.toThrow(
      "makes the network diverge",
    );
  });
});
