import type { Shape } from "../graph/shape.js";
import { extents, type Windows } from "../graph/windows.js";
import { requireOption } from "../options/require.js";

import { type Margins1d, type Margins2d, type Sides, sidesOf } from "./padding.js";

/** One number for every spatial axis, or one for each: `3`, `[5, 3]`. */
export type PerAxis = number | readonly number[];

/**
 * What surrounds the spatial axes before windows slide over them.
 *
 * - `"valid"`: nothing. Elements at the end that fill no window are left out.
 * - `"same"`: as much as makes ⌈size / stride⌉ windows, half of it on each side, an odd one at the end (Keras's and
 *   TensorFlow's).
 * - a number: as much on every side (PyTorch's `padding`).
 * - `[height, width]`: on both sides of each axis. `[[top, bottom], [left, right]]`: on each side of each axis. In one
 *   dimension, `[before, after]`.
 */
export type Padding = "valid" | "same" | Margins1d | Margins2d;

/** Options that say where windows lie, for layers over `rank` spatial axes. */
export interface WindowOptions {
  /** The length of a window along each axis. */
  kernel: PerAxis;
  strides: PerAxis;
  dilations: PerAxis;
  padding: Padding;
}

const axisNames = { 1: ["length"], 2: ["height", "width"] } as const;

/** How many spatial axes a layer's inputs have. */
export type SpatialRank = keyof typeof axisNames;

/** One number for each axis. @throws RangeError unless they are whole and at least 1. */
export function perAxis(value: PerAxis, rank: SpatialRank, option: string): readonly number[] {
  const values = typeof value === "number" ? Array<number>(rank).fill(value) : value;
  const holds =
    Array.isArray(values) &&
    values.length === rank &&
    values.every((size) => Number.isInteger(size) && size > 0);
  const several = rank === 1 ? "" : `, or [${axisNames[rank].join(", ")}]`;
  requireOption(holds, option, `a whole number of at least 1${several}`, value);
  return values;
}

/** @throws RangeError unless the padding has one of its forms. */
export function requirePadding(padding: Padding, rank: SpatialRank): void {
  if (padding === "valid" || padding === "same") return;
  requireOption(typeof padding !== "string", "padding", '"valid", "same" or numbers', padding);
  sidesOf("padding", rank, padding);
}

/** The sizes of the spatial axes of inputs `[N, C, ...]`. @throws Error for another rank, or for sizes not known. */
export function spatialSizes(inputShape: Shape, rank: SpatialRank, layer: string): number[] {
  const wanted = rank === 1 ? "[N, C, length]" : "[N, C, height, width]";
  const [, channels, ...sizes] = inputShape;
  const known = [channels, ...sizes].every((size) => typeof size === "number");
  if (known && sizes.length === rank) return sizes as number[];
  throw new Error(
    `${layer} needs inputs of shape ${wanted}, channels before the spatial axes, got [${inputShape.join(", ")}].`,
  );
}

/**
 * Where the windows lie over axes of these sizes.
 *
 * @throws Error when a window is longer than its axis with its padding.
 */
export function layWindows(sizes: readonly number[], options: WindowOptions, layer: string): Windows {
  const rank = sizes.length as SpatialRank;
  const kernel = perAxis(options.kernel, rank, "kernelSize");
  const strides = perAxis(options.strides, rank, "strides");
  const dilations = perAxis(options.dilations, rank, "dilationRate");
  const lengths = extents({ kernel, dilations });
  const sides = padsOf(options.padding, sizes, lengths, strides);
  for (const [axis, size] of sizes.entries()) {
    const [before, after] = sides[axis]!;
    if (size + before + after >= lengths[axis]!) continue;
    throw new Error(
      `${layer}'s windows take ${lengths[axis]} elements along the ${axisNames[rank][axis]}, but there are ${size + before + after}, padding included. Use a smaller window, padding "same", or less pooling and smaller strides before it.`,
    );
  }
  return {
    kernel,
    strides,
    dilations,
    before: sides.map(([before]) => before),
    after: sides.map(([, after]) => after),
  };
}

/** Padding before and after each axis. */
function padsOf(
  padding: Padding,
  sizes: readonly number[],
  lengths: readonly number[],
  strides: readonly number[],
): Sides[] {
  if (padding === "valid") return sizes.map(() => [0, 0]);
  if (padding !== "same") return sidesOf("padding", sizes.length as SpatialRank, padding);
  return sizes.map((size, axis) => {
    const reached = (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + lengths[axis]!;
    const total = Math.max(0, reached - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}
