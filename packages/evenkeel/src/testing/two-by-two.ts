import { input, layers } from "../layers/index.js";
import { type FunctionalOptions, functional, type Model } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { clusters, features } from "./clusters.js";
import { singleThread } from "./single-thread.js";

/** A functional model on the runtime of tests. */
export const build = (options: FunctionalOptions) =>
  functional({ seed: 3, runtime: singleThread, ...options });

/** Numbers in [-1, 1), others for each purpose. */
export function numbers(shape: readonly number[], purpose: string): Tensor<"float32"> {
  const random = randomStream(1, purpose);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
    shape,
  );
}

/** The clusters, a second input, and a second target that both inputs decide. */
export const { x, y } = clusters(120);
export const extra = numbers([120, 2], "extra");
export const amount = tensor(
  Float32Array.from({ length: 120 }, (_, i) => extra.data[2 * i]! + x.data[features * i]! / 4),
);

/** Two inputs, two outputs, a shared layer, a residual sum, normalization, dropout. */
export function twoByTwo(): Model {
  const main = input({ shape: [features], name: "main" });
  const side = input({ shape: [2], name: "side" });
  const shared = layers.dense({ units: 8, activation: "tanh", name: "shared" });
  const wide = layers.dense({ units: features, name: "wide" }).apply(side);
  const both = layers.concatenate({ name: "both" }).apply([shared.apply(main), shared.apply(wide)]);
  const dropped = layers
    .dropout({ rate: 0.1 })
    .apply(layers.batchNormalization({ name: "norm" }).apply(both));
  const inner = layers.dense({ units: 16, activation: "relu" }).apply(dropped);
  const sum = layers.add({ name: "sum" }).apply([dropped, inner]);
  const kind = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(sum);
  const size = layers.dense({ units: 1, name: "size" }).apply(sum);
  return build({ inputs: [main, side], outputs: [kind, size] });
}

/** The same, with what it is trained to. */
export function compiledTwoByTwo(): Model {
  const model = twoByTwo();
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
    lossWeights: { size: 0.5 },
    metrics: { kind: ["accuracy"], size: ["meanAbsoluteError"] },
  });
  return model;
}
