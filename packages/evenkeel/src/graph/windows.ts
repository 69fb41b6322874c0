import { formatShape } from "../tensor/tensor.js";
import { type Attributes, type Call, type Described, integer, oneType } from "./inference.js";
import { type Shape, sameShape } from "./shape.js";

/** The windows of a convolution or a pooling: one number for each spatial axis. */
export interface Windows {
  /** How many elements a window takes. */
  readonly kernel: readonly number[];
  /** From one window to the next. */
  readonly strides: readonly number[];
  /** From one element of a window to the next. */
  readonly dilations: readonly number[];
  /** Padding before the first element of an axis. */
  readonly before: readonly number[];
  /** Padding after the last. */
  readonly after: readonly number[];
}

/** The windows that a node's attributes describe, with ONNX's defaults: strides and dilations 1, no padding. */
export function windowsOf(attributes: Attributes, kernel: readonly number[]): Windows {
  const rank = kernel.length;
  const each = (name: string) => (attributes[name] ?? Array(rank).fill(1)) as readonly number[];
  const pads = (attributes.pads ?? Array(2 * rank).fill(0)) as readonly number[];
  return {
    kernel,
    strides: each("strides"),
    dilations: each("dilations"),
    before: pads.slice(0, rank),
    after: pads.slice(rank),
  };
}

/** The attributes that describe windows. */
export function windowAttributes({ kernel, strides, dilations, before, after }: Windows): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}

/** From the first element of a window to its last, both included: `dilation · (kernel − 1) + 1`. */
export function extents({ kernel, dilations }: Pick<Windows, "kernel" | "dilations">): number[] {
  return kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1);
}

/** How many windows lie along each axis: `⌊(size + padding − extent) / stride⌋ + 1`. */
export function windowCounts(sizes: readonly number[], windows: Windows): number[] {
  return distances(sizes, windows).map((room, axis) => Math.floor(room / windows.strides[axis]!) + 1);
}

/** How many elements after the last window no window reaches, padding included. */
export function uncovered(sizes: readonly number[], windows: Windows): number[] {
  return distances(sizes, windows).map((room, axis) => room % windows.strides[axis]!);
}

/** For each axis, how many elements of the input each window has; the others are padding. */
export function elementsInside(sizes: readonly number[], windows: Windows): number[][] {
  const { kernel, strides, dilations, before } = windows;
  return windowCounts(sizes, windows).map((count, axis) =>
    Array.from({ length: count }, (_, window) => {
      const first = window * strides[axis]! - before[axis]!;
      const places = Array.from({ length: kernel[axis]! }, (_, place) => first + place * dilations[axis]!);
      return places.filter((place) => place >= 0 && place < sizes[axis]!).length;
    }),
  );
}

/** How far the first window could be moved. */
function distances(sizes: readonly number[], windows: Windows): number[] {
  const { before, after } = windows;
  return extents(windows).map((extent, axis) => sizes[axis]! + before[axis]! + after[axis]! - extent);
}

/** Conv: `[N, C, ...sizes]`, kernel `[filters, C / group, ...]`, bias `[filters]` → `[N, filters, ...]`. */
export function convolution(call: Call): Described[] {
  const [x, kernel, bias] = call.inputs;
  if (x!.shape.length < 3 || kernel!.shape.length !== x!.shape.length) {
    return call.fail("needs [N, C, ...sizes] and a kernel [filters, C / group, ...] of the same rank");
  }
  const group = groupOf(call);
  const [channels, ...sizes] = numbers(call, x!.shape.slice(1));
  const [filters, channelsEach, ...kernelSizes] = numbers(call, kernel!.shape);
  if (channelsEach! * group !== channels) {
    call.fail(`with ${group} groups needs a kernel of ${channels! / group} channels`);
  }
  if (filters! % group !== 0) call.fail(`needs filters that ${group} groups share equally`);
  if (bias && !(bias.shape.length === 1 && bias.shape[0] === filters)) {
    call.fail(`needs a bias of shape [${filters}]`);
  }
  const windows = checkedWindows(call, kernelSizes);
  return [{ type: oneType(call), shape: [x!.shape[0]!, filters!, ...counts(call, sizes, windows)] }];
}

/**
 * ConvTranspose, the adjoint of Conv: `[N, filters, ...counts]`, the kernel of Conv → `[N, C, ...sizes]`. Of the
 * sizes that have these counts, `output_padding` takes one: the elements that no window reaches.
 */
export function transposedConvolution(call: Call): Described[] {
  const [x, kernel] = call.inputs;
  if (x!.shape.length < 3 || kernel!.shape.length !== x!.shape.length) {
    return call.fail("needs [N, filters, ...sizes] and a kernel [filters, C / group, ...] of the same rank");
  }
  if (call.attributes.output_shape) call.fail("needs output_padding, not output_shape");
  const group = groupOf(call);
  const [filters, ...sizes] = numbers(call, x!.shape.slice(1));
  const [kernelFilters, channelsEach, ...kernelSizes] = numbers(call, kernel!.shape);
  if (kernelFilters !== filters) call.fail(`needs a kernel of ${filters} filters`);
  if (filters! % group !== 0) call.fail(`needs filters that ${group} groups share equally`);
  const bias = call.inputs[2];
  if (bias && !(bias.shape.length === 1 && bias.shape[0] === channelsEach! * group)) {
    call.fail(`needs a bias of shape [${channelsEach! * group}]`);
  }
  const windows = checkedWindows(call, kernelSizes);
  const rests = (call.attributes.output_padding ?? sizes.map(() => 0)) as readonly number[];
  if (
    rests.length !== sizes.length ||
    rests.some((rest, axis) => rest < 0 || rest >= windows.strides[axis]!)
  ) {
    call.fail("needs an output_padding smaller than the stride for each spatial axis");
  }
  const results = reached(call, sizes, windows, rests);
  return [{ type: oneType(call), shape: [x!.shape[0]!, channelsEach! * group, ...results] }];
}

/** MaxPool: the largest of each window, and where in the whole input it is, counted row by row. */
export function maxPooling(call: Call): Described[] {
  if (call.attributes.storage_order === 1) call.fail("counts places row by row");
  const [pooled] = pooling(call);
  return [pooled!, { type: "int64", shape: pooled!.shape }];
}

/** MaxUnpool: the largest elements back where MaxPool found them, 0 elsewhere; the windows reach the end. */
export function maxUnpooling(call: Call): Described[] {
  const [largest, places, given] = call.inputs;
  if (given) call.fail("gives the shape that its windows tell, no other");
  if (places!.type !== "int64" || !sameShape(places!.shape, largest!.shape)) {
    call.fail("needs an int64 place for each element");
  }
  const [counts, windows] = pooledBy(call);
  return [{ type: largest!.type, shape: [...largest!.shape.slice(0, 2), ...reached(call, counts, windows)] }];
}

/** AveragePool: `[N, C, ...sizes] → [N, C, ...counts]`. */
export function pooling(call: Call): Described[] {
  const [x] = call.inputs;
  if (call.attributes.ceil_mode === 1) call.fail("takes whole windows only, not ceil_mode");
  const [sizes, windows] = pooledBy(call);
  const shape = [...x!.shape.slice(0, 2), ...counts(call, sizes, windows)];
  const { kernel, before, after } = windows;
  const tooMuch = [before, after].some((pads) => pads.some((pad, axis) => pad >= kernel[axis]!));
  if (tooMuch || elementsInside(sizes, windows).some((along) => along.includes(0))) {
    call.fail("needs less padding than its windows have elements, so that none lies in the padding alone");
  }
  return [{ type: x!.type, shape }];
}

/** The spatial sizes of the first input, and the windows of a pooling. */
function pooledBy(call: Call): [sizes: number[], windows: Windows] {
  const [x] = call.inputs;
  const kernel = call.attributes.kernel_shape as readonly number[] | undefined;
  if (!kernel) return call.fail("needs the attribute kernel_shape");
  if (x!.shape.length < 3) call.fail("needs [N, C, ...sizes]");
  return [numbers(call, x!.shape.slice(2)), checkedWindows(call, kernel)];
}

/** GlobalAveragePool: `[N, C, ...sizes] → [N, C, 1, ...]`. */
export function globalPooling({ inputs: [x], fail }: Call): Described[] {
  if (x!.shape.length < 3) fail("needs [N, C, ...sizes]");
  return [{ type: x!.type, shape: x!.shape.map((dimension, axis) => (axis < 2 ? dimension : 1)) }];
}

function groupOf(call: Call): number {
  return call.attributes.group === undefined ? 1 : integer(call, "group");
}

function numbers(call: Call, shape: Shape): number[] {
  return shape.map((dimension) =>
    typeof dimension === "number" ? dimension : call.fail(`needs to know the size "${dimension}"`),
  );
}

/** The windows of a call. @throws GraphError unless the attributes say them for each spatial axis. */
function checkedWindows(call: Call, kernel: readonly number[]): Windows {
  const { attributes, inputs } = call;
  if ((attributes.auto_pad ?? "NOTSET") !== "NOTSET") call.fail("needs its padding as numbers, not auto_pad");
  const rank = inputs[0]!.shape.length - 2;
  const stated = attributes.kernel_shape as readonly number[] | undefined;
  if (kernel.length !== rank || (stated && formatShape(stated) !== formatShape(kernel))) {
    call.fail(`needs a kernel_shape of the ${rank} spatial sizes of its window`);
  }
  const windows = windowsOf(attributes, kernel);
  const { strides, dilations, before, after } = windows;
  const valid = (values: readonly number[], least: number) =>
    values.length === rank && values.every((value) => Number.isInteger(value) && value >= least);
  if (!valid(strides, 1) || !valid(dilations, 1))
    call.fail("needs a stride and a dilation for each spatial axis");
  if (!valid(before, 0) || !valid(after, 0)) call.fail("needs two pads of at least 0 for each spatial axis");
  return windows;
}

/** The counts of the windows. @throws GraphError when not even one fits. */
function counts(call: Call, sizes: readonly number[], windows: Windows): number[] {
  const found = windowCounts(sizes, windows);
  if (found.some((count) => count < 1)) {
    const padded = sizes.map((size, axis) => size + windows.before[axis]! + windows.after[axis]!);
    call.fail(
      `has windows of ${formatShape(extents(windows))}, larger than its padded input ${formatShape(padded)}`,
    );
  }
  return found;
}

/** The sizes that so many windows and a rest take, less the padding. @throws GraphError when nothing is left. */
function reached(
  call: Call,
  counts: readonly number[],
  windows: Windows,
  rests?: readonly number[],
): number[] {
  const { strides, before, after } = windows;
  const sizes = extents(windows).map((extent, axis) => {
    const taken = strides[axis]! * (counts[axis]! - 1) + extent + (rests?.[axis] ?? 0);
    return taken - before[axis]! - after[axis]!;
  });
  if (sizes.some((size) => size < 1)) call.fail("pads away all that it would give");
  return sizes;
}
