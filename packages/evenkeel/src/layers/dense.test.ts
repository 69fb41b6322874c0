import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { add, Graph } from "../graph/index.js";
import { losses } from "../losses/index.js";
import { tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { l1, l1l2, l2, penalty } from "../weights/index.js";
import { describeLayer, type LayerContext, layers, restoreLayer } from "./index.js";

/** Written by tools/golden/regularization.py. */
const reference = golden<{
  kernelShape: number[];
  kernel: number[];
  penalties: { l1: number; l2: number; value: number; gradient: number[] }[];
  dense: {
    kernelL1: number;
    kernelL2: number;
    biasL2: number;
    inputShape: number[];
    input: number[];
    targetShape: number[];
    targets: number[];
    bias: number[];
    dataLoss: number;
    loss: number;
    kernelGradient: number[];
    biasGradient: number[];
  }[];
}>("regularization.json");

/** A few roundings of float32, 6e-8 each, of numbers up to 5. */
const tolerance = { relative: 4e-7, absolute: 1e-6 };

const values = (data: number[], shape: number[]) => tensor(Float32Array.from(data), shape);
const kernel = values(reference.kernel, reference.kernelShape);

describe("dense", () => {
  const input = tensor([
    [1, 2, 3],
    [-1, 0, 4],
  ]);

  it("is activation(x · kernel + bias)", async () => {
    const { output } = await runLayer(layers.dense({ units: 2, activation: "relu" }), {
      input,
      weights: { kernel, bias: tensor([0.25, 1]) },
    });
    // [1, 2, 3] · kernel = [-1.75, 2.753]; [-1, 0, 4] · kernel = [-3.5, 1.254]
    expectClose(output, [0, 3.753, 0, 2.254], tolerance);
  });

  it("has no bias with useBias: false", async () => {
    const layer = layers.dense({ units: 2, useBias: false });
    expect(layer.weights([4, 3]).map(({ name }) => name)).toEqual(["kernel"]);
    const { output, weightGradients } = await runLayer(layer, {
      input,
      weights: { kernel },
      outputGradient: tensor([
        [1, 0],
        [0, 2],
      ]),
    });
    expectClose(output, [-1.75, 2.753, -3.5, 1.254], tolerance);
    expect(Object.keys(weightGradients)).toEqual(["kernel"]);
    expectClose(weightGradients.kernel!, [1, -2, 2, 0, 3, 8], tolerance);
  });

  it("asks for a kernel [in, out] and a bias [out], with Keras's beginnings", () => {
    expect(layers.dense({ units: 7 }).weights(["batch", 3])).toEqual([
      { name: "kernel", shape: [3, 7], role: "kernel", initializer: "glorotUniform", regularizer: undefined },
      { name: "bias", shape: [7], role: "bias", initializer: "zeros", regularizer: undefined },
    ]);
  });

  it("says to flatten inputs of more than one axis", () => {
    expect(() => layers.dense({ units: 7 }).weights(["batch", 28, 28])).toThrow(
      "dense needs inputs of shape [N, features], got [batch, 28, 28]. Put layers.flatten() before it.",
    );
  });

  it.each([0, -1, 2.5, "10", undefined])("refuses %j units", (units) => {
    expect(() => restoreLayer("dense", { units })).toThrow(
      /^units must be a whole number of at least 1, got/,
    );
  });
});

describe("regularizers", () => {
  const penalties = reference.penalties.filter(({ l1, l2 }) => l1 + l2 > 0);
  it.each(penalties)("have Keras's penalty and slope: l1 $l1, l2 $l2", async ({ l1, l2, ...expected }) => {
    const [value, gradient] = await evaluate(
      (_, { kernel }) => {
        const total = penalty(kernel, { l1, l2 })!;
        return [total, ...gradients(total, [kernel])];
      },
      { kernel },
    );
    expect(value!.shape).toEqual([]);
    expectClose(value!, [expected.value], { relative: tolerance.relative });
    expectClose(gradient!, expected.gradient, { relative: tolerance.relative, absolute: 1e-9 });
  });

  it.each(reference.dense)(
    "add to the loss of a dense layer: l1 $kernelL1, l2 $kernelL2",
    async (example) => {
      const layer = layers.dense({
        units: 2,
        kernelRegularizer: l1l2({ l1: example.kernelL1, l2: example.kernelL2 }),
        biasRegularizer: l2(example.biasL2),
      });
      const specified = layer.weights(example.inputShape);
      const feeds = {
        x: values(example.input, example.inputShape),
        y: values(example.targets, example.targetShape),
        kernel,
        bias: values(example.bias, [2]),
      };
      const [data, total, toKernel, toBias] = await evaluate((_, { x, y, kernel, bias }) => {
        const weights = { kernel, bias };
        const weight = (name: string) => weights[name as keyof typeof weights];
        const context: LayerContext = {
          training: true,
          device: "cpu",
          channelBlock: 1,
          weight,
          update: () => expect.unreachable("dense has no statistics"),
          randomSeed: () => expect.unreachable("dense draws nothing"),
        };
        const output = layer.build(context, x);
        const data = losses.meanSquaredError().build(y, output);
        const penalties = specified.map(({ name, regularizer }) => penalty(weight(name), regularizer ?? {}));
        const total = penalties.reduce((sum, term) => (term ? add(sum!, term) : sum), data)!;
        return [data, total, ...gradients(total, [kernel, bias])];
      }, feeds);
      expectClose(data!, [example.dataLoss], tolerance);
      expectClose(total!, [example.loss], tolerance);
      expectClose(toKernel!, example.kernelGradient, tolerance);
      expectClose(toBias!, example.biasGradient, tolerance);
    },
  );

  it("add nothing where their rates are 0", () => {
    const weight = new Graph("test").input("kernel", "float32", [3, 2]);
    expect(penalty(weight, { l1: 0, l2: 0 })).toBeUndefined();
    expect(penalty(weight, {})).toBeUndefined();
    expect(weight.graph.nodes).toEqual([]);
  });

  it("have Keras's default rate, 0.01", () => {
    expect([l1(), l2(), l1l2(), l1l2({ l2: 0.5 })]).toEqual([
      { l1: 0.01 },
      { l2: 0.01 },
      { l1: 0.01, l2: 0.01 },
      { l1: 0.01, l2: 0.5 },
    ]);
  });
});

describe("weight standardization of a dense layer", () => {
  const input = tensor([
    [1, 2, 3],
    [-1, 0, 4],
  ]);

  it("uses the kernel less its mean, divided by its deviation, over the inputs of each unit", async () => {
    const layer = layers.dense({ units: 2, weightStandardization: { epsilon: 1e-12 } });
    const kernel = tensor([
      [1, 10],
      [2, 10],
      [3, 40],
    ]);
    const { output } = await runLayer(layer, { input, weights: { kernel, bias: tensor([0, 1]) } });
    const [first, second] = [Math.sqrt(1.5), Math.SQRT1_2];
    expectClose(
      output,
      [-first + 3 * first, -3 * second + 6 * second + 1, first + 4 * first, second + 8 * second + 1],
      tolerance,
    );
  });

  it("has 1e-5 for epsilon, and gives the gradient of the kernel as it is", async () => {
    const kernel = values(reference.kernel, reference.kernelShape);
    const run = {
      input,
      weights: { kernel },
      outputGradient: tensor([
        [1, 2],
        [3, 4],
      ]),
    };
    const [byDefault, given, off] = [
      await runLayer(layers.dense({ units: 2, weightStandardization: true }), run),
      await runLayer(layers.dense({ units: 2, weightStandardization: { epsilon: 1e-5 } }), run),
      await runLayer(layers.dense({ units: 2, weightStandardization: false }), run),
    ];
    expect(byDefault).toEqual(given);
    expect(off).toEqual(await runLayer(layers.dense({ units: 2 }), run));
    const [shifted] = [
      tensor(
        (kernel.data as Float32Array).map((w) => w + 1),
        reference.kernelShape,
      ),
    ];
    const moved = await runLayer(layers.dense({ units: 2, weightStandardization: true }), {
      ...run,
      weights: { kernel: shifted! },
    });
    expectClose(moved.output, byDefault.output, { absolute: 1e-5 });
    const toKernel = byDefault.weightGradients.kernel!.data;
    for (const unit of [0, 1]) {
      const sum = toKernel.reduce((sum, g, index) => (index % 2 === unit ? sum + g : sum), 0);
      expect(Math.abs(sum)).toBeLessThan(1e-5);
    }
  });

  it.each([
    [{ epsilon: 0 }, "weightStandardization.epsilon must be a finite number above 0, got 0."],
    [{ eps: 1 }, 'weightStandardization has no option "eps". It has: epsilon.'],
    ["yes", "weightStandardization takes an object of options"],
  ])("refuses %j", (weightStandardization, message) => {
    expect(() => restoreLayer("dense", { units: 2, weightStandardization })).toThrow(message);
  });

  it("refuses inputs of one feature, whose weights would all be 0", () => {
    const layer = layers.dense({ units: 2, name: "thin", weightStandardization: true });
    expect(() => describeLayer(layer, [["batch", 1]])).toThrow(
      /Layer "thin" cannot take .* weightStandardization makes every weight 0 where an output has only one/,
    );
  });
});
