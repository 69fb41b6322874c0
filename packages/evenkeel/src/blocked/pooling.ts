import { staticShape, type Value } from "../graph/graph.js";
import { expand, hardSigmoid, mul, reshape, sub } from "../graph/operations.js";
import { intoLayout, isReordered, outOfLayout } from "../graph/reordering.js";
import type { Dimension } from "../graph/shape.js";
import type { Windows } from "../graph/windows.js";
import { tensor } from "../tensor/tensor.js";

/**
 * Pooling in the blocked layout, for windows that lie side by side or have one element; else undefined. A value that
 * does not come out of the layout is brought there while training, with its images in the place of channels, since
 * ONNX Runtime is slow to say where the largest elements are, and to bring gradients back there.
 */
export function pooling(
  kind: "max" | "average",
  x: Value,
  windows: Windows,
  { block, training }: { block: number; training: boolean },
): Value | undefined {
  if (x.shape.length !== 4 || !fitsLayout(x.shape.slice(2) as number[], windows)) return undefined;
  if (isReordered(x)) return pooled(kind, x, windows, block);
  const [batch, channels, ...sizes] = x.shape as [Dimension, number, number, number];
  if (!training || block === 1 || typeof batch !== "number" || (batch * channels) % block > 0)
    return undefined;
  const images = outOfLayout(intoLayout(reshape(x, [1, batch * channels, ...sizes])));
  const found = pooled(kind, images, windows, block);
  return reshape(found, [batch, channels, ...found.shape.slice(2)]);
}

function fitsLayout(sizes: readonly number[], windows: Windows): boolean {
  const { kernel, strides, dilations, before, after } = windows;
  const even = sizes.every((size, axis) => size % strides[axis]! === 0);
  const whole = [...before, ...after].every((pad) => pad === 0) && dilations.every((each) => each === 1);
  return even && whole && (hasOneElement(windows) || kernel.every((size, axis) => size === strides[axis]));
}

const hasOneElement = ({ kernel }: Windows): boolean => kernel.every((size) => size === 1);

function pooled(kind: "max" | "average", x: Value, windows: Windows, block: number): Value {
  const { kernel, strides } = windows;
  const one = hasOneElement(windows);
  const content = intoLayout(x);
  const attributes = { kernel_shape: kernel, strides, pads: [0, 0, 0, 0] };
  const operator = kind === "max" || one ? "NchwcMaxPool" : "NchwcAveragePool";
  const { output } = x.graph.differentiateAs(
    "pooling",
    [content],
    () => ({ output: content.graph.node(operator, [content], attributes)[0]! }),
    (g, { output }) => {
      const spread = upsampled(g, strides);
      if (one) return [mulByPlace(spread, strides, block, (place) => (place === 0 ? 1 : 0))];
      if (kind === "average") return [upsampled(mul(g, 1 / (kernel[0]! * kernel[1]!)), strides)];
      return [mul(firstLargest(content, output, attributes, block), spread)];
    },
  );
  return outOfLayout(output);
}

/** The mean of each channel of a value that comes out of the layout, `[N, C]`. */
export function globalAverage(x: Value, block: number): Value {
  const content = intoLayout(x);
  const [, channels, height, width] = x.shape as [unknown, number, number, number];
  return x.graph.differentiateAs(
    "globalAveragePooling",
    [content],
    () => {
      const means = content.graph.node("NchwcGlobalAveragePool", [content])[0]!;
      // One pixel has the same order in the layout and out of it.
      return { output: reshape(means, [x.shape[0]!, channels]) };
    },
    (g) => {
      const [batch] = staticShape(x, "The gradient of a mean") as [number];
      const share = reshape(mul(g, 1 / (height * width)), [batch, channels / block, 1, block]);
      return [reshape(expand(share, [batch, channels / block, height * width, block]), content.shape)];
    },
  ).output;
}

/**
 * 1 at the first largest element of each window, 0 elsewhere (PyTorch's convention for ties): those that equal the
 * largest get a number by their place in the window, highest for the first, and of these the largest counts.
 */
function firstLargest(
  x: Value,
  largest: Value,
  attributes: { kernel_shape: readonly number[]; strides: readonly number[]; pads: readonly number[] },
  block: number,
): Value {
  const { strides } = attributes;
  const count = strides[0]! * strides[1]!;
  const ties = atZero(sub(x, upsampled(largest, strides)));
  const numbered = mulByPlace(ties, strides, block, (place) => count - place);
  const highest = x.graph.node("NchwcMaxPool", [numbered], attributes)[0]!;
  return atZero(sub(numbered, upsampled(highest, strides)));
}

/** 1 where a value, which is never positive, is 0; else 0: a hard sigmoid of extreme slope, in one pass. */
const atZero = (x: Value): Value => hardSigmoid(x, 3e38, 1);

/** Every pixel repeated, as many times as the strides say. */
const upsampled = (x: Value, strides: readonly number[]): Value =>
  x.graph.node("NchwcUpsample", [x], { scales: [1, 1, ...strides] })[0]!;

/** Multiplies each pixel by a number that depends on its place in its window, counted row by row. */
function mulByPlace(
  x: Value,
  strides: readonly number[],
  block: number,
  factor: (place: number) => number,
): Value {
  const [batch, channels, height, width] = staticShape(x, "The gradient of a pooling") as [
    number,
    number,
    number,
    number,
  ];
  const [vertical, horizontal] = strides as [number, number];
  const factors = Float32Array.from({ length: height * width * block }, (_, index) => {
    const pixel = Math.floor(index / block);
    const row = Math.floor(pixel / width) % vertical;
    return factor(row * horizontal + ((pixel % width) % horizontal));
  });
  const map = x.graph.constant(tensor(factors, [1, factors.length]));
  return reshape(mul(reshape(x, [(batch * channels) / block, factors.length]), map), x.shape);
}
