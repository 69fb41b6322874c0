import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { type DatasetSource, dataset } from "./dataset.js";
import { oneHot } from "./labels.js";

describe("dataset", () => {
  it("takes nested arrays and makes a single target a column", () => {
    expect(
      dataset({
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        y: [0.5, 1, 2],
      }),
    ).toEqual({
      name: "data",
      x: tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      y: { type: "float32", shape: [3, 1], data: Float32Array.of(0.5, 1, 2) },
    });
  });

  it("makes plain numbers labels when there are classes", () => {
    const { y, classes } = dataset({ x: [[1], [2]], y: [1, 0], classes: ["no", "yes"] });
    expect(y).toEqual({ type: "int32", shape: [2], data: Int32Array.of(1, 0) });
    expect(classes).toEqual(["no", "yes"]);
  });

  it("keeps tensors and typed arrays without a copy", () => {
    const x = tensor(Uint8Array.of(1, 2, 3, 4), [2, 2], "uint8");
    const y = Uint8Array.of(0, 1);
    const data = dataset({ x, y, name: "bits", classes: ["off", "on"] });
    expect(data.x).toBe(x);
    expect(data.y).toMatchObject({ type: "uint8", shape: [2] });
    expect(data.y.data).toBe(y);
  });

  it("keeps one-hot targets beside class names", () => {
    const y = [
      [0, 1],
      [1, 0],
    ];
    expect(dataset({ x: [[1], [2]], y, classes: ["a", "b"] }).y).toEqual(tensor(y));
  });

  it.each<[string, DatasetSource, RegExp]>([
    [
      "different counts",
      { x: [[1], [2]], y: [1, 2, 3] },
      /d: x holds 2 examples, shape \[2, 1\], but y holds 3/,
    ],
    ["flat inputs", { x: Float32Array.of(1, 2), y: [1, 2] }, /d: x must have an axis .* got shape \[2\]/],
    ["a single answer", { x: [[1]], y: 1 }, /d: y must hold one answer for each example/],
    [
      "no examples",
      { x: tensor(new Float32Array(), [0, 2]), y: new Uint8Array() },
      /d: .* at least one example/,
    ],
    [
      "an unknown class",
      { x: [[1], [2]], y: [0, 2], classes: ["a", "b"] },
      /d: y: the label at index 1 is 2/,
    ],
    ["a fractional label", { x: [[1]], y: [0.5], classes: ["a", "b"] }, /d: y: the label at index 0 is 0\.5/],
  ])("refuses %s", (_, source, message) => {
    expect(() => dataset({ ...source, name: "d" })).toThrow(message);
  });
});

describe("oneHot", () => {
  it("puts a 1 in each label's column", () => {
    const expected = tensor([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(oneHot(tensor(Uint8Array.of(2, 0)), 3)).toEqual(expected);
    expect(oneHot(tensor(BigInt64Array.of(2n, 0n)), 3)).toEqual(expected);
  });

  it("refuses what is not a label", () => {
    expect(() => oneHot(tensor(Int32Array.of(0, -1)), 3)).toThrow(
      /label at index 1 is -1; 3 classes .* 0 to 2/,
    );
    expect(() => oneHot(tensor(Uint8Array.of(3)), 3)).toThrow(/label at index 0 is 3/);
    expect(() => oneHot(tensor([[0], [1]]), 3)).toThrow(/expected labels of shape \[N\].* got \[2, 1\]/);
  });
});
