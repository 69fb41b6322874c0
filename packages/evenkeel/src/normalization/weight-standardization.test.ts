import { describe, expect, it } from "vitest";
import { describeLayer, type Layer, layers } from "../layers/index.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, spread } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { runLayer } from "../testing/run-layer.js";
import type { WeightSpecification } from "../weights/index.js";
import { standardizedKernel } from "./index.js";

/** ONNX Runtime's operator where the formulation takes it, and elementary operations, which every device runs. */
const devices = ["cpu", "elsewhere"];

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

describe.each(devices)("weight standardization on the device %s", (device) => {
  it("gives each output weights of mean 0 and variance σ²/(σ² + ε), whatever scale and shift it is given", async () => {
    for (const [shape, outputAxis] of [
      [[6, 3], 1],
      [[3, 2, 5], 0],
      [[4, 2, 3, 3], 0],
    ] as const) {
      const kernel = spread(shape, 1, { centre: 3, deviation: 2, axis: outputAxis });
      const other = tensor(
        kernel.data.map((w) => 3 * w - 1),
        [...shape],
      );
      const [standardized, again] = await evaluate(
        (_, { kernel, other }) =>
          [kernel, other].map((kernel) => standardizedKernel(kernel, outputAxis, { epsilon: 1e-12 }, device)),
        { kernel, other },
      );
      expectClose(again!, standardized!, { absolute: 10 * rounding });
      const outputs = outputAxis === 1 ? channelsOf(standardized!) : channelsOf(asOneExample(standardized!));
      for (const weights of outputs) {
        expectClose([momentsOf(weights).mean], [0], { absolute: rounding });
        expectClose([momentsOf(weights).variance], [1], { absolute: 4 * rounding });
      }
    }
  });

  it("has the gradients that differences show", async () => {
    for (const [shape, outputAxis] of [
      [[4, 3], 1],
      [[3, 2, 2], 0],
      [[2, 1, 2, 2], 0],
    ] as const) {
      const kernel = spread(shape, 1, { centre: 1, deviation: 1, axis: outputAxis });
      await checkGradients(
        (kernel) => standardizedKernel(kernel, outputAxis, { epsilon: 0.1 }, device),
        [kernel],
      );
    }
  });

  it("leaves a kernel alone where it is off, and refuses one weight for each output", async () => {
    await evaluate(
      (graph, { kernel }) => {
        expect(standardizedKernel(kernel, 1, false, device)).toBe(kernel);
        expect(graph.nodes).toEqual([]);
        expect(() => standardizedKernel(kernel, 1, true, device)).toThrow(
          /makes every weight 0 where an output has only one, as in a kernel of shape \[1, 3\]/,
        );
        return kernel;
      },
      { kernel: tensor([[1, 2, 3]]) },
    );
  });
});

describe("layers with weight standardization", () => {
  const weightStandardization = { epsilon: 0.01 };
  const cases: [string, Layer, Layer, number[]][] = [
    [
      "conv2d",
      layers.conv2d({ filters: 4, kernelSize: 3, groups: 2, weightStandardization }),
      layers.conv2d({ filters: 4, kernelSize: 3, groups: 2 }),
      [2, 4, 5, 5],
    ],
    [
      "conv1d",
      layers.conv1d({ filters: 3, kernelSize: 2, weightStandardization }),
      layers.conv1d({ filters: 3, kernelSize: 2 }),
      [2, 2, 6],
    ],
    [
      "depthwiseConv2d",
      layers.depthwiseConv2d({ kernelSize: 3, weightStandardization }),
      layers.depthwiseConv2d({ kernelSize: 3 }),
      [2, 3, 4, 4],
    ],
    ["dense", layers.dense({ units: 3, weightStandardization }), layers.dense({ units: 3 }), [2, 5]],
  ];

  it.each(cases)(
    "%s computes with the standardized kernel, in training and at inference",
    async (type, layer, plain, shape) => {
      const input = normal(randomStream(1, "input"), shape);
      const [{ shape: kernelShape }] = layer.weights(shape) as [WeightSpecification];
      const kernel = spread(kernelShape, 1, { centre: 1, deviation: 1, axis: type === "dense" ? 1 : 0 });
      const [standardized] = await evaluate(
        (_, { kernel }) => standardizedKernel(kernel, type === "dense" ? 1 : 0, weightStandardization, "cpu"),
        { kernel },
      );
      for (const training of [true, false]) {
        const { output } = await runLayer(layer, { input, weights: { kernel }, training });
        const expected = await runLayer(plain, {
          input,
          weights: { kernel: standardized as Tensor<"float32"> },
          training,
        });
        expectClose(output, expected.output, { absolute: 20 * rounding });
      }
    },
  );

  it("refuse kernels with one weight for each output, and options that make no sense", () => {
    const layer = layers.depthwiseConv2d({ kernelSize: 1, weightStandardization: true });
    expect(() => describeLayer(layer, [["batch", 3, 4, 4]])).toThrow(
      /makes every weight 0 where an output has only one, as in a kernel of shape \[3, 1, 1, 1\]/,
    );
    const options = { filters: 2, kernelSize: 3, weightStandardization: { epsilon: -1 } };
    expect(() => layers.conv2d(options)).toThrow(
      "weightStandardization.epsilon must be a finite number above 0, got -1.",
    );
  });
});

/** `[out, ...] → [1, out, ...]`. */
function asOneExample(kernel: Tensor): Tensor {
  return { ...kernel, shape: [1, ...kernel.shape] } as Tensor;
}
