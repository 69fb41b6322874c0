import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { input, layers, restoreLayer } from "./index.js";

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

describe("rescaling", () => {
  it("is x · scale + offset", async () => {
    const input = tensor([[0, 127.5, 255]]);
    const outputGradient = tensor([[1, 2, 3]]);
    const scaled = await runLayer(layers.rescaling({ scale: 1 / 127.5, offset: -1 }), {
      input,
      outputGradient,
    });
    // Two roundings of float32.
    expectClose(scaled.output, [-1, 0, 1], { absolute: 2e-7 });
    expectClose(scaled.inputGradient, [1 / 127.5, 2 / 127.5, 3 / 127.5], { relative: 2e-7 });
    const plain = await runLayer(layers.rescaling({ scale: 2 }), { input });
    expect([...plain.output.data]).toEqual([0, 255, 510]);
  });

  it("refuses numbers that are none", () => {
    expect(() => layers.rescaling({ scale: Number.NaN })).toThrow("scale must be a finite number, got NaN.");
    expect(() => restoreLayer("rescaling", {})).toThrow("scale must be a finite number, got undefined.");
    expect(() => layers.rescaling({ scale: 1, offset: Number.POSITIVE_INFINITY })).toThrow(
      "offset must be a finite number, got Infinity.",
    );
  });
});

describe("inputLayer", () => {
  it("takes nothing: it is fed", () => {
    const taken = input({ shape: [3] });
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

describe("restoreLayer", () => {
  it.each(["lstm", "toString", "constructor"])("refuses the type %s, listing those there are", (type) => {
    expect(() => restoreLayer(type, {})).toThrow(`There is no layer "${type}". There are: activation, prelu, batchNormalization`);
  });
});
