import { inputGradient as plainInputGradient } from "../autodiff/convolution.js";
import type { Node, Value } from "../graph/graph.js";
import { add, conv, mul, neg, pad, reshape, slice, sub } from "../graph/operations.js";
import { intoLayout, outOfLayout } from "../graph/reordering.js";
import type { Windows } from "../graph/windows.js";
import { sizeOf } from "../tensor/tensor.js";
import { scaledByChannel, sum } from "./channels.js";
import {
  type BlockedConvolution,
  blockedConvolution,
  forward,
  inputGradient,
  kernelGradient,
} from "./convolution.js";

export { affine, mean, sum, sumOfProduct } from "./channels.js";
export { globalAverage, pooling } from "./pooling.js";

/**
 * A convolution with its derivatives, in the blocked layout where the device has it and the shapes allow, else by
 * ONNX's operator.
 *
 * @param x `[N, C, H, W]`, or of another rank.
 * @param kernel `[filters, C / group, ...]`.
 * @param bias `[filters]`.
 * @param options.block how many channels a block of the layout holds; 1 where there is none.
 */
export function convolution(
  x: Value,
  kernel: Value,
  bias: Value | undefined,
  windows: Windows,
  options: { group: number; block: number; training: boolean },
): Value {
  const of = blockedConvolution(x.shape, kernel.shape, windows, options);
  if (!of) return conv(x, kernel, bias, windows, options.group);
  const plain = of.channels < of.block;
  const taken = plain ? x : intoLayout(x);
  const inputs = bias ? [taken, kernel, bias] : [taken, kernel];
  const { output } = x.graph.differentiateAs(
    "convolution",
    inputs,
    () => ({ output: forward(taken, kernel, bias, of) }),
    (upstream) => {
      // A factor by channel is cheaper on the kernel than on the whole of g.
      const { content: g, factor } = scaledByChannel(upstream) ?? { content: upstream };
      const byFilter = factor && reshape(factor, [of.filters, 1, 1, 1]);
      const scaled = byFilter ? mul(kernel, byFilter) : kernel;
      const toKernel = kernelGradient(taken, g, of);
      return [
        plain ? inputGradientOfFew(g, scaled, windows, of) : inputGradient(g, scaled, of),
        byFilter ? mul(toKernel, byFilter) : toKernel,
        ...(bias ? [sum(upstream)] : []),
      ];
    },
  );
  return outOfLayout(output);
}

/** ∂loss/∂input, plain, where the channels are fewer than a block: with channels of zeros that fill it. */
function inputGradientOfFew(g: Value, kernel: Value, windows: Windows, of: BlockedConvolution): Value {
  const { block, channels, sizes, stride } = of;
  if (stride === 2 && sizes.some((size) => size % 2 === 1)) {
    return plainInputGradient(outOfLayout(g), kernel, sizes, { windows, group: 1 });
  }
  const filled = pad(kernel, [0, 0, 0, 0], [0, block - channels, 0, 0]);
  return outOfLayout(inputGradient(g, filled, { ...of, channels: block }), channels);
}

/** The convolution in the layout, without groups or a sum, whose result a content is; else undefined. */
function convolutionOf(content: Value): Node | undefined {
  const { producer } = content;
  const is = producer?.operator === "NchwcConv" && producer.attributes.group === 1;
  return is && producer.inputs.length <= 3 ? producer : undefined;
}

/**
 * The result of a convolution in the layout less a vector by channel, `[filters]`, which costs nothing: it is part of
 * the convolution's bias. Undefined where the content is no convolution's result.
 *
 * @param shiftOf gives the vector, from the convolution's result for the first example alone.
 */
export function shiftedConvolution(
  content: Value,
  shiftOf: (first: Value) => Value,
): { shifted: Value; shift: Value } | undefined {
  const producer = convolutionOf(content);
  if (!producer) return undefined;
  const [x, kernel, bias] = producer.inputs as [Value, Value, Value?];
  const { graph } = content;
  const of = (input: Value, added: Value | undefined) =>
    graph.node("NchwcConv", added ? [input, kernel, added] : [input, kernel], producer.attributes)[0]!;
  const shift = shiftOf(of(slice(x, [0], [1], [0]), bias));
  return { shifted: of(x, bias ? sub(bias, shift) : neg(shift)), shift };
}

/**
 * factor · x + offset by channel where x is the result of a convolution: by the convolution itself, with another
 * kernel and bias. Undefined where the content is no convolution's result.
 */
export function mappedConvolution(
  content: Value,
  factor: Value,
  offset: Value,
  block: number,
): Value | undefined {
  const producer = convolutionOf(content);
  if (!producer) return undefined;
  const [x, kernel, bias] = producer.inputs as [Value, Value, Value?];
  const filters = content.shape[1] as number;
  // However a kernel is ordered in memory, its blocks of filters are the first axis, and the filters of one the last.
  const rows = reshape(kernel, [filters / block, sizeOf(kernel.shape as number[]) / filters, block]);
  const scaled = reshape(mul(rows, reshape(factor, [filters / block, 1, block])), kernel.shape);
  const added = bias ? add(mul(bias, factor), offset) : offset;
  return content.graph.node("NchwcConv", [x, scaled, added], producer.attributes)[0]!;
}
