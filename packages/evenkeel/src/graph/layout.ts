import type { Call, Described } from "./inference.js";
import type { Shape } from "./shape.js";

/*
 * ONNX Runtime's CPU provider convolves fastest where the channels lie in blocks, side by side for each pixel:
 * [N, C / block, H, W, block] in memory. Its graph optimiser brings models into this layout when their kernels are
 * constants, which those of a model in training are not. The operators it uses are there for everyone, in a domain of
 * their own. A tensor in the layout is declared with its logical shape [N, C, H, W]; only its content is in another
 * order.
 */

/** ReorderInput: into the layout. With `channels_last` the input is `[N, H, W, C]`, the result `[N, C, H, W]`. */
export function reorderedInput({ inputs: [x], attributes, fail }: Call): Described[] {
  if (x!.shape.length !== 4) fail("needs four axes");
  const [batch, ...rest] = x!.shape as [Shape[number], ...Shape];
  if (attributes.channels_last !== 1) return [{ type: x!.type, shape: x!.shape }];
  return [{ type: x!.type, shape: [batch, rest[2]!, rest[0]!, rest[1]!] }];
}

/** ReorderOutput: out of the layout, `channels` of them; those behind, which filled the last block, are left out. */
export function reorderedOutput({ inputs: [x], attributes }: Call): Described[] {
  const [batch, , ...sizes] = x!.shape as [Shape[number], ...Shape];
  return [{ type: x!.type, shape: [batch, attributes.channels as number, ...sizes] }];
}

/** Conv in the layout: input, kernel in an order of its own, bias, and a sum that is added before the activation. */
export function blockedConvolution(call: Call): Described[] {
  const [x, kernel] = call.inputs;
  const { kernel_shape, strides, pads, dilations, group } = call.attributes as {
    [name: string]: readonly number[];
  };
  if (x!.shape.length !== 4 || kernel!.shape.length !== 4)
    call.fail("needs [N, C, H, W] and a kernel of rank 4");
  const groups = (group as unknown as number) ?? 1;
  if (Number(kernel!.shape[1]) * groups !== x!.shape[1]) {
    call.fail(`with ${groups} groups needs a kernel of ${Number(x!.shape[1]) / groups} channels`);
  }
  const sizes = [0, 1].map((axis) => {
    const extent = (dilations?.[axis] ?? 1) * (kernel_shape![axis]! - 1) + 1;
    const padded = Number(x!.shape[axis + 2]) + pads![axis]! + pads![axis + 2]!;
    return Math.floor((padded - extent) / (strides?.[axis] ?? 1)) + 1;
  });
  if (sizes.some((size) => !(size >= 1))) call.fail("has a kernel larger than its padded input");
  return [{ type: x!.type, shape: [x!.shape[0]!, kernel!.shape[0]!, ...sizes] }];
}

/** Upsample in the layout: each pixel repeated. */
export function blockedUpsampling({ inputs: [x], attributes }: Call): Described[] {
  const scales = attributes.scales as readonly number[];
  return [
    { type: x!.type, shape: x!.shape.map((size, axis) => (axis < 2 ? size : Number(size) * scales[axis]!)) },
  ];
}
