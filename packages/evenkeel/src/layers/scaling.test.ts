import { describe, expect, it } from "vitest";
import { formatShape, type Tensor, tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { checkLayerGradients, runLayer } from "../testing/run-layer.js";
import { l2 } from "../weights/index.js";
import { input as given, layers, restoreLayer } from "./index.js";

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

describe("normalization", () => {
  const pixels = tensor([[[[0, 255]], [[100, 101]]]]);

  it("is (x − mean) / √variance, by channel", async () => {
    const layer = layers.normalization({ mean: [127.5, 100], variance: [127.5 ** 2, 0.25] });
    const { output, inputGradient } = await runLayer(layer, {
      input: pixels,
      outputGradient: tensor([[[[1, 2]], [[3, 4]]]]),
    });
    // The factor and the product are rounded.
    expectClose(output, [-1, 1, 0, 2], { relative: 2e-7 });
    expectClose(inputGradient, [1 / 127.5, 2 / 127.5, 6, 8], { relative: 2e-7 });
  });

  it("keeps what little lies beside a large mean", async () => {
    const { output } = await runLayer(layers.normalization({ mean: 1e6, variance: 0.25 }), {
      input: tensor([[1e6 + 0.25, 1e6 - 0.5]]),
    });
    expect([...output.data]).toEqual([0.5, -1]);
  });

  it("takes one number for all, or one for each entry of another axis", async () => {
    const columns = await runLayer(layers.normalization({ mean: [0, 55], variance: 4, axis: -1 }), {
      input: pixels,
    });
    expect([...columns.output.data]).toEqual([0, 100, 50, 23]);
  });

  it("refuses as many numbers as there are no channels", () => {
    expect(() =>
      layers.normalization({ mean: [1, 2, 3], variance: 1 }).apply(given({ shape: [2, 4, 4] })),
    ).toThrow("mean holds 3 numbers, and axis 1 has 2 entries; give one number, or one for each.");
    expect(() => layers.normalization({ mean: 0, variance: [1, 2, 3] }).apply(given({ shape: [2] }))).toThrow(
      "variance holds 3 numbers, and axis 1 has 2 entries",
    );
  });

  it.each([
    [{ mean: Number.NaN, variance: 1 }, "mean must be a finite number, or an array of them, got NaN."],
    [{ variance: 1 }, "mean must be a finite number, or an array of them, got undefined."],
    [{ mean: 0, variance: 0 }, "variance must be a finite number above 0, or an array of them, got 0."],
    [
      { mean: 0, variance: [1, -1] },
      "variance must be a finite number above 0, or an array of them, got [1,-1].",
    ],
    [{ mean: 0, variance: 1, axis: 0 }, "axis must be a whole number other than 0, the batch, got 0."],
  ])("refuses %j", (options, message) => {
    expect(() => restoreLayer("normalization", options)).toThrow(message);
  });
});

describe("scale and shift", () => {
  const input = tensor([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [
      [-1, 0],
      [1, 0.5],
      [2, 0],
    ],
  ]);
  const outputGradient: Tensor<"float32"> = { ...input, data: input.data.map((value) => value * value + 1) };

  it("multiply by, or add, one learned number", async () => {
    const scaled = await runLayer(layers.scale({ initialValue: 0.5 }), { input, outputGradient });
    expect([...scaled.output.data]).toEqual([...input.data].map((value) => value / 2));
    expectClose(
      scaled.inputGradient,
      outputGradient.data.map((value) => value / 2),
      {},
    );
    expect(scaled.weightGradients.scale!.shape).toEqual([]);
    expectClose(scaled.weightGradients.scale!, [472.625], { relative: 1e-6 });
    const shifted = await runLayer(layers.shift({ initialValue: -3 }), { input, outputGradient });
    expect([...shifted.output.data]).toEqual([...input.data].map((value) => value - 3));
    expectClose(shifted.weightGradients.bias!, [109.25], { relative: 1e-6 });
  });

  it.each([
    [1, [3]],
    [2, [2]],
    [-1, [2]],
  ])("have one for each entry of axis %i", async (axis, shape) => {
    for (const type of ["scale", "shift"] as const) {
      const layer = layers[type]({ axis, initialValue: 2 });
      const [weight] = layer.weights(input.shape);
      expect(weight!.shape).toEqual(shape);
      const values = tensor(Float32Array.from({ length: shape[0]! }, (_, index) => 0.7 - index));
      await checkLayerGradients(layer, [input], { [weight!.name]: values });
    }
    const factors = tensor(Float32Array.from({ length: shape[0]! }, (_, index) => 10 ** index));
    const { output } = await runLayer(layers.scale({ axis }), { input, weights: { scale: factors } });
    const expected = [...input.data].map(
      (value, index) => value * 10 ** (axis === 1 ? Math.floor(index / 2) % 3 : index % 2),
    );
    expect([...output.data]).toEqual(expected);
  });

  it("change nothing at first, and have roles of their own kind", () => {
    expect(layers.scale().weights(["batch", 3])).toEqual([
      {
        name: "scale",
        role: "scale",
        shape: [],
        initializer: { type: "constant", value: 1 },
        regularizer: undefined,
      },
    ]);
    const [bias] = layers.shift({ axis: 1, regularizer: l2(0.1) }).weights(["batch", 3]);
    expect(bias).toEqual({
      name: "bias",
      role: "bias",
      shape: [3],
      initializer: { type: "constant", value: 0 },
      regularizer: { l2: 0.1 },
    });
  });

  it("refuse an axis that is not there", () => {
    expect(() => layers.scale({ axis: 2 }).apply(given({ shape: [3] }))).toThrow(
      `A scale layer cannot take inputs of shape ${formatShape(["batch", 3])}: axis 2 does not name an axis of known size after the batch in [batch, 3].`,
    );
    expect(() => layers.shift({ axis: 0 })).toThrow(
      "axis must be a whole number other than 0, the batch, or left out for one number in all, got 0.",
    );
    expect(() => layers.scale({ initialValue: Number.POSITIVE_INFINITY })).toThrow(
      "initialValue must be a finite number, got Infinity.",
    );
  });
});
