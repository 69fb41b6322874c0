import fc from "fast-check";
import type { Value } from "../graph/index.js";
import { type ElementArrays, type ElementType, formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";

/** An operation and the inputs to try it on. */
export interface Sample {
  inputs: readonly Tensor[];
  build: (...inputs: Value[]) => Value;
}

/** Arbitrary tensors of a shape. */
export type TensorOf = (shape: readonly number[]) => fc.Arbitrary<Tensor<"float32">>;

/** A shape of some rank with dimensions of 1 to 4. */
export function shapes({
  rank,
  minRank = rank ?? 0,
  maxRank = rank ?? 3,
}: {
  rank?: number;
  minRank?: number;
  maxRank?: number;
} = {}): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 4 }), { minLength: minRank, maxLength: maxRank });
}

/** Which axes: some of `rank`, at least one unless there is none, in ascending order. */
export function someAxes(rank: number): fc.Arbitrary<number[]> {
  return fc.subarray(
    Array.from({ length: rank }, (_, axis) => axis),
    { minLength: Math.min(1, rank) },
  );
}

/** All axes of a rank in some order. */
export function orders(rank: number): fc.Arbitrary<number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank });
}

/** Elements from `low` to `high` in steps of 0.01. */
export function between(low: number, high: number): TensorOf {
  return elements(
    fc.integer({ min: Math.round(low * 100), max: Math.round(high * 100) }).map((n) => n / 100),
  );
}

/** Elements of either sign whose magnitude is from `low` to `high`, in steps of 0.01. */
export function awayFromZero(
  low: number,
  high: number,
): (shape: readonly number[]) => fc.Arbitrary<Tensor<"float32">> {
  const magnitude = fc.integer({ min: Math.round(low * 100), max: Math.round(high * 100) });
  return elements(fc.tuple(magnitude, fc.boolean()).map(([n, negative]) => (negative ? -n : n) / 100));
}

/** Elements from −2 to 2 that are all tenths: −0.2, 0.7. */
export const tenths = elements(fc.integer({ min: -20, max: 20 }).map((n) => n / 10));

/** Elements from −2 to 2 that are at least 0.05 away from every tenth, where a test may put a kink. */
export const betweenTenths = elements(fc.integer({ min: -20, max: 19 }).map((n) => (n + 0.5) / 10));

/** Elements of which no two are closer than 0.1. */
export function distinct(shape: readonly number[]): fc.Arbitrary<Tensor<"float32">> {
  const count = sizeOf(shape);
  return fc
    .uniqueArray(fc.integer({ min: -count, max: count }), { minLength: count, maxLength: count })
    .map((ints) => ({ type: "float32", shape, data: Float32Array.from(ints, (n) => n / 10) }));
}

/** Integer elements from `low` to `high` of any element type; of `bool`, 0 and 1. */
export function integers<T extends ElementType>(
  type: T,
  low: number,
  high: number,
): (shape: readonly number[]) => fc.Arbitrary<Tensor<T>> {
  return (shape) => {
    const count = sizeOf(shape);
    return fc
      .array(fc.integer({ min: low, max: high }), { minLength: count, maxLength: count })
      .map((numbers) => ({ type, shape, data: arrayOf(type, numbers) }) as unknown as Tensor<T>);
  };
}
export const bools = integers("bool", 0, 1);

/** Pairs of shapes that broadcast to one another. */
export const broadcastPairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [[], [2, 3]],
  [
    [2, 3],
    [1, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [2, 1],
    [1, 3],
  ],
  [[3], [2, 1]],
  [
    [2, 3, 2],
    [3, 1],
  ],
  [
    [1, 3],
    [2, 2, 3],
  ],
  [[4], [1]],
  [[], []],
];

export function pairName([a, b]: readonly [readonly number[], readonly number[]]): string {
  return `${formatShape(a)} and ${formatShape(b)}`;
}

function elements(element: fc.Arbitrary<number>): TensorOf {
  return (shape) => {
    const count = sizeOf(shape);
    return fc
      .array(element, { minLength: count, maxLength: count })
      .map((numbers) => ({ type: "float32", shape, data: Float32Array.from(numbers) }));
  };
}

function arrayOf(type: ElementType, numbers: readonly number[]): ElementArrays[ElementType] {
  if (type === "float32") return Float32Array.from(numbers);
  if (type === "int32") return Int32Array.from(numbers);
  if (type === "uint32") return Uint32Array.from(numbers);
  if (type === "int64") return BigInt64Array.from(numbers, BigInt);
  return Uint8Array.from(numbers);
}
