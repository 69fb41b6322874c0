import { shown } from "../options/known.js";

/** Element types that Evenkeel's graphs use: float32 values, integer indices and labels, uint8 data. */
export type ElementType = "float32" | "uint8" | "int32" | "uint32" | "int64" | "bool";

/** The typed array that holds the elements of each type. `bool` is one byte an element, 0 or 1. */
export interface ElementArrays {
  float32: Float32Array;
  uint8: Uint8Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
}

const arrays = {
  float32: Float32Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** A dense array in row-major order, with its element type and shape. Plain data: it can be cloned and posted. */
export type Tensor<Type extends ElementType = ElementType> = {
  [T in Type]: { readonly type: T; readonly shape: readonly number[]; readonly data: ElementArrays[T] };
}[Type];

/** Nested arrays of numbers, all rows of one length: what `tensor` takes besides typed arrays. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** The number of elements of a shape; 1 for a scalar, `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** A new array of zeros that holds `length` elements of a type. */
export function allocate<T extends ElementType>(type: T, length: number): ElementArrays[T] {
  return new arrays[type](length) as ElementArrays[T];
}

/** A tensor of zeros. */
export function zeros<T extends ElementType>(type: T, shape: readonly number[]): Tensor<T> {
  return { type, shape: [...shape], data: allocate(type, sizeOf(shape)) } as unknown as Tensor<T>;
}

/**
 * Makes a tensor from a typed array (kept, not copied) or from nested arrays of numbers (copied).
 *
 * @param values typed array, or nested arrays of numbers.
 * @param shape default: that of the nested arrays; `[length]` for a typed array.
 * @param type default: the typed array's; `float32` for nested arrays.
 * @throws RangeError when the number of elements is not that of `shape`, or when rows differ in length.
 */
export function tensor(values: Float32Array, shape?: readonly number[]): Tensor<"float32">;
export function tensor(values: Uint8Array, shape?: readonly number[]): Tensor<"uint8">;
export function tensor(values: Int32Array, shape?: readonly number[]): Tensor<"int32">;
export function tensor(values: Uint32Array, shape?: readonly number[]): Tensor<"uint32">;
export function tensor(values: BigInt64Array, shape?: readonly number[]): Tensor<"int64">;
export function tensor<T extends ElementType = "float32">(
  values: ElementArrays[T] | NestedNumbers,
  shape?: readonly number[],
  type?: T,
): Tensor<T>;
export function tensor(
  values: ElementArrays[ElementType] | NestedNumbers,
  shape?: readonly number[],
  type?: ElementType,
): Tensor {
  if (ArrayBuffer.isView(values)) {
    return checked(type ?? elementTypeOf(values), values, shape ?? [values.length]);
  }
  const inferredShape: number[] = [];
  let level: NestedNumbers | undefined = values;
  while (Array.isArray(level)) {
    inferredShape.push(level.length);
    level = level[0];
  }
  const flat: number[] = [];
  flatten(values, inferredShape, [], flat);
  const data = allocate(type ?? "float32", flat.length);
  if (data instanceof BigInt64Array) data.set(flat.map(BigInt));
  else data.set(flat);
  return checked(type ?? "float32", data, shape ?? inferredShape);
}

/** The element type that a typed array holds. `Uint8Array` is `uint8`, never `bool`. */
export function elementTypeOf(data: ArrayBufferView): ElementType {
  for (const type of ["float32", "uint8", "int32", "uint32", "int64"] as const) {
    if (data instanceof arrays[type]) return type;
  }
  throw new TypeError(
    `Expected a Float32Array, Uint8Array, Int32Array, Uint32Array or BigInt64Array, got ${data.constructor.name}.`,
  );
}

/** Rows `start` to `end` (exclusive) along axis 0, without a copy. */
export function rows<T extends ElementType>(source: Tensor<T>, start: number, end: number): Tensor<T> {
  const [count = 0, ...rest] = source.shape;
  const rowSize = sizeOf(rest);
  const last = Math.min(end, count);
  return {
    type: source.type,
    shape: [last - start, ...rest],
    data: source.data.subarray(start * rowSize, last * rowSize),
  } as unknown as Tensor<T>;
}

/** The rows named by `indices`, copied in that order. */
export function gatherRows<T extends ElementType>(source: Tensor<T>, indices: ArrayLike<number>): Tensor<T> {
  const [count = 0, ...rest] = source.shape;
  const rowSize = sizeOf(rest);
  const result = zeros(source.type, [indices.length, ...rest]) as Tensor<T>;
  const target = result.data as Uint8Array;
  const data = source.data as Uint8Array;
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i]!;
    if (!(Number.isInteger(row) && row >= 0 && row < count))
      throw new RangeError(`Row ${row} is outside 0..${count - 1}.`);
    target.set(data.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize);
  }
  return result;
}

/** A shape as people write it: `[128, 300]`; a scalar is `[]`. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

function checked(type: ElementType, data: ElementArrays[ElementType], shape: readonly number[]): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `A tensor of shape ${formatShape(shape)} holds ${sizeOf(shape)} elements, got ${data.length}.`,
    );
  }
  return { type, shape: [...shape], data } as Tensor;
}

function flatten(values: NestedNumbers, shape: number[], place: readonly number[], into: number[]): void {
  if (typeof values === "number") {
    if (place.length !== shape.length) throw ragged(place, shape);
    into.push(values);
    return;
  }
  if (!Array.isArray(values)) {
    const where = place.map((index) => `[${index}]`).join("");
    throw new TypeError(`Expected nested arrays of numbers, got ${shown(values)}${where && ` at ${where}`}.`);
  }
  if (place.length >= shape.length || values.length !== shape[place.length]) throw ragged(place, shape);
  for (const [index, item] of values.entries()) flatten(item, shape, [...place, index], into);
}

function ragged(place: readonly number[], shape: number[]): RangeError {
  return new RangeError(
    `Nested arrays must have rows of one length: at depth ${place.length}, expected the shape of the first row, ${formatShape(shape)}.`,
  );
}
