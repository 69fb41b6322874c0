import golden from "../../golden/mnist.json" with { type: "json" };
import { layers } from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type Model, sequential } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { avalanche } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { singleThread } from "./single-thread.js";

/** A network of `golden/mnist.json`, whose layers bear the names of the file. */
export type GoldenVariant = (typeof golden.variants)[number];

export { golden };

/** The network of a variant as it begins, compiled. */
export async function goldenNetwork(variant: GoldenVariant): Promise<Model> {
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      ...(variant.pixelsDividedBy === 1 ? [] : [layers.rescaling({ scale: 1 / variant.pixelsDividedBy })]),
      ...variant.layers.map(goldenLayer),
    ],
    { runtime: singleThread },
  );
  const { name, learningRate } = variant.optimizer;
  model.compile({
    optimizer: name === "adam" ? optimizers.adam({ learningRate }) : optimizers.sgd({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const kernels = [...(await model.getWeights())].filter(([weight]) => weight.endsWith("/kernel"));
  await model.setWeights(
    new Map(kernels.map(([weight, { shape }], index) => [weight, initialKernel(shape, index + 1)])),
  );
  return model;
}

function goldenLayer(layer: GoldenVariant["layers"][number]): Layer {
  if (layer.type === "relu") return layers.activation({ activation: "relu" });
  const { name, units, useBias, epsilon, momentum } = layer as {
    name: string;
    units?: number;
    useBias?: boolean;
    epsilon?: number;
    momentum?: number;
  };
  return units
    ? layers.dense({ name, units, useBias: useBias! })
    : layers.batchNormalization({ name, epsilon: epsilon!, momentum: momentum! });
}

/** The formula that the file gives: an integer hash of the place, spread over Glorot's range. */
function initialKernel(shape: readonly number[], layer: number): Tensor<"float32"> {
  const limit = Math.sqrt(6 / (shape[0]! + shape[1]!));
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => {
      const hash = avalanche(index + 1000003 * layer) >>> 0;
      return ((2 * hash) / 2 ** 32 - 1) * limit;
    }),
    shape,
  );
}
