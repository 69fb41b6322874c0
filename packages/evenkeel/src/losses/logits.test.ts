import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import {
  flatten,
  Graph,
  globalAveragePool,
  identity,
  matMul,
  mul,
  reshape,
  sigmoid,
  softmax,
  transpose,
  type Value,
} from "../graph/index.js";
import { type Layer, layers } from "../layers/index.js";
import { Network } from "../network/index.js";
import { tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { reordered, whereLayoutIs, wholeBlocks } from "../testing/layout.js";
import { losses } from "./losses.js";

const binary = losses.binaryCrossentropy();
const categorical = losses.categoricalCrossentropy();
const declared = (...shape: number[]) => new Graph("test").input("z", "float32", ["batch", ...shape]);
const targetsOf = (predictions: Value) => predictions.graph.input("y", "float32", predictions.shape);

describe("layers that only move values behind a sigmoid", () => {
  const logits = tensor(
    Float32Array.from({ length: 24 }, (_, index) => 40 * Math.sin(index)),
    [2, 12],
  );
  it.each<[string, (x: Value) => Value]>([
    ["reshape", (x) => reshape(x, [2, 3, 4])],
    ["reshape and flatten", (x) => flatten(reshape(x, [2, 3, 4]))],
    ["reshape and permute", (x) => transpose(reshape(x, [2, 3, 4]), [0, 2, 1])],
    ["what does nothing", (x) => identity(reshape(identity(x), [2, 12, 1]))],
  ])("%s: loss and gradient are those of the logits", async (_, move) => {
    const found = await evaluate(
      (_, { z }) => {
        const targets = mul(sigmoid(move(z)), 0.5);
        const [direct, behind] = [binary.build(targets, move(z)), binary.build(targets, move(sigmoid(z)))];
        return [direct, behind, ...gradients(direct, [z]), ...gradients(behind, [z])];
      },
      { z: logits },
    );
    expect(found[1]!.data).toEqual(found[0]!.data);
    expect(found[3]!.data).toEqual(found[2]!.data);
  });

  it("a reshape that leaves the classes last is one behind softmax, any other is refused", async () => {
    const [direct, behind] = await evaluate(
      (_, { z }) => {
        const scores = reshape(z, [2, 4, 3]);
        const targets = softmax(mul(reshape(z, [2, 2, 2, 3]), 2));
        const rows = reshape(targets, [8, 3]);
        return [
          categorical.build(rows, reshape(scores, [8, 3])),
          categorical.build(rows, reshape(softmax(scores), [8, 3])),
        ];
      },
      { z: logits },
    );
    expect(behind!.data).toEqual(direct!.data);
    for (const move of [flatten, (x: Value) => transpose(x, [0, 2, 1])]) {
      const predictions = move(softmax(declared(3, 3)));
      expect(() => categorical.build(targetsOf(predictions), predictions)).toThrow(
        "the model changes the softmax's output [batch, 3, 3] behind it",
      );
    }
  });
});

describe("in the blocked layout", () => {
  const shape = [2, wholeBlocks, 3, 3];
  const images = tensor(
    Float32Array.from({ length: 2 * wholeBlocks * 9 }, (_, index) => 9 * Math.cos(index)),
    shape,
  );

  it("a sigmoid is found", async () => {
    await whereLayoutIs(async () => {
      const found = await evaluate(
        (_, { z }) => {
          const targets = sigmoid(mul(z, 0.5));
          const behind = binary.build(targets, flattenedLike(targets, identity(sigmoid(reordered(z)))));
          return [binary.build(targets, z), behind];
        },
        { z: images },
      );
      expect(found[1]!.data[0]).toBeCloseTo(Number(found[0]!.data[0]), 5);
      expect(found[0]!.data[0]).toBeGreaterThan(0);
    });
  });

  it("it is refused by a categorical loss", () => {
    const predictions = flatten(sigmoid(reordered(declared(wholeBlocks, 3, 3))));
    expect(() => categorical.build(targetsOf(predictions), predictions)).toThrow(/not with sigmoid/);
  });
});

/** Flattened and back, so that a reshape stands behind as well. */
const flattenedLike = ({ shape }: Value, x: Value) => reshape(flatten(x), shape);

describe("what else is made of a last activation", () => {
  const forward = (training: boolean, ...last: Layer[]) => {
    const network = new Network([layers.inputLayer({ inputShape: [4] }), ...last]);
    const graph = new Graph("test");
    const outputs = network.forward([graph.input("x", "float32", [2, 4])], {
      training,
      device: "cpu",
      channelBlock: 1,
      weight: (name) => graph.input(name, "float32", network.weights[0]!.shape),
      seed: graph.input("seed", "uint32", []),
    });
    return [...outputs.values()].at(-1)!;
  };
  const sigmoids = layers.activation({ activation: "sigmoid" });

  it.each([
    ["dropout", layers.dropout({ rate: 0.5 })],
    ["Gaussian dropout", layers.gaussianDropout({ rate: 0.5 })],
    ["Gaussian noise", layers.gaussianNoise({ standardDeviation: 1 })],
    ["rescaling", layers.rescaling({ scale: 2 })],
  ])("%s is refused in training", (_, layer) => {
    const predictions = forward(true, sigmoids, layer);
    expect(() => binary.build(targetsOf(predictions), predictions)).toThrow(
      "This loss is computed from what goes into the sigmoid, but the model changes the sigmoid's output [2, 4] behind it",
    );
  });

  it("pooling is refused", () => {
    const predictions = globalAveragePool(sigmoid(declared(2, 4, 4)));
    expect(() => binary.build(targetsOf(predictions), predictions)).toThrow(/GlobalAveragePool/);
  });

  it("a layer with weights gives logits, and so does a product of two branches", () => {
    const dense = forward(true, sigmoids, layers.dense({ units: 3, useBias: false }), layers.flatten());
    expect(categorical.build(targetsOf(dense), dense).shape).toEqual([]);
    const [z, kernel] = [declared(4), tensor(new Float32Array(16), [4, 4])];
    const gated = mul(sigmoid(z), matMul(z, z.graph.constant(kernel)));
    expect(categorical.build(targetsOf(gated), gated).shape).toEqual([]);
  });
});

describe("predictions of images", () => {
  it("are refused by the categorical losses, whose classes are on the last axis", () => {
    const predictions = declared(3, 4, 5);
    const refusal = /takes the last axis for the classes, which in \[batch, 3, 4, 5\] is the width/;
    expect(() => categorical.build(targetsOf(predictions), predictions)).toThrow(refusal);
    const labels = predictions.graph.input("labels", "int32", ["batch", 3, 4]);
    expect(() => losses.sparseCategoricalCrossentropy().build(labels, predictions)).toThrow(refusal);
  });
});
