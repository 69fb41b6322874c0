import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Shape, Value } from "../graph/index.js";
import { extents, windowCounts } from "../graph/windows.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { between } from "../testing/arbitraries.js";
import { compile } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { runLayer } from "../testing/run-layer.js";
import { laidConvolutions } from "../testing/windows.js";
import { describeLayer, type Layer, type LayerContext, layers, restoreLayer } from "./index.js";

/** A case of tools/golden/convolution.py: PyTorch in float64. */
interface Case {
  name: string;
  layer: "conv1d" | "conv2d" | "depthwiseConv2d";
  options: Record<string, unknown>;
  inputShape: number[];
  kernelShape: number[];
  outputShape: number[];
  input: number[];
  kernel: number[];
  bias: number[] | null;
  outputGradient: number[];
  output: number[];
  inputGradient: number[];
  kernelGradient: number[];
  biasGradient: number[] | null;
}

const { cases } = golden<{ cases: Case[] }>("convolution.json");

const values = (data: number[], shape: number[]) => tensor(Float32Array.from(data), shape);

/** A few roundings of float32, 6e-8 each, of the largest number in a result: sums have up to 200 terms. */
function expectSame(actual: Tensor, expected: number[]): void {
  expectClose(actual, expected, { absolute: 1e-6 * Math.max(1, ...expected.map(Math.abs)) });
}

describe.each(cases)("$layer: $name", (example) => {
  const layer = restoreLayer(example.layer, example.options);
  const { kernelShape, bias } = example;
  const weights = {
    kernel: values(example.kernel, kernelShape),
    ...(bias && { bias: values(bias, [bias.length]) }),
  };

  it("gives PyTorch's output and gradients", async () => {
    const { output, inputGradient, weightGradients } = await runLayer(layer, {
      input: values(example.input, example.inputShape),
      weights,
      outputGradient: values(example.outputGradient, example.outputShape),
    });
    expect(output.shape).toEqual(example.outputShape);
    expectSame(output, example.output);
    expectSame(inputGradient, example.inputGradient);
    expectSame(weightGradients.kernel!, example.kernelGradient);
    expect(weightGradients.bias === undefined).toBe(bias === null);
    if (example.biasGradient) expectSame(weightGradients.bias!, example.biasGradient);
  });

  it("asks for a kernel and a bias of PyTorch's shapes", () => {
    const shapes = layer
      .weights(["batch", ...example.inputShape.slice(1)])
      .map(({ name, shape }) => [name, shape]);
    expect(shapes).toEqual([["kernel", kernelShape], ...(bias ? [["bias", [bias.length]]] : [])]);
  });

  it("gives for an open batch what it gives for a fixed one", async () => {
    const [open, fixed] = await Promise.all(
      [["batch", ...example.inputShape.slice(1)], example.inputShape].map((shape) =>
        inference(layer, shape, { input: values(example.input, example.inputShape), ...weights }),
      ),
    );
    expect(open!.shape).toEqual(["batch", ...example.outputShape.slice(1)]);
    expect(open!.output).toEqual(fixed!.output);
  });
});

/** A layer's inference graph for inputs of a shape, run once. */
async function inference(
  layer: Layer,
  inputShape: Shape,
  feeds: Record<string, Tensor>,
): Promise<{ shape: Shape; output: Tensor }> {
  const declared = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape }]) => [
      name,
      { type, shape: name === "input" ? inputShape : shape },
    ]),
  );
  const compiled = await compile((_, inputs) => {
    const context: LayerContext = {
      training: false,
      device: "cpu",
      channelBlock: 1,
      weight: (name) => inputs[name]!,
      update: () => expect.unreachable("there are no statistics"),
      randomSeed: () => expect.unreachable("nothing is drawn"),
    };
    return layer.build(context, inputs.input!);
  }, declared);
  const [output] = await compiled.run(feeds);
  await compiled.release();
  return { shape: compiled.values[0]!.shape, output: output! };
}

describe("convolutions of any kind", () => {
  it.each([1, 2])("have the derivatives that differences measure, over %i axes", (rank) =>
    fc.assert(
      fc.asyncProperty(
        laidConvolutions(rank).chain((laid) =>
          fc.record({
            laid: fc.constant(laid),
            x: between(-2, 2)([laid.batch, laid.group * laid.channels, ...laid.sizes]),
            kernel: between(-2, 2)([laid.group * laid.filters, laid.channels, ...laid.windows.kernel]),
            bias: between(-2, 2)([laid.group * laid.filters]),
          }),
        ),
        async ({ laid: { windows, group, filters, sizes }, x, kernel, bias }) => {
          const sides = windows.before.map((before, axis) => [before, windows.after[axis]!]);
          const layer = restoreLayer(`conv${rank}d`, {
            filters: group * filters,
            groups: group,
            kernelSize: windows.kernel,
            strides: windows.strides,
            dilationRate: windows.dilations,
            padding: rank === 1 ? sides[0] : sides,
            activation: "tanh",
          });
          const build = (input?: Value, ...[ownKernel, ownBias]: (Value | undefined)[]) => {
            const context = {
              weight: (name: string) => (name === "kernel" ? ownKernel : ownBias),
            } as unknown as LayerContext;
            const output = layer.build(context, input!);
            expect(output.shape.slice(2)).toEqual(windowCounts(sizes, windows));
            return output;
          };
          // tanh is flat where sums are large: small weights keep it away from there.
          const scaled = (tensor: Tensor<"float32">) => ({ ...tensor, data: tensor.data.map((n) => n / 8) });
          await checkGradients(build, [x, scaled(kernel), scaled(bias)]);
        },
      ),
      { numRuns: 15 },
    ),
  );

  it("make ⌈size / stride⌉ outputs with padding same, less than half of the window outside", () => {
    fc.assert(
      fc.property(laidConvolutions(2), ({ sizes, windows: { kernel, strides, dilations } }) => {
        const layer = layers.conv2d({
          filters: 1,
          kernelSize: kernel,
          strides,
          dilationRate: dilations,
          padding: "same",
        });
        const { shape } = describeLayer(layer, [["batch", 1, ...sizes]]);
        expect(shape.slice(2)).toEqual(sizes.map((size, axis) => Math.ceil(size / strides[axis]!)));
      }),
    );
  });

  it("keep the size with padding same and stride 1 where a number for it exists: half the window", async () => {
    const [input, kernel] = [ramp([1, 2, 6, 7]), ramp([3, 2, 3, 5])];
    const run = (padding: "same" | [number, number]) =>
      runLayer(layers.conv2d({ filters: 3, kernelSize: [3, 5], useBias: false, padding }), {
        input,
        weights: { kernel },
      });
    expect((await run("same")).output).toEqual((await run([1, 2])).output);
  });
});

/** Small numbers that all differ. */
function ramp(shape: number[]): Tensor<"float32"> {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, index) => ((index * 7) % 11) / 8 - 0.5),
    shape,
  );
}

describe("options of convolutions", () => {
  it("default to Keras's", () => {
    expect(layers.conv2d({ filters: 4, kernelSize: 3 }).weights(["batch", 2, 8, 8])).toEqual([
      {
        name: "kernel",
        shape: [4, 2, 3, 3],
        role: "kernel",
        initializer: "glorotUniform",
        regularizer: undefined,
      },
      { name: "bias", shape: [4], role: "bias", initializer: "zeros", regularizer: undefined },
    ]);
    const { shape } = describeLayer(layers.conv2d({ filters: 4, kernelSize: [3, 5] }), [["batch", 2, 8, 8]]);
    expect(shape).toEqual(["batch", 4, 6, 4]);
  });

  it("reach the weights and the result", async () => {
    const layer = layers.conv2d({
      filters: 1,
      kernelSize: 1,
      activation: "relu",
      kernelInitializer: "ones",
      biasInitializer: { type: "constant", value: -1 },
      kernelRegularizer: { l2: 0.5 },
      biasRegularizer: { l1: 0.25 },
    });
    expect(layer.weights([1, 1, 1, 3]).map(({ regularizer }) => regularizer)).toEqual([
      { l2: 0.5 },
      { l1: 0.25 },
    ]);
    const { output } = await runLayer(layer, { input: values([0.5, 1, 3], [1, 1, 1, 3]) });
    expect([...output.data]).toEqual([0, 0, 2]);
  });

  it("come back with the layer", () => {
    const options = {
      name: "conv",
      filters: 8,
      kernelSize: [3, 1],
      strides: 2,
      padding: "same",
      groups: 2,
    } as const;
    for (const type of ["conv1d", "conv2d"] as const) {
      const kernelSize = type === "conv1d" ? 3 : options.kernelSize;
      const made = layers[type]({ ...options, kernelSize });
      const again = restoreLayer(made.type, made.configuration());
      expect(again.type).toBe(type);
      expect(again.configuration()).toEqual({ ...options, kernelSize, trainable: true });
    }
    const depthwise = {
      name: "conv",
      kernelSize: 3,
      depthMultiplier: 2,
      padding: [
        [0, 1],
        [2, 0],
      ],
    };
    const again = restoreLayer("depthwiseConv2d", restoreLayer("depthwiseConv2d", depthwise).configuration());
    expect([again.type, again.configuration()]).toEqual([
      "depthwiseConv2d",
      { ...depthwise, trainable: true },
    ]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ filters: 0 }, "filters must be a whole number of at least 1, got 0."],
    [{ filters: undefined }, "filters must be a whole number of at least 1, got undefined."],
    [{ groups: 1.5 }, "groups must be a whole number of at least 1, got 1.5."],
    [{ groups: 3 }, "groups must be a divisor of filters, 4, got 3."],
    [
      { kernelSize: undefined },
      "kernelSize must be a whole number of at least 1, or [height, width], got undefined.",
    ],
    [{ kernelSize: [3] }, "kernelSize must be a whole number of at least 1, or [height, width], got [3]."],
    [
      { kernelSize: [3, 0] },
      "kernelSize must be a whole number of at least 1, or [height, width], got [3,0].",
    ],
    [{ strides: 0 }, "strides must be a whole number of at least 1, or [height, width], got 0."],
    [
      { dilationRate: "2" },
      'dilationRate must be a whole number of at least 1, or [height, width], got "2".',
    ],
    [{ padding: "full" }, 'padding must be "valid", "same" or numbers, got "full".'],
    [
      { padding: -1 },
      "padding must be a whole number of at least 0, [height, width], or [[top, bottom], [left, right]], got -1.",
    ],
    [{ activation: "swish" }, "activation must be one of"],
    [{ kernel: 3 }, 'layers.conv2d has no option "kernel".'],
  ])("are refused when wrong: %j", (wrong, message) => {
    expect(() => restoreLayer("conv2d", { filters: 4, kernelSize: 3, ...wrong })).toThrow(message);
  });

  it("are refused when wrong in one dimension and by channel", () => {
    const lengths = "kernelSize must be a whole number of at least 1, got [3,3].";
    expect(() => layers.conv1d({ filters: 4, kernelSize: [3, 3] })).toThrow(lengths);
    expect(() => layers.conv1d({ filters: 4, kernelSize: 3, padding: [[1, 2]] as never })).toThrow(
      "padding must be a whole number of at least 0, or [left, right], got [[1,2]].",
    );
    expect(() => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 })).toThrow(
      "depthMultiplier must be a whole number of at least 1, got 0.",
    );
  });
});

describe("inputs that do not fit a convolution", () => {
  const conv = (options: Record<string, unknown> = {}) =>
    restoreLayer("conv2d", { filters: 4, kernelSize: 3, name: "conv", ...options });

  it.each<[Layer, Shape, string]>([
    [
      conv(),
      ["batch", 784],
      'Layer "conv" cannot take inputs of shape [batch, 784]: conv2d needs inputs of shape [N, C, height, width], channels before the spatial axes, got [batch, 784].',
    ],
    [conv(), ["batch", 28, 28], "conv2d needs inputs of shape [N, C, height, width]"],
    [
      layers.conv1d({ filters: 1, kernelSize: 3 }),
      ["batch", 1, 28, 28],
      "conv1d needs inputs of shape [N, C, length]",
    ],
    [conv(), ["batch", 3, "height", 9], "conv2d needs inputs of shape [N, C, height, width]"],
    [
      conv({ padding: [0, 1] }),
      ["batch", 3, 2, 1],
      'conv2d\'s windows take 3 elements along the height, but there are 2, padding included. Use a smaller window, padding "same", or less pooling and smaller strides before it.',
    ],
    [conv({ dilationRate: [1, 4] }), ["batch", 3, 8, 8], "take 9 elements along the width, but there are 8"],
    [conv({ groups: 2 }), ["batch", 3, 8, 8], "groups must divide the input's 3 channels, got 2."],
    [
      layers.depthwiseConv2d({ kernelSize: 9 }),
      ["batch", 3, 8, 8],
      "depthwiseConv2d's windows take 9 elements along the height, but there are 8",
    ],
  ])("are refused with what to do: %#", (layer, shape, message) => {
    expect(() => describeLayer(layer, [shape])).toThrow(message);
  });
});

describe("extents", () => {
  it("are from the first to the last element of a window", () => {
    const none = { strides: [1, 1], before: [0, 0], after: [0, 0] };
    expect(extents({ kernel: [3, 1], dilations: [4, 9], ...none })).toEqual([9, 1]);
  });
});
