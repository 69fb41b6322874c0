import { gradients } from "../autodiff/index.js";
import { mul, reduceSum, type Value } from "../graph/index.js";
import { type RandomStream, randomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "./evaluate.js";

/** Gaussian numbers. */
export function normal(stream: RandomStream, shape: readonly number[]): Tensor<"float32"> {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
    shape,
  );
}

/**
 * Each channel's values lie evenly within ±1.7 deviations of a centre of its own, in random order: no channel
 * is nearly constant, which would leave numeric differences nothing to measure.
 */
export function spread(
  shape: readonly number[],
  seed: number,
  { centre, deviation, axis = 1 }: { centre: number; deviation: number; axis?: number },
): Tensor<"float32"> {
  const stream = randomStream(seed, "spread");
  const after = sizeOf(shape.slice(axis + 1));
  const channels = shape[axis]!;
  const each = sizeOf(shape) / channels;
  const centres = Array.from({ length: channels }, () => stream.uniform(-centre, centre));
  const orders = Array.from({ length: channels }, () => stream.permutation(each));
  const used = new Array<number>(channels).fill(0);
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, index) => {
    const channel = Math.floor(index / after) % channels;
    const place = orders[channel]![used[channel]!++]!;
    return centres[channel]! + deviation * (3.4 * ((place + 0.5) / each) - 1.7);
  });
  return tensor(data, shape);
}

/** The values of each channel on axis 1. */
export function channelsOf({ shape, data }: Tensor): number[][] {
  const after = sizeOf(shape.slice(2));
  const channels = Array.from({ length: shape[1]! }, (): number[] => []);
  for (const [index, value] of data.entries()) {
    channels[Math.floor(index / after) % channels.length]!.push(Number(value));
  }
  return channels;
}

/** Mean and biased variance, in float64. */
export function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** The output of a function of x, and the gradient of Σ output · upstream with respect to x. */
export async function outputAndGradient(
  build: (x: Value) => Value,
  x: Tensor<"float32">,
  upstream: Tensor<"float32">,
): Promise<[output: Tensor<"float32">, gradient: Tensor<"float32">]> {
  const results = await evaluate(
    (_, { x, upstream }) => {
      const output = build(x);
      return [output, ...gradients(reduceSum(mul(output, upstream)), [x])];
    },
    { x, upstream },
  );
  return results as [Tensor<"float32">, Tensor<"float32">];
}
