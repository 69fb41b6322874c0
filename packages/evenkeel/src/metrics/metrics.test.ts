import { describe, expect, it } from "vitest";
import { Graph, sigmoid, softmax, type Value } from "../graph/index.js";
import { type LossName, losses, lossOf } from "../losses/losses.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { type Metric, type MetricName, metricOf, metrics } from "./metrics.js";

const measure = async (
  metric: Metric,
  loss: LossName,
  targets: Tensor,
  predictions: Tensor<"float32">,
  activate: (x: Value) => Value = (x) => x,
): Promise<number> => {
  const [value] = await evaluate((_, { y, p }) => metric.build(y, activate(p), lossOf(loss)), {
    y: targets,
    p: predictions,
  });
  expect(value!.shape).toEqual([]);
  return Number(value!.data[0]);
};

describe("accuracy", () => {
  const predictions = tensor([
    [0.1, 2, -3],
    [5, 4, 4.5],
    [-1, -2, -0.5],
    [0, 1, 0.5],
  ]);
  const labels = [1, 0, 2, 2];
  const oneHot = tensor(labels.map((label) => [0, 1, 2].map((place) => Number(place === label))));

  it("is the share of labels with the largest prediction", async () => {
    for (const targets of [
      tensor(Uint8Array.from(labels)),
      tensor(labels),
      tensor(Int32Array.from(labels), [4, 1]),
    ]) {
      expect(await measure(metrics.accuracy(), "sparseCategoricalCrossentropy", targets, predictions)).toBe(
        0.75,
      );
    }
  });

  it("is the same of one-hot targets, of bytes too, and after softmax", async () => {
    const bytes = tensor(Uint8Array.from(oneHot.data), [4, 3]);
    for (const targets of [oneHot, bytes]) {
      expect(await measure(metrics.accuracy(), "categoricalCrossentropy", targets, predictions)).toBe(0.75);
      expect(
        await measure(metrics.accuracy(), "categoricalCrossentropy", targets, predictions, softmax),
      ).toBe(0.75);
    }
  });

  it("is, of one output, the share on the right side of one half, from logits and from probabilities", async () => {
    const logits = tensor([[2], [-0.1], [0.4], [-3], [0.2]]);
    const targets = [1, 0, 0, 1, 1];
    for (const y of [tensor(targets), tensor(Uint8Array.from(targets), [5, 1])]) {
      expectClose([await measure(metrics.accuracy(), "binaryCrossentropy", y, logits)], [0.6], {
        relative: 1e-7,
      });
      const after = await measure(metrics.accuracy(), "binaryCrossentropy", y, logits, sigmoid);
      expectClose([after], [0.6], { relative: 1e-7 });
    }
  });

  it("still knows probabilities when a layer that does nothing stands behind the sigmoid", async () => {
    const logits = tensor([[-2], [-1], [3]]);
    const through = (x: Value) => x.graph.node("Identity", [sigmoid(x)])[0]!;
    expect(await measure(metrics.accuracy(), "binaryCrossentropy", tensor([0, 0, 1]), logits, through)).toBe(
      1,
    );
  });

  it.each(["meanSquaredError", "meanAbsoluteError"] as const)(
    "is refused with %s, which has no classes",
    (loss) => {
      const graph = new Graph("test");
      const y = graph.input("y", "float32", [4, 3]);
      const p = graph.input("p", "float32", [4, 3]);
      expect(() => metrics.accuracy().build(y, p, lossOf(loss))).toThrow(
        `The metric accuracy needs classes; the loss ${loss} has none.`,
      );
      expect(() => metrics.topK({ k: 2 }).build(y, p, lossOf(loss))).toThrow(
        `The metric topK needs classes; the loss ${loss} has none.`,
      );
    },
  );
});

describe("topK", () => {
  const predictions = tensor([
    [0.1, 0.2, 0.3, 0.4],
    [9, 8, 7, 6],
    [1, 4, 2, 3],
  ]);
  const labels = tensor(Int32Array.of(2, 3, 0));

  it.each([
    [1, 0],
    [2, 1 / 3],
    [3, 1 / 3],
    [4, 1],
  ])("is the share of labels among the %i largest predictions", async (k, expected) => {
    const share = await measure(metrics.topK({ k }), "sparseCategoricalCrossentropy", labels, predictions);
    expectClose([share], [expected], { relative: 1e-7 });
    const oneHot = tensor(
      Array.from(labels.data, (label) => [0, 1, 2, 3].map((place) => Number(place === label))),
    );
    const ofOneHot = await measure(metrics.topK({ k }), "categoricalCrossentropy", oneHot, predictions);
    expectClose([ofOneHot], [expected], { relative: 1e-7 });
  });

  it("takes the classes of each position, as accuracy does", async () => {
    const scores = tensor([
      [
        [0.1, 0.2, 0.7],
        [0.5, 0.3, 0.2],
      ],
      [
        [0.3, 0.6, 0.1],
        [0.2, 0.7, 0.1],
      ],
      [
        [0.6, 0.3, 0.1],
        [0.1, 0.4, 0.5],
      ],
    ]);
    const labels = tensor(Int32Array.of(2, 1, 2, 1, 1, 0), [3, 2]);
    const loss = "sparseCategoricalCrossentropy";
    expectClose([await measure(metrics.accuracy(), loss, labels, scores)], [2 / 6], { relative: 1e-6 });
    expectClose([await measure(metrics.topK({ k: 2 }), loss, labels, scores)], [4 / 6], { relative: 1e-6 });
  });

  it("and accuracy refuse predictions of images", () => {
    const graph = new Graph("test");
    const y = graph.input("y", "int32", [2, 3, 4]);
    const p = graph.input("p", "float32", [2, 3, 4, 5]);
    const loss = losses.sparseCategoricalCrossentropy();
    expect(() => metrics.topK().build(y, p, loss)).toThrow("The metric topK takes the last axis");
    expect(() => metrics.accuracy().build(y, p, loss)).toThrow("The metric accuracy takes the last axis");
  });

  it("is accuracy with k = 1", async () => {
    const best = tensor(Int32Array.of(3, 0, 2));
    const loss = "sparseCategoricalCrossentropy";
    expect(await measure(metrics.topK({ k: 1 }), loss, best, predictions)).toBe(
      await measure(metrics.accuracy(), loss, best, predictions),
    );
  });

  it("refuses more than there are classes, and fewer than one", () => {
    const graph = new Graph("test");
    const y = graph.input("y", "int32", [4]);
    const p = graph.input("p", "float32", [4, 3]);
    const loss = losses.sparseCategoricalCrossentropy();
    expect(() => metrics.topK().build(y, p, loss)).toThrow(/takes the 5 largest of 3/);
    expect(() => metrics.topK({ k: 0 })).toThrow("topK: k must be a whole number of at least 1, got 0.");
    expect(() => metricOf("top0")).toThrow("topK: k must be a whole number of at least 1, got 0.");
    expect(() => metrics.topK({ k: 1.5 })).toThrow("got 1.5.");
  });
});

describe("metricOf", () => {
  it("gives metrics by name, losses among them", async () => {
    expect(metricOf("accuracy").name).toBe("accuracy");
    expect(metricOf("top3").name).toBe("top3");
    expect(metrics.topK().name).toBe("top5");
    const error = metricOf("meanAbsoluteError");
    expect(error.name).toBe("meanAbsoluteError");
    expect(await measure(error, "meanSquaredError", tensor([[1], [2]]), tensor([[3], [2]]))).toBe(1);
    const own = metrics.accuracy();
    expect(metricOf(own)).toBe(own);
  });

  it.each(["acc", "top", "toString"])("refuses the name %s, listing those there are", (name) => {
    expect(() => metricOf(name as MetricName)).toThrow(
      `There is no metric "${name}". There are: accuracy, top1, top2, …, sparseCategoricalCrossentropy,`,
    );
  });
});
