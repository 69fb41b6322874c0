import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { runLayer } from "../testing/run-layer.js";
import { input as given, layers, restoreLayer } from "./index.js";

const plane = tensor([
  [
    [
      [1, 2],
      [3, 4],
    ],
  ],
]);

describe("zeroPadding2d", () => {
  it.each([
    [1, [4, 4], [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]],
    [undefined, [4, 4], [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]],
    [
      [1, 0],
      [4, 2],
      [0, 0, 1, 2, 3, 4, 0, 0],
    ],
    [
      [
        [0, 1],
        [2, 0],
      ],
      [3, 4],
      [0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0],
    ],
    [0, [2, 2], [1, 2, 3, 4]],
  ])("puts zeros around: %j", async (padding, size, expected) => {
    const layer = restoreLayer("zeroPadding2d", padding === undefined ? {} : { padding });
    const { output } = await runLayer(layer, { input: plane });
    expect(output.shape).toEqual([1, 1, ...size]);
    expect([...output.data]).toEqual(expected);
  });
});

describe("zeroPadding1d", () => {
  it("puts zeros at both ends, or as many as asked for", async () => {
    const input = tensor([[[1, 2]], [[3, 4]]]);
    const both = await runLayer(layers.zeroPadding1d(), { input });
    expect(both.output).toEqual(tensor([[[0, 1, 2, 0]], [[0, 3, 4, 0]]]));
    const left = await runLayer(layers.zeroPadding1d({ padding: [2, 0] }), { input });
    expect(left.output).toEqual(tensor([[[0, 0, 1, 2]], [[0, 0, 3, 4]]]));
  });
});

describe("cropping", () => {
  it("undoes padding, and so do their gradients", async () => {
    const margin = fc.integer({ min: 0, max: 3 });
    const sides = fc.tuple(margin, margin);
    const shape = fc.tuple(...[2, 3, 4, 4].map((max) => fc.integer({ min: 1, max })));
    await fc.assert(
      fc.asyncProperty(shape, fc.tuple(sides, sides), async (shape, margins) => {
        const input = counting(shape);
        const padded = await runLayer(layers.zeroPadding2d({ padding: margins }), { input });
        const crop = layers.cropping2d({ cropping: margins });
        const cut = await runLayer(crop, { input: padded.output, outputGradient: input });
        expect(cut.output).toEqual(input);
        // The gradient of cutting is padding, that of padding cutting.
        expect(cut.inputGradient).toEqual(padded.output);
        const back = await runLayer(layers.zeroPadding2d({ padding: margins }), {
          input,
          outputGradient: padded.output,
        });
        expect(back.inputGradient).toEqual(input);
      }),
      { numRuns: 10 },
    );
  });

  it("cuts 1 off every side unless told otherwise", async () => {
    expect((await runLayer(layers.cropping1d(), { input: tensor([[[1, 2, 3]]]) })).output).toEqual(
      tensor([[[2]]]),
    );
    const { output } = await runLayer(layers.cropping1d({ cropping: [0, 2] }), {
      input: tensor([[[1, 2, 3]]]),
    });
    expect(output).toEqual(tensor([[[1]]]));
  });

  it("refuses to leave nothing", () => {
    expect(() => layers.cropping2d({ cropping: [1, 2] }).apply(given({ shape: [3, 4, 4] }))).toThrow(
      "cropping [2,2] leaves nothing of axis 3, of size 4.",
    );
  });
});

describe("padding and cropping", () => {
  it("keep an open batch", () => {
    const planes = given({ shape: [3, 8, 6] });
    expect(layers.zeroPadding2d({ padding: [1, 2] }).apply(planes).shape).toEqual(["batch", 3, 10, 10]);
    expect(layers.cropping2d({ cropping: [1, 2] }).apply(planes).shape).toEqual(["batch", 3, 6, 2]);
  });

  it("refuse inputs of another rank", () => {
    expect(() => layers.zeroPadding2d().apply(given({ shape: [3, 8] }))).toThrow(
      "it needs [N, C, H, W], got [batch, 3, 8].",
    );
    expect(() => layers.cropping1d().apply(given({ shape: [3] }))).toThrow(
      "it needs [N, C, L], got [batch, 3].",
    );
  });

  it.each([
    -1,
    1.5,
    "1",
    [1],
    [1, 2, 3],
    [[1, 2], 3],
    [
      [1, -1],
      [0, 0],
    ],
  ])("refuse the margins %j", (margins) => {
    const message =
      /must be a whole number of at least 0, \[height, width\], or \[\[top, bottom\], \[left, right\]\], got/;
    expect(() => restoreLayer("zeroPadding2d", { padding: margins })).toThrow(message);
    expect(() => restoreLayer("cropping2d", { cropping: margins })).toThrow(message);
  });

  it("refuse margins of a plane for one axis", () => {
    expect(() => restoreLayer("zeroPadding1d", { padding: [[1, 2]] })).toThrow(
      "padding must be a whole number of at least 0, or [left, right], got [[1,2]].",
    );
  });
});

/** 1, 2, 3, ... in a shape. */
function counting(shape: readonly number[]): Tensor<"float32"> {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, index) => index + 1),
    shape,
  );
}
