import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { channelMoments } from "../probes/summaries.js";
import { scaleToUnitVariance } from "./lsuv.js";
import { build, type NetworkSettings } from "./network.js";

const small = {
  family: "caffeNet",
  inputShape: [28, 28],
  widthFactor: 1 / 16,
  units: 8,
  kernelInitializer: "orthogonal",
  preprocessing: [
    { type: "rescaling", scale: 1 / 255 },
    { type: "averagePooling2d", poolSize: 4 },
  ],
} as const satisfies NetworkSettings;

const names = ["conv_1", "conv_2", "conv_3", "conv_4", "conv_5", "dense_6", "dense_7", "output"];

describe("scaleToUnitVariance", () => {
  it.each<[string, Partial<NetworkSettings>]>([
    ["without normalization", { normalization: "none" }],
    [
      "with batch norm behind the activation and dropout",
      { placement: "after", activation: "sigmoid", dropoutRate: 0.5 },
    ],
  ])("gives every layer's output the variance 1 %s, and keeps the kernels' directions", async (_, own) => {
    const { train } = await mnist();
    const batch = take(train, 32);
    const settings = { ...small, ...own } as NetworkSettings;
    const model = build(settings, { seed: 1, runtime: nodeRuntime({ threads: 1 }) });
    const before = await model.getWeights();
    await scaleToUnitVariance(model, batch);
    const { layers } = await model.inspect(batch.x, batch.y, { layers: names });
    const after = await model.getWeights();
    await model.dispose();
    for (const name of names) {
      const { data } = layers[name]!;
      const [variance] = channelMoments({ shape: [data.length], data }).variance;
      // Float32 sums of up to a hundred products, layer by layer.
      expect(variance).toBeCloseTo(1, 4);
      const [first, then] = [before, after].map(
        (weights) => weights.get(`${name}/kernel`)!.data as Float32Array,
      );
      const factor = then![0]! / first![0]!;
      expect(factor).toBeGreaterThan(0);
      for (const [index, value] of then!.entries()) expect(value).toBeCloseTo(factor * first![index]!, 5);
    }
  });
});
