import type { Value } from "../graph/graph.js";
import { pad, slice } from "../graph/operations.js";
import { requireKnown, shown } from "../options/known.js";
import { formatShape } from "../tensor/tensor.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** How many values stand before and after: `[left, right]`. */
export type Sides = readonly [before: number, after: number];

/** Values at both ends of an axis: a number for either, or `[left, right]`. */
export type Margins1d = number | Sides;

/** Values around a plane: a number for all four sides, `[height, width]`, or `[[top, bottom], [left, right]]`. */
export type Margins2d =
  | number
  | readonly [height: number, width: number]
  | readonly [height: Sides, width: Sides];

/** Options of `layers.zeroPadding1d`. */
export interface ZeroPadding1dOptions extends LayerOptions {
  /** Zeros on either side, or `[left, right]`. Default 1. */
  padding?: Margins1d;
}

/** Options of `layers.zeroPadding2d`. */
export interface ZeroPadding2dOptions extends LayerOptions {
  /** Zeros on every side, `[height, width]`, or `[[top, bottom], [left, right]]`. Default 1. */
  padding?: Margins2d;
}

/** Options of `layers.cropping1d`. */
export interface Cropping1dOptions extends LayerOptions {
  /** What is cut off either side, or `[left, right]`. Default 1. */
  cropping?: Margins1d;
}

/** Options of `layers.cropping2d`. */
export interface Cropping2dOptions extends LayerOptions {
  /** What is cut off every side, `[height, width]`, or `[[top, bottom], [left, right]]`. Default 1. */
  cropping?: Margins2d;
}

/** Zeros around the last axis of `[N, C, L]`, or the last two of `[N, C, H, W]`. */
export class ZeroPadding extends Layer {
  private readonly sides: readonly Sides[];

  constructor(
    readonly type: "zeroPadding1d" | "zeroPadding2d",
    override readonly options: ZeroPadding1dOptions | ZeroPadding2dOptions = {},
  ) {
    super(options);
    this.sides = sidesOf("padding", type === "zeroPadding1d" ? 1 : 2, options.padding ?? 1);
  }

  build(_context: LayerContext, input: Value): Value {
    requireRank(input, this.sides.length);
    const zeros = [[0, 0], [0, 0], ...this.sides] as const;
    return pad(
      input,
      zeros.map(([before]) => before),
      zeros.map(([, after]) => after),
    );
  }
}

/** Cuts values off the last axis of `[N, C, L]`, or the last two of `[N, C, H, W]`. */
export class Cropping extends Layer {
  private readonly sides: readonly Sides[];

  constructor(
    readonly type: "cropping1d" | "cropping2d",
    override readonly options: Cropping1dOptions | Cropping2dOptions = {},
  ) {
    super(options);
    this.sides = sidesOf("cropping", type === "cropping1d" ? 1 : 2, options.cropping ?? 1);
  }

  build(_context: LayerContext, input: Value): Value {
    requireRank(input, this.sides.length);
    const sizes = input.shape.slice(2) as number[];
    const ends = sizes.map((size, index) => size - this.sides[index]![1]);
    for (const [index, [before]] of this.sides.entries()) {
      if (before < ends[index]!) continue;
      throw new RangeError(
        `cropping ${JSON.stringify(this.sides[index])} leaves nothing of axis ${index + 2}, of size ${sizes[index]}.`,
      );
    }
    return slice(
      input,
      this.sides.map(([before]) => before),
      ends,
      this.sides.map((_, index) => index + 2),
    );
  }
}

/** @throws RangeError unless the input is `[N, C, L]` for one axis, `[N, C, H, W]` for two. */
export function requireRank({ shape }: Value, axes: number): void {
  if (shape.length === axes + 2) return;
  const wanted = axes === 1 ? "[N, C, L]" : "[N, C, H, W]";
  throw new RangeError(`it needs ${wanted}, got ${formatShape(shape)}.`);
}

/** An amount as `[before, after]` for each axis. @throws RangeError for what is none. */
export function sidesOf(option: string, axes: 1 | 2, amount: unknown): Sides[] {
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  const isPair = (value: unknown): value is Sides =>
    Array.isArray(value) && value.length === 2 && value.every(isCount);
  if (isCount(amount)) return Array.from({ length: axes }, () => [amount, amount]);
  if (axes === 1 && isPair(amount)) return [amount];
  if (axes === 2 && isPair(amount)) return amount.map((count) => [count, count]);
  if (axes === 2 && Array.isArray(amount) && amount.length === 2 && amount.every(isPair)) return amount;
  const forms = axes === 1 ? "or [left, right]" : "[height, width], or [[top, bottom], [left, right]]";
  throw new RangeError(`${option} must be a whole number of at least 0, ${forms}, got ${shown(amount)}.`);
}

const paddingOptionNames = { ...layerOptionNames, padding: true } as const;
const croppingOptionNames = { ...layerOptionNames, cropping: true } as const;

/** Makers of these layers. */
export const paddingLayers = {
  /** Zeros at the ends of `[N, C, L]`. */
  zeroPadding1d: (options: ZeroPadding1dOptions = {}) =>
    new ZeroPadding("zeroPadding1d", requireKnown("layers.zeroPadding1d", options, paddingOptionNames)),
  /** Zeros around the planes of `[N, C, H, W]`. */
  zeroPadding2d: (options: ZeroPadding2dOptions = {}) =>
    new ZeroPadding("zeroPadding2d", requireKnown("layers.zeroPadding2d", options, paddingOptionNames)),
  /** Cuts values off the ends of `[N, C, L]`. */
  cropping1d: (options: Cropping1dOptions = {}) =>
    new Cropping("cropping1d", requireKnown("layers.cropping1d", options, croppingOptionNames)),
  /** Cuts values off the sides of `[N, C, H, W]`. */
  cropping2d: (options: Cropping2dOptions = {}) =>
    new Cropping("cropping2d", requireKnown("layers.cropping2d", options, croppingOptionNames)),
} as const;
