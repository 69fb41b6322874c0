import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { runLayer } from "../testing/run-layer.js";
import { input, layers } from "./index.js";

describe("maxout", () => {
  it("gives the largest of each group of neighbouring features, and its gradient to that one", async () => {
    const { output, inputGradient } = await runLayer(layers.maxout({ pieces: 3 }), {
      input: tensor([
        [1, 5, 3, -1, -3, -2],
        [9, 8, 7, 0, 2, 1],
      ]),
      outputGradient: tensor([
        [10, 20],
        [30, 40],
      ]),
    });
    expect(output).toEqual(
      tensor([
        [5, -1],
        [9, 2],
      ]),
    );
    expect(inputGradient).toEqual(
      tensor([
        [0, 10, 0, 20, 0, 0],
        [30, 0, 0, 0, 40, 0],
      ]),
    );
  });

  it("compares the channels of images at each position: two pieces by default", async () => {
    // [1, 4, 1, 3], of which channels 0 and 1, 2 and 3 belong together.
    const images = tensor(Float32Array.of(1, 2, 3, 3, 2, 1, -1, 0, 5, -2, 4, 5), [1, 4, 1, 3]);
    const { output, inputGradient } = await runLayer(layers.maxout(), {
      input: images,
      outputGradient: tensor(Float32Array.of(2, 4, 6, 8, 10, 12), [1, 2, 1, 3]),
    });
    expect(output).toEqual(tensor(Float32Array.of(3, 2, 3, -1, 4, 5), [1, 2, 1, 3]));
    // Where both are the largest, each has half, as of PyTorch's amax.
    expect(inputGradient.data).toEqual(Float32Array.of(0, 2, 6, 2, 2, 0, 8, 0, 6, 0, 10, 6));
  });

  it("leaves one piece as it is, in training as at inference", async () => {
    const values = tensor([[1, -2, 3]]);
    expect((await runLayer(layers.maxout({ pieces: 1 }), { input: values })).output).toEqual(values);
    const inference = { input: tensor([[1, -2, 3, 4]]), training: false };
    expect((await runLayer(layers.maxout(), inference)).output).toEqual(tensor([[1, 4]]));
  });

  it("knows its shape, whatever the number of axes", () => {
    const shapeFor = (shape: number[]) => layers.maxout({ pieces: 4 }).apply(input({ shape })).shape;
    expect(shapeFor([12])).toEqual(["batch", 3]);
    expect(shapeFor([12, 5])).toEqual(["batch", 3, 5]);
    expect(shapeFor([12, 5, 6])).toEqual(["batch", 3, 5, 6]);
  });

  it("refuses channels that do not fall into groups", () => {
    expect(() => layers.maxout({ pieces: 3 }).apply(input({ shape: [8, 2, 2] }))).toThrow(
      "8 channels do not fall into groups of 3. Give the layer before it a multiple of 3, or set pieces.",
    );
  });

  it.each([0, -2, 1.5, "2"])("refuses %j pieces", (pieces) => {
    expect(() => layers.maxout({ pieces: pieces as number })).toThrow(
      /^pieces must be a whole number of at least 1, got /,
    );
  });
});
