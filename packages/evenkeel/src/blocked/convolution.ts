import type { Value } from "../graph/graph.js";
import { concat, expand, gather, reduceSum, reshape, slice, transpose } from "../graph/operations.js";
import { intoLayout, outOfLayout } from "../graph/reordering.js";
import type { Dimension, Shape } from "../graph/shape.js";
import { type Windows, windowCounts } from "../graph/windows.js";
import { tensor, zeros } from "../tensor/tensor.js";
import { padded, swapped, swappedFirst } from "./reorder.js";

/*
 * The three products of a convolution in the blocked layout. Notation of the shapes in memory: n, c, o for the blocks
 * of examples, channels and filters, b for the block itself, k for the elements of the kernel, p for the places of
 * the output.
 */

/** A convolution that the layout can do. */
export interface BlockedConvolution {
  readonly block: number;
  readonly batch: Dimension;
  readonly channels: number;
  readonly sizes: readonly [number, number];
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  readonly counts: readonly [number, number];
}

/**
 * The convolution, where the layout can do it and its derivatives; else undefined. Filters, and channels unless they
 * are fewer than a block, are whole blocks.
 */
export function blockedConvolution(
  shape: Shape,
  kernelShape: Shape,
  windows: Windows,
  { group, block, training }: { group: number; block: number; training: boolean },
): BlockedConvolution | undefined {
  if (block === 1 || group > 1 || shape.length !== 4) return undefined;
  const [batch, channels, height, width] = shape as [Dimension, number, number, number];
  const [filters] = kernelShape as [number];
  const { kernel, strides, dilations, before, after } = windows;
  const [stride, other] = strides as [number, number];
  const sizes = [height, width] as const;
  const whole = (count: number) => count % block === 0;
  const fits =
    stride === other &&
    stride <= 2 &&
    dilations.every((dilation) => dilation === 1) &&
    whole(filters) &&
    (whole(channels) || channels < block) &&
    before.every((pad, axis) => pad < kernel[axis]!) &&
    after.every((pad, axis) => pad < kernel[axis]!);
  if (!fits) return undefined;
  if (training) {
    const even = stride === 1 || channels < block || sizes.every((size) => size % 2 === 0);
    if (typeof batch !== "number" || !even) return undefined;
  }
  const counts = windowCounts(sizes, windows) as [number, number];
  return {
    block,
    batch,
    channels,
    sizes,
    filters,
    stride,
    counts,
    kernel: kernel as [number, number],
    before: before as [number, number],
    after: after as [number, number],
  };
}

/**
 * The convolution of a content in the layout, or of plain `[N, C, H, W]` where the channels are fewer than a block.
 *
 * @param kernel `[filters, C, h, w]`.
 * @param bias `[filters]`.
 */
export function forward(x: Value, kernel: Value, bias: Value | undefined, of: BlockedConvolution): Value {
  const { block, filters, channels, before, after, stride } = of;
  const [h, w] = of.kernel;
  const elements = h * w;
  const rows = intoLayout(reshape(kernel, [1, filters, channels * elements, 1])); // [o, C·k, b]
  const ordered =
    channels < block || elements === 1
      ? rows
      : swapped(rows, (filters * channels) / block ** 2, block, elements, block); // [o, c, k, b, b]
  const filter = reshape(ordered, [filters, channels, h, w]);
  if (isSmall(of)) return sideBySide(x, filter, bias, of);
  return convolve(x, filter, bias, { strides: [stride, stride], pads: [...before, ...after] });
}

/** Whether the images are so small that most of what is computed at once would be padding. */
function isSmall({
  block,
  batch,
  channels,
  sizes,
  kernel,
  stride,
  before,
  after,
}: BlockedConvolution): boolean {
  return (
    typeof batch === "number" &&
    channels % block === 0 &&
    stride === 1 &&
    sizes.every((size) => size >= 2 && size <= 4) &&
    kernel.every((size) => size === 3) &&
    [...before, ...after].every((pad) => pad === 1)
  );
}

/** All images of the batch in one, next to one another, a column of zeros between them. */
function sideBySide(
  x: Value,
  filter: Value,
  bias: Value | undefined,
  { block, batch, channels, filters, sizes: [height, width] }: BlockedConvolution,
): Value {
  const examples = batch as number;
  const wide = width + 1;
  const rows = (channels / block) * height;
  const across = swappedFirst(x, examples, rows, width * block);
  const apart = padded(across, rows * examples, width, block, [0, 1]);
  const found = convolve(reshape(apart, [1, channels, height, examples * wide]), filter, bias, {
    strides: [1, 1],
    pads: [1, 1, 1, 1],
  });
  const filterRows = (filters / block) * height;
  const kept = slice(reshape(found, [filterRows * examples, wide * block]), [0], [width * block], [1]);
  return reshape(swappedFirst(kept, filterRows, examples, width * block), [examples, filters, height, width]);
}

/** ∂loss/∂input from ∂loss/∂output, both in the layout. The channels must be whole blocks. */
export function inputGradient(g: Value, kernel: Value, of: BlockedConvolution): Value {
  return of.stride === 1 ? turnedConvolution(g, kernel, of) : phases(g, kernel, of);
}

/** At stride 1: the convolution of g with the kernel turned round, its channels and filters in each other's place. */
function turnedConvolution(g: Value, kernel: Value, of: BlockedConvolution): Value {
  const { block, channels, filters, before, after } = of;
  const [h, w] = of.kernel;
  const elements = h * w;
  const filterBlocks = filters / block;
  const channelBlocks = channels / block;
  const order: number[] = [];
  for (let c = 0; c < channelBlocks; c++) {
    for (let o = 0; o < filterBlocks; o++) {
      for (let k = elements - 1; k >= 0; k--) order.push((o * channelBlocks + c) * elements + k);
    }
  }
  const turned = gather(kernelRows(kernel, of), g.graph.indices(order));
  const filter = reshape(turned, [channels, filters, h, w]);
  const reach = (pads: readonly [number, number]): [number, number] => [h - 1 - pads[0], w - 1 - pads[1]];
  const upstream = {
    ...of,
    channels: filters,
    filters: channels,
    sizes: of.counts,
    before: reach(before),
    after: reach(after),
  };
  if (isSmall(upstream)) return sideBySide(g, filter, undefined, upstream);
  return convolve(g, filter, undefined, {
    strides: [1, 1],
    pads: [...upstream.before, ...upstream.after],
  });
}

/**
 * At stride 2 the input falls into four phases, by odd and even rows and columns, each a convolution of g with every
 * second element of the kernel. They are computed as one convolution with four times the filters, then woven together.
 */
function phases(g: Value, kernel: Value, of: BlockedConvolution): Value {
  const { block, batch, channels, filters, sizes, counts, before } = of;
  const [h, w] = of.kernel;
  const filterBlocks = filters / block;
  const channelBlocks = channels / block;
  const along = [0, 1].map((axis) => phasesAlong(of.kernel[axis]!, before[axis]!)) as [Phases, Phases];
  // Behind the rows of the kernel one of zeros, for the places that a phase does not reach.
  const empty = g.graph.constant(zeros("float32", [1, block * block]));
  const rows = concat([kernelRows(kernel, of), empty], 0);
  const zero = filterBlocks * channelBlocks * h * w;
  const order: number[] = [];
  for (const vertical of along[0].elements) {
    for (const horizontal of along[1].elements) {
      for (let c = 0; c < channelBlocks; c++) {
        for (let o = 0; o < filterBlocks; o++) {
          for (const i of vertical) {
            for (const j of horizontal) {
              const outside = i === undefined || j === undefined;
              order.push(outside ? zero : (o * channelBlocks + c) * h * w + i * w + j);
            }
          }
        }
      }
    }
  }
  const taps = along.map(({ elements }) => elements[0]!.length) as [number, number];
  const half = sizes.map((size) => size / 2) as [number, number];
  const first = along.map(({ first }) => -first);
  const last = half.map((size, axis) => size - counts[axis]! - first[axis]! + taps[axis]! - 1);
  const filtersOfPhases = reshape(gather(rows, g.graph.indices(order)), [4 * channels, filters, ...taps]);
  const found = convolve(g, filtersOfPhases, undefined, { strides: [1, 1], pads: [...first, ...last] });
  // [N, vertical, horizontal, c, h/2, w/2, b] → [N, c, h/2, vertical, w/2, horizontal, b]
  const examples = batch as number;
  const woven = swapped(found, examples * 2, 2, channelBlocks * half[0] * half[1], block);
  const rest = half[1] * 2 * block;
  const ordered = transpose(reshape(woven, [examples, 2, channelBlocks, half[0], rest]), [0, 2, 3, 1, 4]);
  return reshape(ordered, [examples, channels, ...sizes]);
}

/** For each of the two phases along an axis, the element of the kernel for each place of g from `first` on. */
interface Phases {
  first: number;
  elements: (number | undefined)[][];
}

/** The input's place 2m + phase meets g's place m + δ by the kernel's element phase + before − 2δ. */
function phasesAlong(size: number, before: number): Phases {
  const first = Math.ceil((before - (size - 1)) / 2);
  const last = Math.floor((1 + before) / 2);
  const elements = [0, 1].map((phase) =>
    Array.from({ length: last - first + 1 }, (_, index) => {
      const element = phase + before - 2 * (first + index);
      return element >= 0 && element < size ? element : undefined;
    }),
  );
  return { first, elements };
}

/**
 * ∂loss/∂kernel, `[filters, C, h, w]`. The examples are what a product sums over, so they take the place of the
 * channels, and each filter's g becomes a kernel as large as the output: its elements are a stride apart, and what it
 * gives are the few places of the kernel. Pixels and channels lie side by side in rows, so that the channels come
 * out along the width.
 *
 * @param x as `forward` took it.
 * @param g ∂loss/∂output, in the layout.
 */
export function kernelGradient(x: Value, g: Value, of: BlockedConvolution): Value {
  const { block, channels, filters, sizes, counts, stride, before } = of;
  const batch = of.batch as number;
  const missing = (block - (batch % block)) % block;
  if (missing > 0) {
    // Examples of zeros fill the last block of them.
    const filled = (value: Value): Value =>
      concat([value, expand(value.graph.constant(0), [missing, ...value.shape.slice(1)])], 0);
    return kernelGradient(filled(x), filled(g), { ...of, batch: batch + missing });
  }
  const [height, width] = sizes;
  const examples = batch / block;
  const filterBlocks = filters / block;
  const plain = channels < block;
  const channelBlocks = plain ? 1 : channels / block;
  const side = plain ? channels : block;
  // What the last window lacks behind the image, and the places of the kernel that are computed for nothing.
  const behind = [0, 1].map(
    (axis) => (counts[axis]! - 1) * stride + of.kernel[axis]! - sizes[axis]! - before[axis]!,
  ) as [number, number];
  const pads = behind.map((missing) => Math.max(missing, 0)) as [number, number];
  const computed = of.kernel.map((size, axis) => size + Math.max(-behind[axis]!, 0)) as [number, number];
  const separate = channelBlocks === 1;

  const around = [before[1], pads[1]] as const;
  const fullWidth = width + before[1] + pads[1];
  const wide = plain
    ? padded(examplesLast(x, of), examples * height, width, side * block, around)
    : byExamples(widened(x, around), { ...of, sizes: [height, fullWidth] });
  const upstream = swapped(g, examples, block, filterBlocks * counts[0] * counts[1], block); // [n, o, p, b, b]
  const regrouped =
    separate || filterBlocks === 1
      ? upstream
      : swappedFirst(upstream, examples, filterBlocks, counts[0] * counts[1] * block * block);
  const product = convolve(
    reshape(wide, [channelBlocks, batch, height, fullWidth * side]),
    reshape(regrouped, separate ? [examples * filters, block, ...counts] : [filters, batch, ...counts]),
    undefined,
    {
      strides: [1, 1],
      dilations: [stride, stride * side],
      pads: [before[0], 0, pads[0], 0],
      group: separate ? examples : 1,
    },
  );
  const all = channelBlocks * filterBlocks;
  const summed = separate
    ? reduceSum(reshape(product, [examples, filters * channels * computed[0] * computed[1]]), [0])
    : product;
  const whole = reshape(summed, [all, computed[0], computed[1], side * block]);
  const [h, w] = of.kernel;
  const cut = computed[0] === h && computed[1] === w ? whole : slice(whole, [0, 0], [h, w], [1, 2]);
  if (plain) {
    const ordered = transpose(reshape(cut, [filterBlocks, h * w, channels, block]), [0, 3, 2, 1]);
    return reshape(ordered, [filters, channels, h, w]);
  }
  const byElement = h * w > 1 ? swapped(cut, all, h * w, block, block) : cut; // [c, o, b, k, b]
  const ordered =
    channelBlocks > 1 && filterBlocks > 1
      ? swappedFirst(byElement, channelBlocks, filterBlocks, block * h * w * block)
      : byElement;
  return reshape(outOfLayout(reshape(ordered, [1, filters, channels * h * w, 1])), [filters, channels, h, w]);
}

/** Columns of zeros before and behind: by a convolution that does nothing else, since Concat runs on one thread. */
function widened(x: Value, [before, behind]: readonly [number, number]): Value {
  if (before === 0 && behind === 0) return x;
  const channels = x.shape[1] as number;
  const ones = x.graph.constant(tensor(new Float32Array(channels).fill(1), [channels, 1, 1, 1]));
  return convolve(x, ones, undefined, {
    strides: [1, 1],
    pads: [0, before, 0, behind],
    group: channels,
  });
}

/** `[N, c, H, W, b]` → `[c, n, H, W, b, b]`: the examples in blocks, behind the channels of each pixel. */
function byExamples(x: Value, { block, batch, channels, sizes }: BlockedConvolution): Value {
  const examples = batch as number;
  const channelBlocks = channels / block;
  const [height, width] = sizes;
  const byChannel = channelBlocks > 1 ? swappedFirst(x, examples, channelBlocks, height * width * block) : x;
  return intoLayout(reshape(byChannel, [channelBlocks, examples, height, width * block]));
}

/** Plain `[N, C, H, W]` → `[n, H, W, C, b]`. */
function examplesLast(x: Value, { block, batch, channels, sizes }: BlockedConvolution): Value {
  const examples = batch as number;
  const pixels = sizes[0] * sizes[1];
  const last = intoLayout(reshape(x, [1, examples, channels, pixels]));
  return swapped(last, examples / block, channels, pixels, block);
}

/** `[filters, C, h, w]` → rows `[o · c · k, b · b]`, a filter's index before a channel's in each. */
function kernelRows(kernel: Value, { block, filters, channels, kernel: [h, w] }: BlockedConvolution): Value {
  const elements = h * w;
  const rows = intoLayout(reshape(kernel, [filters, channels, elements, 1])); // [O, c, k, b]
  const each = swapped(rows, filters / block, block, (channels / block) * elements, block); // [o, c, k, b, b]
  return reshape(each, [(filters * channels * elements) / block ** 2, block * block]);
}

/** ONNX Runtime's convolution in the layout. The kernel's order in memory is `[o, c, h, w, b, b]`. */
export function convolve(
  x: Value,
  kernel: Value,
  bias: Value | undefined,
  attributes: {
    strides: readonly number[];
    pads: readonly number[];
    dilations?: readonly number[];
    group?: number;
  },
): Value {
  const { dilations = [1, 1], group = 1, ...rest } = attributes;
  const inputs = bias ? [x, kernel, bias] : [x, kernel];
  const kernelShape = kernel.shape.slice(2) as number[];
  return x.graph.node("NchwcConv", inputs, { ...rest, dilations, group, kernel_shape: kernelShape })[0]!;
}
