import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { runLayer } from "../testing/run-layer.js";
import { input as given, layers, restoreLayer } from "./index.js";

describe("flatten", () => {
  it("joins all axes but the batch, row by row, and sends the gradient back in shape", async () => {
    const input = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    const outputGradient = tensor([
      [10, 20, 30, 40],
      [50, 60, 70, 80],
    ]);
    const { output, inputGradient } = await runLayer(layers.flatten(), { input, outputGradient });
    expect(output).toEqual({ type: "float32", shape: [2, 4], data: input.data });
    expect(inputGradient).toEqual({ type: "float32", shape: [2, 2, 2], data: outputGradient.data });
  });

  it("leaves a matrix as it is", async () => {
    const input = tensor([[1, 2, 3]]);
    expect((await runLayer(layers.flatten(), { input })).output).toEqual(input);
  });
});

describe("inputLayer", () => {
  it("takes nothing: it is fed", () => {
    const taken = given({ shape: [3] });
    expect(taken.shape).toEqual(["batch", 3]);
    expect(() => layers.inputLayer({ inputShape: [3] }).apply(taken)).toThrow(
      "An input layer takes 0 inputs, got 1.",
    );
  });

  it.each([[[]], [[0]], [[28, -1]], [[2.5]], [undefined], [3]])(
    "refuses the input shape %j",
    (inputShape) => {
      expect(() => restoreLayer("inputLayer", { inputShape })).toThrow(
        /^inputShape must be the shape of one example, for example \[28, 28\], got/,
      );
    },
  );
});

describe("reshape", () => {
  it.each([[[4, 3]], [[2, -1, 2]], [[12]], [[-1, 12]], [[3, 4]]])(
    "keeps each example's elements in their order: %j",
    async (targetShape) => {
      const input = counting([2, 3, 4]);
      const layer = layers.reshape({ targetShape });
      const sizes = targetShape.map((size) =>
        size === -1 ? 12 / -targetShape.reduce((a, b) => a * b) : size,
      );
      const { output, inputGradient } = await runLayer(layer, {
        input,
        outputGradient: counting([2, ...sizes]),
      });
      expect(output).toEqual({ ...input, shape: [2, ...sizes] });
      expect(inputGradient).toEqual(input);
      expect(layer.apply(given({ shape: [3, 4] })).shape).toEqual(["batch", ...sizes]);
    },
  );

  it("refuses shapes that an example does not fill", () => {
    const taken = given({ shape: [3, 4] });
    expect(() => layers.reshape({ targetShape: [5, 2] }).apply(taken)).toThrow(
      "A reshape layer cannot take inputs of shape [batch, 3, 4]: an example has 12 values, which do not fill the shape [5, 2].",
    );
    expect(() => layers.reshape({ targetShape: [5, -1] }).apply(taken)).toThrow(
      /do not fill the shape \[5, -1\]/,
    );
  });

  it.each([[[0]], [[-1, -1]], [[2.5]], [[-2]], [7], [undefined]])(
    "refuses the target shape %j",
    (targetShape) => {
      expect(() => restoreLayer("reshape", { targetShape })).toThrow(
        /^targetShape must be the new shape of one example, for example \[3, 32, 32\], with at most one -1, got/,
      );
    },
  );
});

describe("permute", () => {
  it("puts the axes after the batch in another order, and the gradient back", async () => {
    const input = counting([1, 2, 3]);
    const { output, inputGradient } = await runLayer(layers.permute({ dims: [2, 1] }), {
      input,
      outputGradient: tensor([
        [
          [0, 3],
          [1, 4],
          [2, 5],
        ],
      ]),
    });
    expect(output.shape).toEqual([1, 3, 2]);
    expect([...output.data]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(inputGradient).toEqual(input);
  });

  it("numbers the axes from 1: channels last by [2, 3, 1]", () => {
    const planes = given({ shape: [3, 32, 30] });
    expect(layers.permute({ dims: [2, 3, 1] }).apply(planes).shape).toEqual(["batch", 32, 30, 3]);
    expect(() => layers.permute({ dims: [2, 1] }).apply(planes)).toThrow(
      "dims [2, 1] must name its 3 axes after the batch.",
    );
  });

  it.each([[[0, 1]], [[1, 1]], [[2, 3]], [[]], [2]])("refuses the order %j", (dims) => {
    expect(() => restoreLayer("permute", { dims })).toThrow(
      /^dims must be the axes after the batch, each once, from 1, for example \[2, 1\], got/,
    );
  });
});

/** 0, 1, 2, ... in a shape. */
function counting(shape: readonly number[]) {
  return tensor(
    Float32Array.from(
      { length: shape.reduce((size, dimension) => size * dimension, 1) },
      (_, index) => index,
    ),
    shape,
  );
}
