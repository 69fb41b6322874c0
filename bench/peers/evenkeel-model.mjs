// @ts-check
// The step as an Evenkeel model; the two peers differ in how they take it.
import { createRequire } from "node:module";
import { layers, nodeRuntime, optimizers, sequential, tensor } from "evenkeel";
import { digits, epsilon, initialWeights, learningRate, momentum, widths } from "./protocol.mjs";

export const version = createRequire(import.meta.url)("evenkeel/package.json").version;
export const threads = 2;

const { images, labels } = digits();

/** The images `first` to `last` (exclusive) as they lie in memory: uint8 pixels and labels. */
export function examples(/** @type {number} */ first, /** @type {number} */ last) {
  return {
    x: tensor(images.subarray(first * widths[0], last * widths[0]), [last - first, widths[0]]),
    y: tensor(labels.subarray(first, last)),
  };
}

/** The model with the weights that all peers begin with. */
export async function createModel() {
  const normalizedRelu = () => [
    layers.batchNormalization({ momentum, epsilon }),
    layers.activation({ activation: "relu" }),
  ];
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [widths[0]] }),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: widths[1], useBias: false }),
      ...normalizedRelu(),
      layers.dense({ units: widths[2], useBias: false }),
      ...normalizedRelu(),
      layers.dense({ units: widths[3] }),
    ],
    { runtime: nodeRuntime({ threads }) },
  );
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "sparseCategoricalCrossentropy" });
  await model.setWeights(
    Object.fromEntries(
      initialWeights().map(({ values, shape }, index) => [
        `dense_${index + 1}/kernel`,
        tensor(values, shape),
      ]),
    ),
  );
  return model;
}
