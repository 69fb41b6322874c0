import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocate,
  elementTypeOf,
  formatShape,
  gatherRows,
  type NestedNumbers,
  rows,
  sizeOf,
  tensor,
  zeros,
} from "./tensor.js";

describe("tensor", () => {
  it("makes nested arrays float32, in their shape", () => {
    expect(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual({ type: "float32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(tensor(7)).toEqual({ type: "float32", shape: [], data: Float32Array.of(7) });
    expect(tensor([[[1]], [[2]]]).shape).toEqual([2, 1, 1]);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it("makes them another type or shape when asked", () => {
    expect(tensor([1, 2], undefined, "int64")).toEqual({
      type: "int64",
      shape: [2],
      data: BigInt64Array.of(1n, 2n),
    });
    expect(tensor([1, 0, 1, 1], [2, 2], "bool").data).toEqual(Uint8Array.of(1, 0, 1, 1));
    expect(tensor([[1, 2, 3, 4]], [2, 2]).shape).toEqual([2, 2]);
  });

  it("keeps a typed array and knows its type", () => {
    const data = Uint8Array.of(1, 2, 3, 4);
    expect(tensor(data).data).toBe(data);
    expect(tensor(data)).toMatchObject({ type: "uint8", shape: [4] });
    expect(tensor(data, [2, 2], "bool")).toMatchObject({ type: "bool", shape: [2, 2] });
    const types = [new Float32Array(1), new Int32Array(1), new Uint32Array(1), new BigInt64Array(1)];
    expect(types.map((array) => elementTypeOf(array))).toEqual(["float32", "int32", "uint32", "int64"]);
    expect(() => elementTypeOf(new Float64Array(1))).toThrow(/Expected a Float32Array.* got Float64Array/);
  });

  it("refuses a number of elements that is not the shape's", () => {
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow(
      "A tensor of shape [2, 3] holds 6 elements, got 5.",
    );
    expect(() => tensor([1, 2, 3], [2])).toThrow(RangeError);
    expect(() => tensor([1, 2], [])).toThrow("A tensor of shape [] holds 1 elements, got 2.");
  });

  it.each<[string, NestedNumbers]>([
    ["a short row", [[1, 2], [3]]],
    ["a long row", [[1], [2, 3]]],
    ["a number among rows", [[1, 2], 3]],
    ["a row among numbers", [1, [2]]],
    ["an empty row", [[1], []]],
    ["an empty row first", [[], [1]]],
    ["a deeper level", [[[1]], [[2, 3]]]],
    ["levels that differ", [[[1]], [2]]],
  ])("refuses ragged arrays: %s", (_, values) => {
    expect(() => tensor(values)).toThrow(RangeError);
    expect(() => tensor(values)).toThrow(/rows of one length/);
  });

  it("reads back what went in, for any shape", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, (shape) => {
        let next = 0;
        const nest = ([count, ...rest]: number[]): NestedNumbers =>
          count === undefined ? next++ : Array.from({ length: count }, () => nest(rest));
        const made = tensor(nest(shape));
        expect(made.shape).toEqual(shape);
        expect([...made.data]).toEqual(Array.from({ length: sizeOf(shape) }, (_, index) => index));
      }),
    );
  });

  it("does not share the shape it was given", () => {
    const shape = [2];
    const [made, empty] = [tensor(Float32Array.of(1, 2), shape), zeros("float32", shape)];
    shape[0] = 9;
    expect([made.shape, empty.shape]).toEqual([[2], [2]]);
  });
});

describe("zeros and allocate", () => {
  it("give zeros of any type", () => {
    expect(zeros("int64", [2, 1])).toEqual({ type: "int64", shape: [2, 1], data: BigInt64Array.of(0n, 0n) });
    expect(zeros("bool", []).data).toEqual(Uint8Array.of(0));
    expect(zeros("float32", [0, 3]).data.length).toBe(0);
    expect(allocate("uint32", 3)).toEqual(new Uint32Array(3));
  });
});

describe("rows", () => {
  const source = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  it("takes a part without a copy", () => {
    const part = rows(source, 1, 3);
    expect(part).toEqual({ type: "float32", shape: [2, 2], data: Float32Array.of(3, 4, 5, 6) });
    expect(part.data.buffer).toBe(source.data.buffer);
    expect(rows(part, 1, 2).data).toEqual(Float32Array.of(5, 6));
  });

  it("stops at the end", () => {
    expect(rows(source, 2, 100).shape).toEqual([1, 2]);
    expect(rows(source, 3, 100).shape).toEqual([0, 2]);
    expect(rows(source, 1, 1)).toEqual({ type: "float32", shape: [0, 2], data: new Float32Array() });
  });
});

describe("gatherRows", () => {
  const source = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  it("copies rows in the order named", () => {
    const picked = gatherRows(source, [2, 0, 2]);
    expect(picked).toEqual({ type: "float32", shape: [3, 2], data: Float32Array.of(5, 6, 1, 2, 5, 6) });
    picked.data[0] = 9;
    expect(source.data[4]).toBe(5);
    expect(gatherRows(source, []).shape).toEqual([0, 2]);
    expect(gatherRows(source, Uint32Array.of(1)).data).toEqual(Float32Array.of(3, 4));
  });

  it("works for every element type, and for rows that are scalars", () => {
    expect(gatherRows(tensor(BigInt64Array.of(1n, 2n, 3n)), [2, 1]).data).toEqual(BigInt64Array.of(3n, 2n));
    expect(gatherRows(tensor(Uint8Array.of(1, 0, 1), [3], "bool"), [1])).toEqual({
      type: "bool",
      shape: [1],
      data: Uint8Array.of(0),
    });
  });

  it("refuses rows that are not there", () => {
    for (const row of [3, -1, Number.NaN, 0.5]) {
      expect(() => gatherRows(source, [0, row]), String(row)).toThrow(`Row ${row} is outside 0..2.`);
    }
  });

  it("turned round by the inverse permutation gives the source", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
        const numbers = tensor(
          Int32Array.from({ length: 12 }, (_, index) => index),
          [6, 2],
        );
        const inverse = order.map((_, place) => order.indexOf(place));
        expect(gatherRows(gatherRows(numbers, order), inverse)).toEqual(numbers);
      }),
    );
  });
});

it("writes shapes as people do", () => {
  expect(formatShape([128, 300])).toBe("[128, 300]");
  expect(formatShape(["batch", 3])).toBe("[batch, 3]");
  expect(formatShape([])).toBe("[]");
});

describe("what is no number in nested arrays", () => {
  it.each<[string, unknown, string]>([
    ["texts", ["0", "1"], 'got "0" at [0].'],
    ["a text alone", "hello", 'got "hello".'],
    ["texts in rows", [["1", "2"]], 'got "1" at [0][0].'],
    ["a gap", [[1, undefined]], "got undefined at [0][1]."],
    ["truth values", [true], "got true at [0]."],
  ])("is refused with its place: %s", (_, values, message) => {
    expect(() => tensor(values as never)).toThrow(`Expected nested arrays of numbers, ${message}`);
  });
});
