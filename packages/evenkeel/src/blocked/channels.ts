import { staticShape, type Value } from "../graph/graph.js";
import { mul, reduceMean, reduceSum, reshape } from "../graph/operations.js";
import { convolve } from "./convolution.js";

/** The mean over examples and pixels of a content in the layout, `[C]`. */
export function mean(x: Value): Value {
  const [batch, channels] = staticShape(x, "Batch statistics") as [number, number];
  return reduceMean(reshape(x.graph.node("NchwcGlobalAveragePool", [x])[0]!, [batch, channels]), [0]);
}

/** Σ over examples and pixels, `[C]`. */
export function sum(x: Value): Value {
  const [batch, , height, width] = staticShape(x, "Batch statistics") as [number, number, number, number];
  return mul(mean(x), batch * height * width);
}

/**
 * Σ over examples and pixels of a product, `[C]`: each image as a convolution of one place with the other as its
 * kernel, which reads both once and writes nothing.
 */
export function sumOfProduct(x: Value, y: Value): Value {
  const [batch, channels, height, width] = staticShape(x, "Batch statistics") as [
    number,
    number,
    number,
    number,
  ];
  const images = batch * channels;
  const each = convolve(
    reshape(x, [1, images, height, width]),
    reshape(y, [images, 1, height, width]),
    undefined,
    { strides: [1, 1], pads: [0, 0, 0, 0], group: images },
  );
  return reduceSum(reshape(each, [batch, channels]), [0]);
}

/** x · factor + offset by channel, in one pass: a convolution with a kernel of one element for each channel. */
export function affine(x: Value, factor: Value, offset?: Value): Value {
  const channels = x.shape[1] as number;
  return convolve(x, reshape(factor, [channels, 1, 1, 1]), offset && reshape(offset, [channels]), {
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    group: channels,
  });
}

/** The factor of a content that is another one times a factor by channel, and that other one; else undefined. */
export function scaledByChannel(content: Value): { content: Value; factor: Value } | undefined {
  const { producer } = content;
  if (producer?.operator !== "NchwcConv" || producer.inputs.length > 2) return undefined;
  const [inner, kernel] = producer.inputs as [Value, Value];
  const channels = content.shape[1] as number;
  if (producer.attributes.group !== channels) return undefined;
  if (kernel.shape.join() !== [channels, 1, 1, 1].join()) return undefined;
  return { content: inner, factor: reshape(kernel, [channels]) };
}
