import { functional, input, layers, nodeRuntime, randomStream, type Tensor, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { kernelGradientSums } from "./kernel-gradient-sums.js";

const runtime = nodeRuntime({ threads: 1 });

function noise(purpose: string, shape: readonly number[]): Tensor<"float32"> {
  const random = randomStream(3, purpose);
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length: count }, () => random.normal()),
    shape,
  );
}

/** The kernel gradient `[filters, C, 3, 3]` of Σ target · output, by the library. */
async function kernelGradient(x: Tensor<"float32">, target: Tensor<"float32">): Promise<Float32Array> {
  const filters = target.shape[1]!;
  const from = input({ shape: x.shape.slice(1) });
  const outputs = layers
    .conv2d({
      name: "conv",
      filters,
      kernelSize: 3,
      padding: "same",
      useBias: false,
      kernelInitializer: "zeros",
    })
    .apply(from);
  const model = functional({ inputs: from, outputs, runtime });
  // Where the prediction is 0, the mean squared error's gradient is −2/n times the target.
  model.compile({ loss: "meanSquaredError" });
  const { weightGradients } = await model.inspect(x, target, { weightGradients: ["conv/kernel"] });
  const gradient = weightGradients["conv/kernel"]!.data.map((value) => (value * target.data.length) / -2);
  await model.dispose();
  return gradient;
}

const meanSize = (values: Float32Array) =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

const absolute = (values: Tensor<"float32">) => tensor(values.data.map(Math.abs), values.shape);

describe("the sums of a kernel gradient's terms", () => {
  const x = noise("input", [3, 2, 5, 4]);
  const delta = noise("gradient", [3, 4, 5, 4]);
  const sums = kernelGradientSums(x, delta, 3);

  it("come to the gradient when signs are kept", async () => {
    expect(sums.size).toBeCloseTo(meanSize(await kernelGradient(x, delta)), 5);
  });

  it("come to the gradient of sizes when signs are lost first", async () => {
    expect(sums.ofSizes).toBeCloseTo(meanSize(await kernelGradient(absolute(x), absolute(delta))), 4);
  });

  it("keep the signs within an example where they are lost between", async () => {
    const one = (values: Tensor<"float32">, example: number) => {
      const size = values.data.length / 3;
      return tensor(values.data.slice(example * size, (example + 1) * size), [1, ...values.shape.slice(1)]);
    };
    let expected = 0;
    for (let example = 0; example < 3; example++)
      expected += meanSize(await kernelGradient(one(x, example), one(delta, example)));
    expect(sums.withinExamples).toBeCloseTo(expected, 5);
  });

  it("keep the signs between examples at one position where they are lost within", async () => {
    let expected = 0;
    for (let place = 0; place < 20; place++) {
      const there = delta.data.map((value, index) => (index % 20 === place ? value : 0));
      expected += meanSize(await kernelGradient(x, tensor(there, delta.shape)));
    }
    expect(sums.betweenExamples).toBeCloseTo(expected, 4);
  });

  it("refuse a convolution that does not keep the size", () => {
    expect(() => kernelGradientSums(x, noise("gradient", [3, 4, 3, 2]), 3)).toThrow(
      "input [3,2,5,4], gradient [3,4,3,2]",
    );
  });
});
