import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { distinct, tenths } from "../testing/arbitraries.js";
import { checkLayerGradients, runLayer } from "../testing/run-layer.js";
import { input, type LayerOptions, layers, restoreLayer } from "./index.js";

const elementwise = ["add", "subtract", "multiply", "average", "maximum", "minimum"] as const;

const a = tensor([[1, -2, 3]]);
const b = tensor([[4, 0.5, 3]]);
const c = tensor([[-1, 8, 2]]);
const outputGradient = tensor([[1, 10, 100]]);

describe("elementwise merging", () => {
  it.each([
    ["add", [4, 6.5, 8]],
    ["multiply", [-4, -8, 18]],
    ["average", [4 / 3, 6.5 / 3, 8 / 3].map(Math.fround)],
    ["maximum", [4, 8, 3]],
    ["minimum", [-1, -2, 2]],
  ] as const)("%s takes any number of inputs", async (type, expected) => {
    const { output } = await runLayer(layers[type](), { input: [a, b, c] });
    expect([...output.data]).toEqual(expected);
  });

  it.each([
    ["add", [1, 10, 100], [1, 10, 100]],
    ["subtract", [1, 10, 100], [-1, -10, -100]],
    ["multiply", [4, 5, 300], [1, -20, 300]],
    ["average", [0.5, 5, 50], [0.5, 5, 50]],
    // Where both are equal, each has a half.
    ["maximum", [0, 0, 50], [1, 10, 50]],
    ["minimum", [1, 10, 50], [0, 0, 50]],
  ] as const)("%s sends the gradient back to each input", async (type, toFirst, toSecond) => {
    const { inputGradients } = await runLayer(layers[type](), { input: [a, b], outputGradient });
    expect(inputGradients.map(({ data }) => [...data])).toEqual([toFirst, toSecond]);
  });

  it.each(elementwise)("%s has the gradients that differences show, repeated axes included", async (type) => {
    const shape = [2, 3, 2, 2];
    await fc.assert(
      fc.asyncProperty(
        distinct([2, 3, 2, 2]),
        fc.constantFrom(shape, [2, 3, 1, 1], [2, 1, 2, 2]).chain(tenths),
        async (first, second) => {
          // A shift between the grids keeps maxima away from their kinks.
          const shifted = { ...second, data: second.data.map((value) => value + 0.05) };
          await checkLayerGradients(layers[type](), [first, shifted as Tensor<"float32">]);
        },
      ),
      { numRuns: 3 },
    );
  });

  it("repeats an input along axes where it has size 1: channel weights", async () => {
    const planes = tensor([[[[1, 2]], [[3, 4]]]]);
    const weights = tensor([[[[10]], [[100]]]]);
    const { output, inputGradients } = await runLayer(layers.multiply(), {
      input: [planes, weights],
      outputGradient: tensor([[[[1, 1]], [[1, 2]]]]),
    });
    expect(output.shape).toEqual([1, 2, 1, 2]);
    expect([...output.data]).toEqual([10, 20, 300, 400]);
    expect([...inputGradients[1]!.data]).toEqual([3, 11]);
  });

  it("adds one value to itself", async () => {
    const value = input({ shape: [3] });
    expect(layers.add().apply([value, value]).shape).toEqual(["batch", 3]);
  });

  it.each([
    [[3], [4]],
    [[3, 2], [3]],
    [
      [3, 2],
      [2, 3],
    ],
  ])("refuses examples of shapes %j and %j, naming both", (first, second) => {
    const named = (shape: number[]) => `\\[${["batch", ...shape].join(", ")}\\]`;
    expect(() => layers.add().apply([input({ shape: first }), input({ shape: second })])).toThrow(
      new RegExp(
        `the shapes ${named(first)} and ${named(second)} must be equal, or 1 on an axis after the batch`,
      ),
    );
  });

  it("refuses batches of different sizes, a batch of 1 included", async () => {
    const one = tensor([[1, 2, 3]]);
    const two = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await expect(runLayer(layers.add(), { input: [one, two] })).rejects.toThrow(
      "the shapes [1, 3] and [2, 3] must be equal, or 1 on an axis after the batch where they differ.",
    );
  });

  it("takes two inputs or more; subtract two", () => {
    const value = () => input({ shape: [3] });
    expect(() => layers.add({ name: "sum" }).apply(value())).toThrow(
      'Layer "sum" takes 2 inputs or more, got 1.',
    );
    expect(() => layers.subtract().apply([value(), value(), value()])).toThrow(
      "A subtract layer takes 2 inputs, got 3.",
    );
  });
});

describe("concatenate", () => {
  it.each([
    [
      1,
      [2, 7, 2],
      [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15],
    ],
    [-2, [2, 7, 2], undefined],
  ])("joins along axis %i and parts the gradient", async (axis, shape, expected) => {
    const [first, second] = [counting([2, 3, 2]), counting([2, 4, 2])];
    const { output } = await runLayer(layers.concatenate({ axis }), { input: [first, second] });
    expect(output.shape).toEqual(shape);
    if (expected) expect([...output.data]).toEqual(expected);
    const { inputGradients } = await runLayer(layers.concatenate({ axis }), {
      input: [first, second],
      outputGradient: output,
    });
    expect(inputGradients).toEqual([first, second]);
  });

  it("joins along the last axis by -1, and several", async () => {
    const parts = [counting([2, 1]), counting([2, 2]), counting([2, 1])];
    const { output } = await runLayer(layers.concatenate({ axis: -1 }), { input: parts });
    expect(output).toEqual(
      tensor([
        [0, 0, 1, 0],
        [1, 2, 3, 1],
      ]),
    );
  });

  it("refuses shapes that differ elsewhere, and axes that are not there", () => {
    const two = [input({ shape: [3, 4] }), input({ shape: [3, 5] })];
    expect(() => layers.concatenate().apply(two)).toThrow(
      "A concatenate layer cannot take inputs of shape [batch, 3, 4] and [batch, 3, 5]: the shapes [batch, 3, 4] and [batch, 3, 5] may differ only on axis 1.",
    );
    expect(layers.concatenate({ axis: 2 }).apply(two).shape).toEqual(["batch", 3, 9]);
    expect(() => layers.concatenate({ axis: 3 }).apply(two)).toThrow(
      "axis 3 does not name an axis of known size after the batch in [batch, 3, 4].",
    );
    expect(() => layers.concatenate({ axis: -3 }).apply(two)).toThrow(/axis -3 does not name an axis/);
  });

  it.each([0, 1.5, "1"])("refuses the axis %j", (axis) => {
    expect(() => restoreLayer("concatenate", { axis })).toThrow(
      /^axis must be a whole number other than 0, the batch, got/,
    );
  });

  it("refuses options that it does not have", () => {
    expect(() => layers.concatenate({ dim: 1 } as LayerOptions)).toThrow(
      'layers.concatenate has no option "dim". It has: name, trainable, inputShape, axis.',
    );
    expect(() => layers.add({ axis: 1 } as LayerOptions)).toThrow('layers.add has no option "axis".');
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
