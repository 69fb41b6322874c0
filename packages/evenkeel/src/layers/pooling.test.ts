import { describe, expect, it } from "vitest";
import type { Shape } from "../graph/index.js";
import { tensor } from "../tensor/tensor.js";
import { compile } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { describeLayer, type Layer, type LayerContext, layers, restoreLayer } from "./index.js";

/** A case of tools/golden/pooling.py: PyTorch in float64. */
interface Case {
  name: string;
  layer: string;
  options: Record<string, unknown>;
  inputShape: number[];
  outputShape: number[];
  input: number[];
  outputGradient: number[];
  output: number[];
  inputGradient: number[];
}

const { cases } = golden<{ cases: Case[] }>("pooling.json");

const values = (data: number[], shape: readonly number[]) => tensor(Float32Array.from(data), shape);

/** A few roundings of float32, 6e-8 each, of numbers up to 4. A maximum copies its input. */
const toleranceOf = (layer: string) => (/max/i.test(layer) ? {} : { absolute: 1e-6 });

describe.each(cases)("$layer: $name", (example) => {
  const { inputShape, outputShape } = example;
  const layer = restoreLayer(example.layer, example.options);
  const input = values(example.input, inputShape);
  const tolerance = toleranceOf(example.layer);

  it("gives PyTorch's output and gradient", async () => {
    const { output, inputGradient } = await runLayer(layer, {
      input,
      outputGradient: values(example.outputGradient, outputShape),
    });
    expect(output.shape).toEqual(outputShape);
    expectClose(output, values(example.output, outputShape), tolerance);
    // Windows that overlap add up what reaches an element.
    expectClose(inputGradient, example.inputGradient, { absolute: 1e-6 });
  });

  it("gives the same at inference, for an open batch", async () => {
    const compiled = await compile((_, { input }) => layer.build({} as LayerContext, input), {
      input: { type: "float32", shape: ["batch", ...inputShape.slice(1)] },
    });
    expect(compiled.values[0]!.shape).toEqual(["batch", ...outputShape.slice(1)]);
    const [output] = await compiled.run({ input });
    await compiled.release();
    expect(output!.shape).toEqual(outputShape);
    expectClose(output!, values(example.output, outputShape), tolerance);
  });
});

describe("pooling", () => {
  it("has windows of 2, next to one another, as in Keras", () => {
    for (const type of ["maxPooling2d", "averagePooling2d"] as const) {
      expect(describeLayer(layers[type](), [["batch", 3, 9, 8]]).shape).toEqual(["batch", 3, 4, 4]);
      const strided = layers[type]({ poolSize: [3, 2] });
      expect(describeLayer(strided, [["batch", 3, 9, 8]]).shape).toEqual(["batch", 3, 3, 4]);
    }
    expect(describeLayer(layers.maxPooling1d({ poolSize: 4 }), [["batch", 3, 9]]).shape).toEqual([
      "batch",
      3,
      2,
    ]);
  });

  it("takes negative numbers for larger than padding", async () => {
    const input = values([-3, -2, -5, -7], [1, 1, 2, 2]);
    const { output } = await runLayer(layers.maxPooling2d({ poolSize: 2, padding: 1 }), { input });
    expect([...output.data]).toEqual([-3, -2, -5, -7]);
  });

  it("lets an element that wins several windows have the gradient of each", async () => {
    const { inputGradient } = await runLayer(layers.maxPooling1d({ poolSize: 3, strides: 1 }), {
      input: values([1, 2, 9, 3, 4], [1, 1, 5]),
      outputGradient: values([1, 10, 100], [1, 1, 3]),
    });
    expect([...inputGradient.data]).toEqual([0, 0, 111, 0, 0]);
  });

  it("gives the gradient of equal elements to the first", async () => {
    const { inputGradient } = await runLayer(layers.maxPooling2d(), {
      input: values([1, 5, 5, 5, 0, 0, 0, 0], [1, 2, 2, 2]),
      outputGradient: values([7, 3], [1, 2, 1, 1]),
    });
    expect([...inputGradient.data]).toEqual([0, 7, 0, 0, 3, 0, 0, 0]);
  });

  it("keeps the axes of whole channels on demand", async () => {
    const input = values([1, 2, 3, 6, 4, 4, 4, 4], [1, 2, 2, 2]);
    for (const [type, expected] of [
      ["globalAveragePooling2d", [3, 4]],
      ["globalMaxPooling2d", [6, 4]],
    ] as const) {
      const { output } = await runLayer(layers[type]({ keepDimensions: true }), { input });
      expect(output).toEqual(values([...expected], [1, 2, 1, 1]));
    }
  });

  it("shares the gradient of a channel's largest elements among them", async () => {
    const { inputGradient } = await runLayer(layers.globalMaxPooling1d(), {
      input: values([1, 4, 4, 2], [1, 1, 4]),
      outputGradient: values([6], [1, 1]),
    });
    expect([...inputGradient.data]).toEqual([0, 3, 3, 0]);
  });

  it("comes back with its options", () => {
    const options = {
      name: "pool",
      poolSize: [3, 2],
      strides: 2,
      padding: "same",
      countIncludePadding: true,
    };
    const again = restoreLayer("averagePooling2d", restoreLayer("averagePooling2d", options).configuration());
    expect([again.type, again.configuration()]).toEqual([
      "averagePooling2d",
      { ...options, trainable: true },
    ]);
    for (const type of ["globalAveragePooling1d", "globalMaxPooling2d"]) {
      expect(restoreLayer(type, { keepDimensions: true }).type).toBe(type);
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "maxPooling2d",
      { poolSize: 0 },
      "poolSize must be a whole number of at least 1, or [height, width], got 0.",
    ],
    ["maxPooling1d", { poolSize: [2, 2] }, "poolSize must be a whole number of at least 1, got [2,2]."],
    [
      "maxPooling2d",
      { strides: [2] },
      "strides must be a whole number of at least 1, or [height, width], got [2].",
    ],
    ["averagePooling2d", { padding: "SAME" }, 'padding must be "valid", "same" or numbers, got "SAME".'],
    ["averagePooling2d", { countIncludePadding: 1 }, "countIncludePadding must be true or false, got 1."],
    [
      "maxPooling2d",
      { countIncludePadding: true },
      'layers.maxPooling2d has no option "countIncludePadding".',
    ],
    ["globalMaxPooling2d", { keepDimensions: "yes" }, 'keepDimensions must be true or false, got "yes".'],
    ["globalAveragePooling2d", { keepDims: true }, 'layers.globalAveragePooling2d has no option "keepDims".'],
  ])("refuses wrong options of %s: %j", (type, options, message) => {
    expect(() => restoreLayer(type, options)).toThrow(message);
  });

  it.each<[Layer, Shape, string]>([
    [
      layers.maxPooling2d({ name: "pool" }),
      ["batch", 10],
      "maxPooling2d needs inputs of shape [N, C, height, width]",
    ],
    [
      layers.globalAveragePooling2d(),
      ["batch", 8, 10],
      "globalAveragePooling2d needs inputs of shape [N, C, height",
    ],
    [
      layers.globalMaxPooling1d(),
      ["batch", 8, 10, 10],
      "globalMaxPooling1d needs inputs of shape [N, C, length]",
    ],
    [
      layers.maxPooling2d({ name: "pool" }),
      ["batch", 64, 1, 1],
      'Layer "pool" cannot take inputs of shape [batch, 64, 1, 1]: maxPooling2d\'s windows take 2 elements along the height, but there are 1, padding included. Use a smaller window, padding "same", or less pooling and smaller strides before it.',
    ],
    [
      layers.averagePooling2d({ padding: 2 }),
      ["batch", 3, 8, 8],
      "padding must be less than poolSize along each axis, got 2 and 2 around windows of 2",
    ],
  ])("refuses inputs that do not fit: %#", (layer, shape, message) => {
    expect(() => describeLayer(layer, [shape])).toThrow(message);
  });
});
