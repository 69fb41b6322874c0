import { describe, expect, it } from "vitest";
import { Graph } from "../graph/index.js";
import { type Layer, layers } from "../layers/index.js";
import { Network, parameterCount } from "./network.js";
import { formatSummary, summarize } from "./summary.js";

const input = (...inputShape: number[]) => layers.inputLayer({ inputShape });

describe("the names of layers", () => {
  it("come from their types, counted, where none are given", () => {
    const network = new Network([
      input(4),
      layers.dense({ units: 3 }),
      layers.batchNormalization(),
      layers.dense({ units: 3, name: "middle" }),
      layers.batchNormalization(),
      layers.dense({ units: 2 }),
    ]);
    expect(network.layers.map(({ name }) => name)).toEqual([
      "input_layer_1",
      "dense_1",
      "batch_normalization_1",
      "middle",
      "batch_normalization_2",
      "dense_2",
    ]);
    expect(network.weights.map(({ fullName }) => fullName)).toEqual([
      "dense_1/kernel",
      "dense_1/bias",
      "batch_normalization_1/gamma",
      "batch_normalization_1/beta",
      "batch_normalization_1/runningMean",
      "batch_normalization_1/runningVariance",
      "middle/kernel",
      "middle/bias",
      "batch_normalization_2/gamma",
      "batch_normalization_2/beta",
      "batch_normalization_2/runningMean",
      "batch_normalization_2/runningVariance",
      "dense_2/kernel",
      "dense_2/bias",
    ]);
  });

  it("leave out a number that someone has taken", () => {
    const network = new Network([
      input(4),
      layers.dense({ units: 3 }),
      layers.dense({ units: 3, name: "dense_1" }),
      layers.dense({ units: 3, name: "dense_2" }),
    ]);
    expect(network.layers.map(({ name }) => name)).toEqual([
      "input_layer_1",
      "dense_3",
      "dense_1",
      "dense_2",
    ]);
  });

  it.each([
    ["a/b", /The layer name "a\/b" must not contain "\/", ":" or spaces/],
    ["a b", /The layer name "a b" must not contain "\/", ":" or spaces/],
    ["input", /Two layers are called "input"; names must be unique in a model/],
    ["optimizer", /A layer cannot be called "optimizer"/],
  ])("are refused: %s", (name, message) => {
    const first = layers.inputLayer({ inputShape: [2], name: "input" });
    expect(() => new Network([first, layers.dense({ units: 1, name })])).toThrow(message);
  });

  it("find the layer, or list those there are", () => {
    const network = new Network([input(4), layers.dense({ units: 3 })]);
    expect(network.layer("dense_1")).toBe(network.layers[1]);
    expect(() => network.layer("dense_2")).toThrow(
      'There is no layer "dense_2". There are: input_layer_1, dense_1.',
    );
  });
});

describe("a network refuses", () => {
  it("to begin without a shape", () => {
    for (const none of [[], [layers.dense({ units: 1 })]]) {
      expect(() => new Network(none)).toThrow(/does not know the shape of its input.*layers.inputLayer/);
    }
  });

  it("a second shape on the way", () => {
    const message = "Only the first layer has an inputShape, but layer 2 (dense) has one.";
    expect(() => new Network([input(4), layers.dense({ units: 1, inputShape: [4] })])).toThrow(message);
    expect(() => new Network([input(4), input(4)])).toThrow(/layer 2 \(inputLayer\) has one/);
  });

  it("what is no layer, and a layer that stands there twice", () => {
    const dense = layers.dense({ units: 4 });
    expect(() => new Network([input(4), dense, dense])).toThrow(/One layer object stands in the model twice/);
    expect(() => new Network([input(4), {} as Layer])).toThrow(/Entry 1 of layers is no layer/);
  });

  it("inputs that a layer cannot take, naming it and what to do", () => {
    expect(() => new Network([input(28, 28), layers.dense({ units: 10, name: "first" })])).toThrow(
      'Layer "first" cannot take inputs of shape [batch, 28, 28]: dense needs inputs of shape [N, features], got [batch, 28, 28]. Put layers.flatten() before it.',
    );
    expect(() => new Network([input(28), layers.batchNormalization({ axis: 2 })])).toThrow(
      /^Layer "batch_normalization_1" cannot take inputs of shape \[batch, 28\]: .*axis 2 does not name an axis/,
    );
  });

  it("to draw random numbers without a seed, naming the layer", () => {
    const network = new Network([input(3), layers.dropout({ rate: 0.5, name: "drop" })]);
    const graph = new Graph("test");
    const x = graph.input("x", "float32", [2, 3]);
    const weight = () => expect.unreachable("dropout has no weights");
    expect(() => network.forward([x], { training: true, device: "cpu", channelBlock: 1, weight })).toThrow(
      "drop draws random numbers, and the graph has no seed.",
    );
  });
});

describe("shapes", () => {
  it("pass from layer to layer, the batch open", () => {
    const network = new Network([
      layers.rescaling({ scale: 1 / 255, inputShape: [1, 28, 28] }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ]);
    expect(network.inputs[0]!.shape).toEqual([1, 28, 28]);
    expect([...network.shapes.values()].slice(1)).toEqual([
      ["batch", 1, 28, 28],
      ["batch", 784],
      ["batch", 10],
    ]);
    expect(network.outputShape(network.outputs[0]!)).toEqual([10]);
  });
});

/** The lecture's network: 784-300-100-10, with or without batch normalization around it. */
function lecture({
  atInput = false,
  after = false,
  before = false,
  useBias = true,
}: {
  atInput?: boolean;
  after?: boolean;
  before?: boolean;
  useBias?: boolean;
}): Network {
  const hidden = (units: number) =>
    before
      ? [
          layers.dense({ units, useBias }),
          layers.batchNormalization(),
          layers.activation({ activation: "relu" }),
        ]
      : [layers.dense({ units, activation: "relu" }), ...(after ? [layers.batchNormalization()] : [])];
  return new Network([
    input(28, 28),
    layers.flatten(),
    ...(atInput ? [layers.batchNormalization()] : []),
    ...hidden(300),
    ...hidden(100),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
}

describe("parameters", () => {
  it.each([
    [{}, 266_610, 266_610],
    [{ after: true }, 266_610 + 1600, 266_610 + 800],
    [{ atInput: true }, 266_610 + 3136, 266_610 + 1568],
    [{ before: true }, 266_610 + 1600, 266_610 + 800],
    [{ before: true, useBias: false }, 266_610 + 1600 - 400, 266_610 + 800 - 400],
  ])("are counted as the lecture counts them: %j", (variant, parameters, trainable) => {
    const network = lecture(variant);
    expect(parameterCount(network.weights)).toBe(parameters);
    expect(summarize(network)).toMatchObject({ parameters, trainable, nonTrainable: parameters - trainable });
  });

  it("of frozen layers are not trainable, nor are statistics", () => {
    const network = lecture({ after: true });
    for (const layer of network.layers) layer.trainable = layer.name === "dense_3";
    expect(summarize(network)).toMatchObject({ parameters: 268_210, trainable: 1010 });
    expect(
      network.weights.filter((weight) => network.isTrainable(weight)).map(({ fullName }) => fullName),
    ).toEqual(["dense_3/kernel", "dense_3/bias"]);
  });

  it("do not count the counter of cumulative statistics", () => {
    const network = new Network([input(5), layers.batchNormalization({ momentum: "cumulative" })]);
    expect(network.weights.map(({ name }) => name)).toContain("batchesSeen");
    expect(summarize(network)).toMatchObject({ parameters: 20, trainable: 10, nonTrainable: 10 });
  });

  it("are shown by layer", () => {
    expect(formatSummary(summarize(lecture({ before: true, useBias: false })))).toMatchInlineSnapshot(`
      "Layer                  Type                Output shape     Parameters  Trainable
      ─────────────────────────────────────────────────────────────────────────────────
      input_layer_1          inputLayer          [batch, 28, 28]           0          0
      flatten_1              flatten             [batch, 784]              0          0
      dense_1                dense               [batch, 300]        235,200    235,200
      batch_normalization_1  batchNormalization  [batch, 300]          1,200        600
      activation_1           activation          [batch, 300]              0          0
      dense_2                dense               [batch, 100]         30,000     30,000
      batch_normalization_2  batchNormalization  [batch, 100]            400        200
      activation_2           activation          [batch, 100]              0          0
      dense_3                dense               [batch, 10]           1,010      1,010
      ─────────────────────────────────────────────────────────────────────────────────
      Parameters: 267,810, of them 267,010 trainable and 800 not."
    `);
  });
});

describe("initial weights", () => {
  const hidden = (): Layer => layers.dense({ units: 5, name: "hidden", kernelInitializer: "heNormal" });
  const small = new Network([input(4), hidden(), layers.dense({ units: 2, name: "last" })]);
  const bigger = new Network([
    input(4),
    layers.dense({ units: 4, name: "new" }),
    layers.batchNormalization(),
    hidden(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2, name: "last" }),
  ]);

  it("of a layer do not depend on the others", () => {
    const [few, more] = [small.initialWeights(7), bigger.initialWeights(7)];
    for (const [name, value] of few) expect(more.get(name)).toEqual(value);
    expect(few.size).toBe(4);
  });

  it("differ between layers and seeds, and are the same for the same seed", () => {
    const weights = new Network([
      input(4),
      layers.dense({ units: 4, name: "one" }),
      layers.dense({ units: 4, name: "two" }),
    ]);
    const drawn = weights.initialWeights(1);
    expect(drawn.get("one/kernel")).not.toEqual(drawn.get("two/kernel"));
    expect(weights.initialWeights(1)).toEqual(drawn);
    expect(weights.initialWeights(2).get("one/kernel")).not.toEqual(drawn.get("one/kernel"));
  });

  it("are those given, and drawn as ever for the others", () => {
    const drawn = small.initialWeights(7);
    const kernel = drawn.get("last/kernel")!;
    const found = small.initialWeights(7, new Map([["hidden/kernel", kernel]]));
    expect(found).toEqual(new Map([...drawn, ["hidden/kernel", kernel]]));
  });

  it("that no initializer can make are refused, naming the layer and the weight", () => {
    const bias = layers.dense({ units: 2, name: "last", biasInitializer: "orthogonal" });
    expect(() => new Network([input(4), bias])).toThrow(
      'Layer "last", the initializer of bias: the orthogonal initializer needs a matrix or a kernel, got the shape [2].',
    );
  });
});
