import { inputGradient as plainInputGradient } from "../autodiff/convolution.js";
import type { Value } from "../graph/graph.js";
import { intoLayout, outOfLayout } from "../graph/layout.js";
import { conv, pad } from "../graph/operations.js";
import type { Windows } from "../graph/windows.js";
import { sum } from "./channels.js";
import {
  type BlockedConvolution,
  blockedConvolution,
  forward,
  inputGradient,
  kernelGradient,
} from "./convolution.js";
import { outOfBlocks } from "./reorder.js";

export { affine, sum, sumOfProduct } from "./channels.js";
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
    (g) => [
      plain ? inputGradientOfFew(g, kernel, windows, of) : inputGradient(g, kernel, of),
      kernelGradient(taken, g, of),
      ...(bias ? [sum(g)] : []),
    ],
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
  return outOfBlocks(inputGradient(g, filled, { ...of, channels: block }), channels);
}
