import { layers } from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type CompileOptions, type Model, sequential } from "../model/index.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { singleThread } from "./single-thread.js";

/** How many numbers each point has, and how many classes there are. */
export const features = 6;
export const classes = 3;

/** Points around three centres, with the centre's number as label: a task for networks that train in milliseconds. */
export function clusters(count: number, seed = 1): { x: Tensor<"float32">; y: Tensor<"uint8"> } {
  const random = randomStream(seed, "clusters");
  const labels = Uint8Array.from({ length: count }, () => random.integer(classes));
  const points = Float32Array.from({ length: count * features }, (_, index) => {
    const label = labels[Math.floor(index / features)]!;
    return random.normal((index % features) % classes === label ? 2 : 0, 1.5);
  });
  return { x: tensor(points, [count, features]), y: tensor(labels) };
}

/** A small network for the clusters, compiled. */
export function clusterNetwork({
  hidden = [layers.dense({ units: 8, name: "hidden" }), layers.batchNormalization({ name: "norm" })],
  seed = 5,
  ...compile
}: { hidden?: readonly Layer[]; seed?: number } & Partial<CompileOptions> = {}): Model {
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [features] }),
      ...hidden,
      layers.activation({ activation: "relu", name: "relu" }),
      layers.dense({ units: classes, name: "output" }),
    ],
    { seed, runtime: singleThread },
  );
  model.compile({
    optimizer: "sgd",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    ...compile,
  });
  return model;
}

/** Options of `fit` for tests that are not about warnings. */
export const quiet = { onWarning: () => {} } as const;
