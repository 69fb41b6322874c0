import { globalAverage, pooling } from "../blocked/index.js";
import type { Value } from "../graph/graph.js";
import {
  add,
  averagePool,
  expand,
  globalAveragePool,
  greaterOrEqual,
  maxPool,
  mul,
  pad,
  reduceMax,
  reshape,
  slice,
  sub,
  where,
} from "../graph/operations.js";
import { isReordered } from "../graph/reordering.js";
import { type Windows, windowCounts } from "../graph/windows.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";
import {
  layWindows,
  type Padding,
  type PerAxis,
  perAxis,
  requirePadding,
  type SpatialRank,
  spatialSizes,
} from "./windows.js";

/** Options of `layers.maxPooling1d` and `layers.maxPooling2d`. */
export interface PoolingOptions extends LayerOptions {
  /** Height and width of a window: `2`, `[3, 2]`. In one dimension, its length. Default 2. */
  poolSize?: PerAxis;
  /** From one window to the next. Default `poolSize`. */
  strides?: PerAxis;
  /**
   * Around the input: `"valid"` (nothing), `"same"`, or how many elements, fewer than a window has. Default
   * `"valid"`. Padding is never the largest of a window.
   */
  padding?: Padding;
}

/** Options of `layers.averagePooling1d` and `layers.averagePooling2d`. */
export interface AveragePoolingOptions extends PoolingOptions {
  /** Whether padding counts as zeros in the mean, PyTorch's `count_include_pad`. Default false, as Keras does it. */
  countIncludePadding?: boolean;
}

/** Options of the global poolings. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Whether the spatial axes stay, with size 1: `[N, C, 1, 1]`. Default false: `[N, C]`. */
  keepDimensions?: boolean;
}

const kinds = { max: "maxPooling", average: "averagePooling" } as const;

/** The largest element or the mean of each window: `[N, C, H, W] → [N, C, H′, W′]`. */
export class Pooling extends Layer {
  constructor(
    override readonly options: AveragePoolingOptions,
    readonly kind: keyof typeof kinds,
    readonly spatialRank: SpatialRank,
  ) {
    super(options);
    const { poolSize = 2, strides = poolSize, padding = "valid", countIncludePadding = false } = options;
    perAxis(poolSize, spatialRank, "poolSize");
    perAxis(strides, spatialRank, "strides");
    requirePadding(padding, spatialRank);
    const isBoolean = typeof countIncludePadding === "boolean";
    requireOption(isBoolean, "countIncludePadding", "true or false", countIncludePadding);
  }

  get type(): string {
    return `${kinds[this.kind]}${this.spatialRank}d`;
  }

  build({ training, device, channelBlock }: LayerContext, input: Value): Value {
    const { poolSize = 2, strides = poolSize, padding = "valid", countIncludePadding = false } = this.options;
    const sizes = spatialSizes(input.shape, this.spatialRank, this.type);
    const windows = layWindows(sizes, { kernel: poolSize, strides, dilations: 1, padding }, this.type);
    for (const [axis, size] of windows.kernel.entries()) {
      const [before, after] = [windows.before[axis]!, windows.after[axis]!];
      if (before < size && after < size) continue;
      throw new Error(
        `padding must be less than poolSize along each axis, got ${before} and ${after} around windows of ${size}: one would have nothing else in it.`,
      );
    }
    const inLayout = pooling(this.kind, input, windows, { block: channelBlock, training });
    if (inLayout) return inLayout;
    if (this.kind === "average") return averagePool(input, windows, countIncludePadding);
    // Where the largest element was, which the derivative needs, ONNX Runtime tells on its CPU provider only.
    return training && device !== "cpu" ? maxPoolByElements(input, windows) : maxPool(input, windows);
  }
}

/**
 * A maximum pooling in elementary operations: of each window's elements, one after another, the largest so far. Among
 * equals the first stays, which then gets the gradient, as PyTorch has it.
 */
function maxPoolByElements(x: Value, windows: Windows): Value {
  const { kernel, strides, dilations, before, after } = windows;
  const sizes = x.shape.slice(2) as number[];
  const axes = sizes.map((_, axis) => axis + 2);
  const counts = windowCounts(sizes, windows);
  // Less than anything but itself: padding is never the largest.
  const lowest = -3.4028234663852886e38;
  const around = [0, 0, ...before].some(Boolean) || after.some(Boolean) ? padWith(x, windows, lowest) : x;
  const places = kernel.reduce<number[][]>(
    (found, size) => found.flatMap((place) => Array.from({ length: size }, (_, index) => [...place, index])),
    [[]],
  );
  const elements = places.map((place) => {
    const starts = place.map((index, axis) => index * dilations[axis]!);
    const ends = starts.map((start, axis) => start + (counts[axis]! - 1) * strides[axis]! + 1);
    return slice(around, starts, ends, axes, strides);
  });
  return elements.reduce((largest, next) => where(greaterOrEqual(largest, next), largest, next));
}

/** Padding with a number in place of zeros: zeros, and the number where they are. */
function padWith(x: Value, { before, after }: Windows, number: number): Value {
  const pads = [before, after].map((each) => [0, 0, ...each]) as [number[], number[]];
  const sizes = x.shape.slice(2) as number[];
  const inside = expand(x.graph.constant(1), [1, 1, ...sizes]);
  const outside = mul(sub(1, pad(inside, ...pads)), number);
  return add(pad(x, ...pads), outside);
}

const globalKinds = { max: "globalMaxPooling", average: "globalAveragePooling" } as const;

/** The largest element or the mean of each channel: `[N, C, H, W] → [N, C]`. */
export class GlobalPooling extends Layer {
  constructor(
    override readonly options: GlobalPoolingOptions,
    readonly kind: keyof typeof globalKinds,
    readonly spatialRank: SpatialRank,
  ) {
    super(options);
    const { keepDimensions = false } = options;
    requireOption(typeof keepDimensions === "boolean", "keepDimensions", "true or false", keepDimensions);
  }

  get type(): string {
    return `${globalKinds[this.kind]}${this.spatialRank}d`;
  }

  build({ channelBlock }: LayerContext, input: Value): Value {
    const { keepDimensions = false } = this.options;
    const sizes = spatialSizes(input.shape, this.spatialRank, this.type);
    const axes = sizes.map((_, axis) => axis + 2);
    if (this.kind === "max") return reduceMax(input, axes, { keepDimensions });
    const { shape } = input;
    const means = isReordered(input) ? globalAverage(input, channelBlock) : globalAveragePool(input);
    return reshape(
      means,
      keepDimensions ? shape.map((size, axis) => (axis < 2 ? size : 1)) : shape.slice(0, 2),
    );
  }
}

const poolingNames = { ...layerOptionNames, poolSize: true, strides: true, padding: true } as const;
const averageNames = { ...poolingNames, countIncludePadding: true } as const;
const globalNames = { ...layerOptionNames, keepDimensions: true } as const;

/** Makers of these layers. */
export const poolingLayers = {
  /** The mean of each window: `[N, C, L] → [N, C, L′]`. */
  averagePooling1d: (options: AveragePoolingOptions = {}) =>
    new Pooling(requireKnown("layers.averagePooling1d", options, averageNames), "average", 1),
  /** The mean of each window: `[N, C, H, W] → [N, C, H′, W′]`. */
  averagePooling2d: (options: AveragePoolingOptions = {}) =>
    new Pooling(requireKnown("layers.averagePooling2d", options, averageNames), "average", 2),
  /** The mean of each channel: `[N, C, L] → [N, C]`. */
  globalAveragePooling1d: (options: GlobalPoolingOptions = {}) =>
    new GlobalPooling(requireKnown("layers.globalAveragePooling1d", options, globalNames), "average", 1),
  /** The mean of each channel: `[N, C, H, W] → [N, C]`. */
  globalAveragePooling2d: (options: GlobalPoolingOptions = {}) =>
    new GlobalPooling(requireKnown("layers.globalAveragePooling2d", options, globalNames), "average", 2),
  /** The largest element of each channel: `[N, C, L] → [N, C]`. */
  globalMaxPooling1d: (options: GlobalPoolingOptions = {}) =>
    new GlobalPooling(requireKnown("layers.globalMaxPooling1d", options, globalNames), "max", 1),
  /** The largest element of each channel: `[N, C, H, W] → [N, C]`. */
  globalMaxPooling2d: (options: GlobalPoolingOptions = {}) =>
    new GlobalPooling(requireKnown("layers.globalMaxPooling2d", options, globalNames), "max", 2),
  /** The largest element of each window: `[N, C, L] → [N, C, L′]`. */
  maxPooling1d: (options: PoolingOptions = {}) =>
    new Pooling(requireKnown("layers.maxPooling1d", options, poolingNames), "max", 1),
  /** The largest element of each window: `[N, C, H, W] → [N, C, H′, W′]`. */
  maxPooling2d: (options: PoolingOptions = {}) =>
    new Pooling(requireKnown("layers.maxPooling2d", options, poolingNames), "max", 2),
} as const;
