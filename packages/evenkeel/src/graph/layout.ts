import { formatShape } from "../tensor/tensor.js";
import { type Call, type Described, integer } from "./inference.js";
import { type Shape, sameShape } from "./shape.js";
import { convolution } from "./windows.js";

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
export function reorderedOutput(call: Call): Described[] {
  const [x] = call.inputs;
  const channels = integer(call, "channels");
  if (x!.shape.length !== 4 || channels > Number(x!.shape[1])) {
    call.fail(`needs [N, C, H, W] of at least ${channels} channels`);
  }
  return [{ type: x!.type, shape: x!.shape.map((size, axis) => (axis === 1 ? channels : size)) }];
}

/**
 * Conv in the layout: input, kernel in an order of its own, bias, and a sum of the result's shape that is added before
 * the activation.
 */
export function blockedConvolution(call: Call): Described[] {
  const [x, , , sum] = call.inputs;
  if (x!.shape.length !== 4) call.fail("needs [N, C, H, W]");
  const described = convolution({ ...call, inputs: call.inputs.slice(0, 3) });
  if (sum && !sameShape(sum.shape, described[0]!.shape)) {
    call.fail(`needs a sum of its result's shape, ${formatShape(described[0]!.shape)}`);
  }
  return described;
}

/** Upsample in the layout: each pixel repeated. */
export function blockedUpsampling({ inputs: [x], attributes }: Call): Described[] {
  const scales = attributes.scales as readonly number[];
  return [
    { type: x!.type, shape: x!.shape.map((size, axis) => (axis < 2 ? size : Number(size) * scales[axis]!)) },
  ];
}
