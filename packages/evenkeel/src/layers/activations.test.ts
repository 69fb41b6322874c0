import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { l2 } from "../weights/index.js";
import type { ActivationName } from "./activations.js";
import { input, layers, restoreLayer } from "./index.js";

interface Tried {
  input: number[];
  outputGradient: number[];
  output: number[];
  inputGradient: number[];
}
/** Written by tools/golden/activations.py. */
const reference = golden<{
  input: number[];
  outputGradient: number[];
  elementwise: {
    name: ActivationName;
    slope?: number;
    alpha?: number;
    approximate?: boolean;
    output: number[];
    inputGradient: number[];
  }[];
  prelu: (Tried & { shape: number[]; alpha: number[]; alphaGradient: number[] })[];
  softmax: (Tried & { name: string; shape: number[] })[];
}>("activations.json");

/**
 * A few roundings of float32, 6e-8 each: of the result (relative), and of the 1 that an exponential is added to
 * or subtracted from (absolute).
 */
const tolerance = { relative: 6e-7, absolute: 3e-7 };

describe("activations", () => {
  const cases = reference.elementwise.map(({ name, slope, alpha, approximate, ...expected }) => ({
    title: [name, slope, alpha, approximate ? "tanh" : undefined]
      .filter((part) => part !== undefined)
      .join(" "),
    options: {
      activation: name,
      ...(slope === undefined ? {} : { alpha: slope }),
      ...(alpha === undefined ? {} : { alpha }),
      ...(approximate === undefined
        ? {}
        : { approximate: approximate ? ("tanh" as const) : ("none" as const) }),
    },
    ...expected,
  }));

  it.each(cases)("give PyTorch's values and slopes: $title", async ({ options, output, inputGradient }) => {
    const { length } = reference.input;
    const found = await runLayer(layers.activation(options), {
      input: tensor(reference.input.map((value) => [value])),
      outputGradient: tensor(Float32Array.from(reference.outputGradient), [length, 1]),
    });
    expectClose(found.output, output, tolerance);
    expectClose(found.inputGradient, inputGradient, tolerance);
  });

  it.each(reference.softmax)("softmax gives PyTorch's: $name", async ({ shape, ...softmax }) => {
    const found = await runLayer(layers.activation({ activation: "softmax" }), {
      input: tensor(Float32Array.from(softmax.input), shape),
      outputGradient: tensor(Float32Array.from(softmax.outputGradient), shape),
    });
    expectClose(found.output, softmax.output, tolerance);
    expectClose(found.inputGradient, softmax.inputGradient, tolerance);
  });

  it.each(reference.prelu)("prelu gives PyTorch's for $shape", async ({ shape, ...prelu }) => {
    const sharedAxes = shape.length === 4 ? [2, 3] : [];
    const layer = layers.prelu({ sharedAxes });
    const [{ shape: slopes } = { shape: [] }] = layer.weights(shape);
    expect(slopes).toEqual(shape.length === 4 ? [3, 1, 1] : [4]);
    const found = await runLayer(layer, {
      input: tensor(Float32Array.from(prelu.input), shape),
      weights: { alpha: tensor(Float32Array.from(prelu.alpha), slopes) },
      outputGradient: tensor(Float32Array.from(prelu.outputGradient), shape),
    });
    expectClose(found.output, prelu.output, tolerance);
    expectClose(found.inputGradient, prelu.inputGradient, tolerance);
    expect(found.weightGradients.alpha!.shape).toEqual(slopes);
    expectClose(found.weightGradients.alpha!, prelu.alphaGradient, tolerance);
  });

  it("linear leaves values as they are", async () => {
    const input = tensor([[1, -2.5, 1e9]]);
    const found = await runLayer(layers.activation({ activation: "linear" }), {
      input,
      outputGradient: input,
    });
    expect(found.output.data).toEqual(input.data);
    expect(found.inputGradient.data).toEqual(input.data);
  });

  it("have the defaults of Keras 2: slope 0.3 for leakyRelu, scale 1 for elu, the exact gelu", async () => {
    const input = tensor([[-1, -0.25]]);
    const values = async (options: Parameters<typeof layers.activation>[0]) => [
      ...(await runLayer(layers.activation(options), { input })).output.data,
    ];
    expect(await values({ activation: "leakyRelu" })).toEqual(
      await values({ activation: "leakyRelu", alpha: 0.3 }),
    );
    expect(await values({ activation: "elu" })).toEqual(await values({ activation: "elu", alpha: 1 }));
    const gelu = await values({ activation: "gelu" });
    expect(gelu).toEqual(await values({ activation: "gelu", approximate: "none" }));
    expect(gelu).not.toEqual(await values({ activation: "gelu", approximate: "tanh" }));
  });

  it.each(["swish", "prelu", "toString", ""])("refuse the name %j, listing those there are", (activation) => {
    const refusal =
      /^activation must be one of elu, gelu, .*tanh \(prelu, rrelu and maxout are layers of their own, layers.prelu and its like\), got/;
    expect(() => restoreLayer("activation", { activation })).toThrow(refusal);
    expect(() => restoreLayer("dense", { units: 1, activation })).toThrow(refusal);
  });

  it("prelu refuses sharedAxes that the input has not", () => {
    expect(() => layers.prelu({ sharedAxes: [3] }).weights(["batch", 4, 5])).toThrow(
      "sharedAxes must be axes from 1 to 2, got [3]",
    );
  });

  it.each([2, "2", [0], [-1], [1.5], ["2"]])("prelu refuses sharedAxes %j when it is made", (sharedAxes) => {
    expect(() => layers.prelu({ sharedAxes: sharedAxes as never })).toThrow(
      /^sharedAxes must be an array of axes after the batch, for example \[2, 3\], got /,
    );
  });

  it("prelu gives its slopes the penalty of alphaRegularizer", () => {
    const alphaRegularizer = l2(0.5);
    const [alpha] = layers.prelu({ alphaRegularizer }).weights(["batch", 4]);
    expect(alpha!.regularizer).toBe(alphaRegularizer);
  });

  it("softmax refuses more than three axes, of which the last is no classes", () => {
    const softmax = layers.activation({ activation: "softmax" });
    expect(softmax.apply(input({ shape: [5, 3] })).shape).toEqual(["batch", 5, 3]);
    expect(() => softmax.apply(input({ shape: [3, 4, 5] }))).toThrow(
      "layers.permute({ dims: [2, 3, 1] }), then layers.reshape({ targetShape: [-1, 3] })",
    );
  });
});
