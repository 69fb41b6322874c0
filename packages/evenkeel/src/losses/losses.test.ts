import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { Graph, identity, sigmoid, softmax } from "../graph/index.js";
import { type Layer, layers } from "../layers/index.js";
import { Network } from "../network/index.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { type Loss, type LossName, losses, lossOf } from "./losses.js";

/** Written by tools/golden/losses.py. */
interface Case {
  name: string;
  /** Ours, with `FromLogits` behind it where it is so. */
  loss: string;
  shape: number[];
  predictions: number[];
  targetShape: number[];
  targets: number[];
  value: number;
  gradient: number[];
}
const { cases } = golden<{ cases: Case[] }>("losses.json");

/** A few roundings of float32, 6e-8 each, of the largest prediction that goes into a number. */
const rounding = 4e-7;

const lossAndGradient = async (loss: Loss, predictions: Tensor<"float32">, targets: Tensor) =>
  evaluate(
    (_, { y, p }) => {
      const value = loss.build(y, p);
      return [value, ...gradients(value, [p])];
    },
    { y: targets, p: predictions },
  );

describe.each(cases)("$loss: $name", (example) => {
  const loss = lossOf(example.loss.replace("FromLogits", "") as LossName);
  const predictions = tensor(Float32Array.from(example.predictions), example.shape);
  const largest = Math.max(1, ...example.predictions.map(Math.abs));

  it("has PyTorch's value and gradient", async () => {
    const targets = tensor(Float32Array.from(example.targets), example.targetShape);
    const [value, gradient] = await lossAndGradient(loss, predictions, targets);
    expect(value!.shape).toEqual([]);
    expectClose(value!, [example.value], { relative: rounding, absolute: rounding });
    // Slopes of the crossentropies and of the absolute error are shares of 1; of the squared error, of its size.
    const slope = loss.type === "meanSquaredError" ? largest : 1;
    expectClose(gradient!, example.gradient, { relative: rounding, absolute: rounding * slope });
  });

  if (loss.targets === "labels") {
    it("takes labels of any integer type, [N] or [N, 1]", async () => {
      const count = example.targets.length;
      const given: Tensor[] = [
        tensor(Uint8Array.from(example.targets), [count]),
        tensor(Int32Array.from(example.targets), [count, 1]),
        tensor(BigInt64Array.from(example.targets, BigInt), [count]),
      ];
      const [expected] = await lossAndGradient(loss, predictions, tensor(Float32Array.from(example.targets)));
      for (const targets of given) {
        const [value] = await lossAndGradient(loss, predictions, targets);
        expect(value!.data).toEqual(expected!.data);
      }
    });
  }
});

describe("a last activation", () => {
  const logits = tensor([
    [3, -1, 0.5],
    [-200, 5, 150],
    [0, 0, 0],
    [40, -40, 1],
  ]);
  const oneHot = tensor([
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 0],
  ]);
  it.each([
    {
      loss: losses.sparseCategoricalCrossentropy(),
      activate: softmax,
      targets: tensor(Int32Array.of(0, 2, 1, 1)),
    },
    { loss: losses.categoricalCrossentropy(), activate: softmax, targets: oneHot },
    { loss: losses.binaryCrossentropy(), activate: sigmoid, targets: oneHot },
  ])(
    "is left out of $loss.type: loss and gradient are those of the logits",
    async ({ loss, activate, targets }) => {
      const [plain, plainGradient] = await lossAndGradient(loss, logits, targets);
      for (const after of [
        activate,
        (x: Parameters<typeof activate>[0]) => identity(identity(activate(x))),
      ]) {
        const [value, gradient] = await evaluate(
          (_, { y, z }) => {
            const value = loss.build(y, after(z));
            return [value, ...gradients(value, [z])];
          },
          { y: targets, z: logits },
        );
        expect(value!.data).toEqual(plain!.data);
        expect(gradient!.data).toEqual(plainGradient!.data);
      }
      expect(Number(plain!.data[0])).toBeGreaterThan(0);
      expect(Number.isFinite(plain!.data[0])).toBe(true);
    },
  );

  it("of a network's last layer is left out as well", async () => {
    const build = async (last: Layer[]) => {
      const network = new Network([layers.inputLayer({ inputShape: [3] }), ...last]);
      const kernel = tensor([
        [1, 0.5, -2],
        [0, 3, 1],
        [2, -1, 0],
      ]);
      return evaluate(
        (_, { x, y, kernel }) => {
          const outputs = network.forward([x], {
            training: true,
            device: "cpu",
            channelBlock: 1,
            weight: () => kernel,
          });
          const value = losses.categoricalCrossentropy().build(y, [...outputs.values()].at(-1)!);
          return [value, ...gradients(value, [kernel])];
        },
        { x: logits, y: oneHot, kernel },
      );
    };
    const dense = { units: 3, useBias: false };
    const [plain, ...others] = await Promise.all([
      build([layers.dense(dense)]),
      build([layers.dense({ ...dense, activation: "softmax" })]),
      build([layers.dense(dense), layers.activation({ activation: "softmax" })]),
      build([layers.dense({ ...dense, activation: "softmax" }), layers.flatten()]),
    ]);
    for (const other of others) expect(other).toEqual(plain);
  });

  it("of the other kind is refused, since its outputs are no logits", () => {
    const graph = new Graph("test");
    const z = graph.input("z", "float32", ["batch", 3]);
    const targets = graph.input("y", "float32", ["batch", 3]);
    const labels = graph.input("labels", "int32", ["batch"]);
    expect(() => losses.binaryCrossentropy().build(targets, softmax(z))).toThrow(
      "This loss needs a model that ends with sigmoid or without activation, not with softmax.",
    );
    expect(() => losses.categoricalCrossentropy().build(targets, sigmoid(z))).toThrow(
      "This loss needs a model that ends with softmax or without activation, not with sigmoid.",
    );
    expect(() => losses.sparseCategoricalCrossentropy().build(labels, sigmoid(z))).toThrow(
      /not with sigmoid/,
    );
  });

  it("is part of squared and absolute error", async () => {
    for (const loss of [losses.meanSquaredError(), losses.meanAbsoluteError()]) {
      const [through] = await evaluate((_, { y, z }) => loss.build(y, sigmoid(z)), { y: oneHot, z: logits });
      const probabilities = tensor(
        logits.data.map((z) => 1 / (1 + Math.exp(-z))),
        logits.shape,
      );
      const [direct] = await lossAndGradient(loss, probabilities, oneHot);
      expectClose(through!, direct!, { relative: rounding });
    }
  });
});

describe("targets", () => {
  const build = (
    loss: Loss,
    targetShape: readonly (number | string)[],
    shape: readonly (number | string)[],
  ) => {
    const graph = new Graph("test");
    const y = graph.input("y", "float32", targetShape);
    return loss.build(y, graph.input("p", "float32", shape));
  };
  const elementwise = [
    losses.binaryCrossentropy(),
    losses.meanSquaredError(),
    losses.meanAbsoluteError(),
    losses.categoricalCrossentropy(),
  ];

  it.each(elementwise.slice(0, 3))("$type takes [N] for [N, 1], and compares one by one", async (loss) => {
    const predictions = tensor([[0.5], [-1], [2]]);
    const column = await lossAndGradient(loss, predictions, tensor([[0], [1], [1]]));
    const vector = await lossAndGradient(loss, predictions, tensor([0, 1, 1]));
    expect(vector.map(({ data }) => data)).toEqual(column.map(({ data }) => data));
  });

  it.each(elementwise)("$type refuses targets of another shape, whatever would broadcast", (loss) => {
    for (const [targets, predictions] of [
      [[4], [4, 3]],
      [["batch"], ["batch", 3]],
      [
        [4, 1],
        [4, 3],
      ],
      [
        [1, 3],
        [4, 3],
      ],
      [
        [4, 3],
        [4, 1],
      ],
      [[], [4, 1]],
    ] as const) {
      expect(() => build(loss, targets, predictions)).toThrow(
        `The targets have shape [${targets.join(", ")}], the model's predictions [${predictions.join(", ")}]`,
      );
    }
  });

  it.each([[[4, 3]], [["batch", 3]], [[5]], [[4, 1, 2]]])(
    "sparseCategoricalCrossentropy refuses targets %j for predictions of 4 examples",
    (targets) => {
      const examples = typeof targets[0] === "string" ? "batch" : 4;
      expect(() => build(losses.sparseCategoricalCrossentropy(), targets, [examples, 3])).toThrow(
        /Reshape needs/,
      );
    },
  );

  it("may be bytes, as pixels are", async () => {
    const bytes = tensor(Uint8Array.of(0, 255, 3), [1, 3]);
    const [value] = await lossAndGradient(losses.meanAbsoluteError(), tensor([[1, 255, 5]]), bytes);
    expectClose(value!, [1], { relative: rounding });
    expect(sizeOf(value!.shape)).toBe(1);
  });
});

describe("lossOf", () => {
  it("gives the loss of a name, and a loss itself", () => {
    for (const name of Object.keys(losses) as LossName[]) expect(lossOf(name).type).toBe(name);
    const own = losses.meanSquaredError();
    expect(lossOf(own)).toBe(own);
  });

  it.each(["hinge", "toString"])("refuses the name %s, listing those there are", (name) => {
    expect(() => lossOf(name as LossName)).toThrow(
      `There is no loss "${name}". There are: sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, meanSquaredError, meanAbsoluteError.`,
    );
  });
});
