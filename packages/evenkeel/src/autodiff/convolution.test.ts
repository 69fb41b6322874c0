import { describe, it } from "vitest";
import { conv } from "../graph/operations.js";
import { randomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { checkGradients } from "../testing/numeric-gradient.js";

function normal(shape: readonly number[], seed: number): Tensor<"float32"> {
  const stream = randomStream(seed, "values");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
    shape,
  );
}

describe("the derivatives of a convolution of many channels", () => {
  it.each([
    { strides: [1, 1], dilations: [1, 1], before: [1, 1], after: [1, 1] },
    { strides: [2, 1], dilations: [1, 2], before: [0, 2], after: [1, 0] },
    { strides: [2, 3], dilations: [2, 1], before: [2, 0], after: [0, 1] },
  ])("are those that differences show: %j", async (windows) => {
    await checkGradients(
      (x, kernel, bias) => conv(x!, kernel!, bias, windows),
      [normal([2, 8, 5, 4], 1), normal([2, 8, 3, 2], 2), normal([2], 3)],
    );
  });
});
