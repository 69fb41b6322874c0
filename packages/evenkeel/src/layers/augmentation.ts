import { staticShape, type Value } from "../graph/graph.js";
import { add, cast, equal, identity, less, matMul, mul, pad, reshape, slice } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { uniformNumbers } from "../random/in-graph.js";
import { tensor } from "../tensor/tensor.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";
import { type Margins2d, requireRank, type Sides, sidesOf } from "./padding.js";

// Augmentation is part of the training step's graph: it depends on the step's seed alone, and no batch waits for
// JavaScript. The images of a batch are moved, each in its own way, by products with matrices of 0 and 1, which
// pad with zeros by themselves and have a derivative. Gathering elements takes as long on the CPU, 0.5 ms for
// crops of [128, 3, 32, 32] on two cores. The products are exact, save on devices that round their factors: TF32
// keeps 11 bits, which is enough for pixels from 0 to 255 and one more reason to normalise after augmentation.

const flipModes = ["horizontal", "vertical", "horizontalAndVertical"] as const;

/** Options of `layers.randomFlip`. */
export interface RandomFlipOptions extends LayerOptions {
  /**
   * `horizontal` (default) swaps left and right, `vertical` top and bottom, `horizontalAndVertical` draws for each
   * of both (Keras's default).
   */
  mode?: (typeof flipModes)[number];
}

/** While training, flips each image of `[N, C, H, W]` with probability 1/2; does nothing at inference. */
export class RandomFlip extends Layer {
  readonly type = "randomFlip";

  constructor(override readonly options: RandomFlipOptions = {}) {
    super(options);
    const { mode = "horizontal" } = options;
    requireOption(flipModes.includes(mode), "mode", `one of ${flipModes.join(", ")}`, mode);
  }

  build(context: LayerContext, input: Value): Value {
    requireRank(input, 2);
    if (!context.training) return identity(input);
    const { mode = "horizontal" } = this.options;
    const [images, , height, width] = staticShape(input, "Augmentation") as [number, number, number, number];
    let output = input;
    if (mode !== "horizontal") output = moveRows(output, flippedPlaces(context, images, height));
    if (mode !== "vertical") output = moveColumns(output, flippedPlaces(context, images, width));
    return output;
  }
}

/** Options of `layers.randomCrop`. */
export interface RandomCropOptions extends LayerOptions {
  /** Rows of what is cut out. */
  height: number;
  /** Columns of what is cut out. */
  width: number;
  /**
   * Zeros put around the image first: on every side, `[height, width]`, or `[[top, bottom], [left, right]]`.
   * Default 0.
   */
  padding?: Margins2d;
}

/**
 * While training, cuts a window at a random place out of each image of `[N, C, H, W]`, padded with zeros before:
 * `[N, C, height, width]`. All places are equally probable, and every image has its own (PyTorch's `RandomCrop`).
 * At inference it takes the middle: the image itself when it has the window's size.
 */
export class RandomCrop extends Layer {
  readonly type = "randomCrop";

  constructor(override readonly options: RandomCropOptions) {
    super(options);
    for (const side of ["height", "width"] as const) {
      const size = options[side];
      requireOption(Number.isInteger(size) && size > 0, side, "a whole number of at least 1", size);
    }
    sidesOf("padding", 2, options.padding ?? 0);
  }

  build(context: LayerContext, input: Value): Value {
    requireRank(input, 2);
    const { height, width, padding = 0 } = this.options;
    const [rows, columns] = input.shape.slice(2) as [number, number];
    const [vertical, horizontal] = sidesOf("padding", 2, padding) as [Sides, Sides];
    const spare = {
      height: rows + vertical[0] + vertical[1] - height,
      width: columns + horizontal[0] + horizontal[1] - width,
    };
    for (const side of ["height", "width"] as const) {
      if (spare[side] >= 0) continue;
      throw new RangeError(
        `${side} ${this.options[side]} is ${-spare[side]} more than the padded image has.`,
      );
    }
    if (!context.training) return centred(input, height, width);
    const [images] = staticShape(input, "Augmentation") as [number];
    const top = shiftedPlaces(context, images, height, spare.height, -vertical[0]);
    const left = shiftedPlaces(context, images, width, spare.width, -horizontal[0]);
    return moveColumns(moveRows(input, top), left);
  }
}

/** For each image, whether it is flipped or not, the place that each of its `size` places takes from: `[N, size]`. */
function flippedPlaces(context: LayerContext, images: number, size: number): Value {
  const seed = context.randomSeed();
  const flipped = cast(less(uniformNumbers(seed, [images, 1]), 0.5), "int32");
  const own = integers(seed, size, (place) => place);
  return add(
    own,
    mul(
      flipped,
      integers(seed, size, (place) => size - 1 - 2 * place),
    ),
  );
}

/** For each image, places from `first` plus one of 0 to `spare` on: `[N, size]`. */
function shiftedPlaces(
  context: LayerContext,
  images: number,
  size: number,
  spare: number,
  first: number,
): Value {
  const seed = context.randomSeed();
  const shift = cast(mul(uniformNumbers(seed, [images, 1]), spare + 1), "int32");
  return add(
    integers(seed, size, (place) => first + place),
    shift,
  );
}

/** Rows of each image from the places that its own row of `[N, rows]` names; zeros where there is no such place. */
function moveRows(x: Value, places: Value): Value {
  const [images, rows] = places.shape as [number, number];
  const all = integers(x, x.shape[2] as number, (place) => place);
  return matMul(cast(equal(reshape(places, [images, 1, rows, 1]), all), "float32"), x);
}

/** The same for columns. */
function moveColumns(x: Value, places: Value): Value {
  const [images, columns] = places.shape as [number, number];
  const width = x.shape[3] as number;
  const all = reshape(
    integers(x, width, (place) => place),
    [width, 1],
  );
  return matMul(x, cast(equal(all, reshape(places, [images, 1, 1, columns])), "float32"));
}

function integers({ graph }: Value, count: number, of: (place: number) => number): Value {
  return graph.constant(tensor(Int32Array.from({ length: count }, (_, place) => of(place))));
}

/** The middle of each image, with zeros around where it is smaller; an odd row or column is cut off, or put, behind. */
function centred(x: Value, height: number, width: number): Value {
  const [rows, columns] = x.shape.slice(2) as [number, number];
  const before = [Math.trunc((rows - height) / 2), Math.trunc((columns - width) / 2)] as const;
  const starts = before.map((count) => Math.max(0, count));
  const ends = [starts[0]! + Math.min(rows, height), starts[1]! + Math.min(columns, width)];
  const cut = rows > height || columns > width ? slice(x, starts, ends, [2, 3]) : identity(x);
  if (rows >= height && columns >= width) return cut;
  const zeros = before.map((count) => Math.max(0, -count));
  const behind = [height - rows - zeros[0]!, width - columns - zeros[1]!].map((count) => Math.max(0, count));
  return pad(cut, [0, 0, ...zeros], [0, 0, ...behind]);
}

/** Makers of these layers. */
export const augmentationLayers = {
  /**
   * Cuts a window at a random place out of each image while training, out of its middle at inference. What is
   * usual for CIFAR-10 (He et al. 2016, Zagoruyko & Komodakis 2016): crops of the image padded by 4 zeros, flips,
   * and each channel normalised by its mean and variance in the training set. The pixels go in as they are, uint8:
   *
   *     layers.inputLayer({ inputShape: [3, 32, 32] }),
   *     layers.randomCrop({ height: 32, width: 32, padding: 4 }),
   *     layers.randomFlip(),
   *     layers.normalization({ mean: [125.3, 123.0, 113.9], variance: [63.0 ** 2, 62.1 ** 2, 66.7 ** 2] }),
   */
  randomCrop: (options: RandomCropOptions) =>
    new RandomCrop(
      requireKnown("layers.randomCrop", options, {
        ...layerOptionNames,
        height: true,
        width: true,
        padding: true,
      }),
    ),
  /** Flips each image with probability 1/2 while training, by default left to right. */
  randomFlip: (options: RandomFlipOptions = {}) =>
    new RandomFlip(requireKnown("layers.randomFlip", options, { ...layerOptionNames, mode: true })),
} as const;
