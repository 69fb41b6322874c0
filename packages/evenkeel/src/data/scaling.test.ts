import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Tensor, tensor, zeros } from "../tensor/tensor.js";
import { normalizer, rescaler, type ScalingParameters, scalingFrom, standardizer } from "./scaling.js";

const six = tensor([3, 5, 8, 9, 11, 24]);

/** Tables [rows, columns] of float32 values within ±1000; without −0, which JSON writes as 0. */
const tables: fc.Arbitrary<Tensor<"float32">> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.float({ min: -1000, max: 1000, noNaN: true }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((values) =>
        tensor(
          Float32Array.from(values, (value) => value + 0),
          [rows, columns],
        ),
      ),
  );

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance);
  }
}

describe("standardizer", () => {
  it("standardises six points", () => {
    const scaling = standardizer(six);
    expect(scaling.parameters).toEqual({ kind: "standardizer", axis: null, mean: [10], variance: [46] });
    const expected = [-1.03209, -0.73721, -0.29488, -0.14744, 0.14744, 2.06419];
    expectClose(scaling.transform(six).data, expected, 5e-6);
  });

  it("takes axis 1 of tables and of images with channels", () => {
    expect(
      standardizer(
        tensor([
          [1, 10],
          [3, 30],
        ]),
      ).parameters,
    ).toMatchObject({ mean: [2, 20], variance: [1, 100] });
    const images = tensor(Uint8Array.of(0, 2, 10, 10, 4, 6, 10, 10), [2, 2, 1, 2], "uint8");
    expect(standardizer(images).parameters).toMatchObject({ axis: 1, mean: [3, 10], variance: [5, 0] });
    expect(standardizer(images, { axis: null }).parameters.mean).toEqual([6.5]);
    expect(standardizer(images, { axis: 3 }).parameters.mean).toEqual([6, 7]);
    expect(standardizer(zeros("uint8", [2, 28, 28])).parameters.axis).toBe(null);
  });

  it("makes features of mean 0 and variance 1, or 0 throughout where they are constant", () => {
    fc.assert(
      fc.property(tables, (x) => {
        const scaling = standardizer(x);
        const { mean, variance } = standardizer(scaling.transform(x)).parameters;
        scaling.parameters.variance.forEach((before, feature) => {
          expect(mean[feature]).toBeCloseTo(0, 5);
          expect(variance[feature]).toBeCloseTo(before === 0 ? 0 : 1, 4);
        });
      }),
    );
  });

  it("finds a variance of exactly 0 in constant features", () => {
    const x = tensor(new Float32Array(1000).fill(0.1), [1000, 1]);
    const scaling = standardizer(x);
    expect(scaling.parameters.variance).toEqual([0]);
    expect(new Set(scaling.transform(x).data)).toEqual(new Set([0]));
    expect(scaling.inverse(scaling.transform(x))).toEqual(x);
  });

  it("refuses what has no moments, and tensors with other features", () => {
    expect(() => standardizer(tensor([[1], [Number.NaN]]))).toThrow(/found NaN at element 1 .* \[2, 1\]/);
    expect(() => standardizer(zeros("float32", [0, 2]))).toThrow(/got a tensor of shape \[0, 2\]/);
    expect(() => standardizer(six, { axis: 1 })).toThrow(
      /no axis 1 in a tensor of shape \[6\]; expected 0 to 0/,
    );
    const scaling = standardizer(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(() => scaling.transform(tensor([[1, 2, 3]]))).toThrow(
      /has 2 features along axis 1; .* \[1, 3\] has 3/,
    );
  });
});

describe("normalizer", () => {
  it("takes a known range to [0, 1]", () => {
    const x = tensor([20, 70, 90]);
    const scaling = normalizer(x, { range: [0, 100] });
    expect(scaling.transform(x).data).toEqual(Float32Array.of(0.2, 0.7, 0.9));
    expect(scaling.inverse(scaling.transform(x)).data).toEqual(x.data);
  });

  it("measures the range of each feature", () => {
    const x = tensor([
      [1, 5, 7],
      [3, -5, 7],
      [2, 0, 7],
    ]);
    const scaling = normalizer(x);
    expect(scaling.parameters).toMatchObject({ axis: 1, minimum: [1, -5, 7], maximum: [3, 5, 7] });
    expect(scaling.transform(x)).toEqual(
      tensor([
        [0, 1, 0],
        [1, 0, 0],
        [0.5, 0.5, 0],
      ]),
    );
  });

  it("keeps what it measured within [0, 1]", () => {
    fc.assert(
      fc.property(tables, (x) => {
        for (const value of normalizer(x).transform(x).data) expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });

  it("refuses ranges without extent", () => {
    expect(() => normalizer(six, { range: [1, 1] })).toThrow(
      /range must be \[minimum, maximum\], got \[1, 1\]/,
    );
    expect(() => normalizer(six, { range: [0, Number.POSITIVE_INFINITY] })).toThrow(/finite/);
  });
});

describe("rescaler", () => {
  it("multiplies, then adds", () => {
    const pixels = tensor(Uint8Array.of(0, 51, 255), [3], "uint8");
    expect(rescaler({ scale: 1 / 255 }).transform(pixels).data).toEqual(Float32Array.of(0, 0.2, 1));
    expect(rescaler({ scale: 2 / 255, offset: -1 }).transform(pixels).data).toEqual(
      Float32Array.of(-1, -0.6, 1),
    );
  });

  it("refuses what can't be undone", () => {
    expect(() => rescaler({ scale: 0 })).toThrow(/a scale other than 0/);
    expect(() => rescaler({ offset: Number.NaN })).toThrow(/finite numbers/);
  });
});

describe("every scaling", () => {
  it("is undone by its inverse", () => {
    fc.assert(
      fc.property(tables, (x) => {
        for (const scaling of [standardizer(x), normalizer(x), rescaler({ scale: 0.5, offset: 3 })]) {
          expectClose(scaling.inverse(scaling.transform(x)).data, x.data, 1e-3);
        }
      }),
    );
  });

  it("survives JSON", () => {
    fc.assert(
      fc.property(tables, (x) => {
        for (const scaling of [standardizer(x), normalizer(x), rescaler({ scale: 0.5, offset: 3 })]) {
          const again = scalingFrom(JSON.parse(JSON.stringify(scaling)));
          expect(again.transform(x)).toEqual(scaling.transform(x));
          expect(again.toJSON()).toEqual(scaling.parameters);
        }
      }),
    );
  });

  it.each<[string, unknown]>([
    ["an unknown kind", { kind: "whitener" }],
    ["a negative variance", { kind: "standardizer", axis: 1, mean: [0], variance: [-1] }],
    ["lists of different length", { kind: "normalizer", axis: 1, minimum: [0], maximum: [1, 2] }],
    ["a missing number", { kind: "rescaler", scale: 1 }],
  ])("refuses parameters with %s", (_, parameters) => {
    expect(() => scalingFrom(parameters as ScalingParameters)).toThrow(RangeError);
  });
});
