import { describe, expect, it } from "vitest";
import type { Model } from "../model/index.js";
import { networks } from "./index.js";

/** Millions of random numbers would take most of the time. */
const fast = { kernelInitializer: "zeros" } as const;
const plain = { ...fast, normalization: "none" } as const;

const trainable = (model: Model) => model.summary(() => {}).trainable;

describe("parameter counts", () => {
  it.each<[string, () => Model, number]>([
    ["the MLP 784-300-100-10", () => networks.mlp(plain), 266_610],
    ["… with batch normalization and biases", () => networks.mlp({ ...fast, useBias: true }), 267_410],
    ["… with batch normalization alone", () => networks.mlp(fast), 267_010],
    ["… with it after the activation", () => networks.mlp({ ...fast, placement: "after" }), 267_410],
    [
      "… with it on the input",
      () => networks.mlp({ ...plain, inputNormalization: "batchNormalization" }),
      266_610 + 2 * 784,
    ],
    ["LeNet-5", () => networks.leNet5(plain), 61_706],
    ["VGG-11", () => networks.vgg({ ...fast, depth: 11, useBias: true }), 9_231_114],
    ["VGG-13", () => networks.vgg({ ...fast, depth: 13, useBias: true }), 9_416_010],
    ["VGG-16", () => networks.vgg({ ...fast, depth: 16, useBias: true }), 14_728_266],
    ["ResNet-20", () => networks.resNet({ ...fast, depth: 20 }), 269_722],
    ["ResNet-32", () => networks.resNet({ ...fast, depth: 32 }), 464_154],
    ["ResNet-56", () => networks.resNet({ ...fast, depth: 56 }), 853_018],
    ["ResNet-110", () => networks.resNet({ ...fast, depth: 110 }), 1_727_962],
    [
      "the residual MLP of 16 blocks",
      () => networks.residualMlp({ ...plain, blocks: 16 }),
      785 * 100 + 16 * 101 * 100 + 1010,
    ],
    [
      "… with batch normalization",
      () => networks.residualMlp({ ...fast, blocks: 16 }),
      784 * 100 + 16 * (100 * 100 + 200) + 200 + 1010,
    ],
    [
      "… with SkipInit",
      () => networks.residualMlp({ ...fast, blocks: 16, residual: { skipInit: 0 } }),
      785 * 100 + 16 * (101 * 100 + 1) + 1010,
    ],
    ["the deep linear network", () => networks.deepLinear(fast), 25 * 10 * 10],
    [
      "… with batch normalization",
      () => networks.deepLinear({ ...fast, normalization: "batchNormalization" }),
      25 * 10 * 10 + 24 * 2 * 10,
    ],
  ])("are as published, or follow from it: %s", (_name, make, count) => {
    expect(trainable(make())).toBe(count);
  });

  it("count running statistics apart, as Keras does", () => {
    const { parameters, nonTrainable } = networks.mlp({ ...fast, useBias: true }).summary(() => {});
    expect([parameters, nonTrainable]).toEqual([266_610 + 1600, 800]);
    const onInput = networks.mlp({ ...plain, inputNormalization: "batchNormalization" });
    expect(onInput.summary(() => {}).parameters).toBe(266_610 + 3136);
  });

  it("of ResNet-20 grow by the weights of its projections", () => {
    const projected = networks.resNet({ ...fast, depth: 20, shortcut: "projection" });
    expect(trainable(projected)).toBe(269_722 + (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64));
  });

  it("of CaffeNet are the sum of its layers'", () => {
    const convolutions = 3 * 48 * 25 + 48 * 128 * 25 + (128 * 192 + 192 * 192 + 192 * 128) * 9;
    const dense = 128 * 4 * 4 * 512 + 512 * 512 + 512 * 10;
    const biases = 48 + 128 + 192 + 192 + 128 + 512 + 512 + 10;
    expect(trainable(networks.caffeNet(plain))).toBe(convolutions + dense + biases);
  });
});

describe("parameter counts of WRN-d-k", () => {
  it.each([
    [10, 1],
    [16, 1],
    [16, 2],
    [16, 4],
    [40, 1],
    [40, 2],
  ])("are those of its stages: %i-%i", (depth, widthFactor) => {
    expect(trainable(networks.wideResNet({ ...fast, depth, widthFactor }))).toBe(
      wideParameters(depth, widthFactor),
    );
  });

  // Zagoruyko & Komodakis 2016, tables 4 and 5.
  it.each([
    [40, 1, "0.6"],
    [40, 2, "2.2"],
    [40, 4, "8.9"],
    [40, 8, "35.7"],
    [28, 10, "36.5"],
    [28, 12, "52.5"],
    [22, 8, "17.2"],
    [22, 10, "26.8"],
    [16, 8, "11.0"],
    [16, 10, "17.1"],
  ])("are the published ones: %i-%i, %s million", (depth, widthFactor, millions) => {
    expect((wideParameters(depth, widthFactor) / 1e6).toFixed(1)).toBe(millions);
  });

  it("without normalization have a bias for each channel of a convolution", () => {
    const options = { ...fast, depth: 16, widthFactor: 2 };
    const without = trainable(networks.wideResNet({ ...options, normalization: "none" }));
    const biases = 16 + (4 + 1) * (32 + 64 + 128);
    const gammaAndBeta = 2 * (16 + 3 * 32 + (32 + 3 * 64) + (64 + 3 * 128) + 128);
    expect(without).toBe(wideParameters(16, 2) + biases - gammaAndBeta);
    const skipInit = networks.wideResNet({ ...options, residual: { skipInit: 0 } });
    expect(trainable(skipInit)).toBe(without + 6);
    const divided = networks.wideResNet({ ...options, residual: "dividedByRoot2" });
    expect(trainable(divided)).toBe(without);
  });
});

/** Stage by stage: convolutions and projections without bias, two normalizations in each block, one at the end. */
function wideParameters(depth: number, widthFactor: number): number {
  const blocks = (depth - 4) / 6;
  let inputs = 16;
  let count = 3 * inputs * 9;
  for (const stage of [16, 32, 64]) {
    const filters = stage * widthFactor;
    const first = 2 * inputs + inputs * filters * 9 + 2 * filters + filters ** 2 * 9;
    const other = 2 * (2 * filters + filters ** 2 * 9);
    const projection = inputs === filters ? 0 : inputs * filters;
    count += first + projection + (blocks - 1) * other;
    inputs = filters;
  }
  return count + 2 * inputs + inputs * 10 + 10;
}
