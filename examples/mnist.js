// @ts-check
// The README's example: the lecture's network with batch normalization, on the full MNIST.
import { callbacks, layers, mnist, optimizers, sequential } from "evenkeel";

const { train, test } = await mnist();
const hidden = (/** @type {number} */ units) => [
  layers.dense({ units, useBias: false }),
  layers.batchNormalization(),
  layers.activation({ activation: "relu" }),
];
const model = sequential([
  layers.inputLayer({ inputShape: [28, 28] }),
  layers.flatten(),
  layers.rescaling({ scale: 1 / 255 }),
  ...hidden(300),
  ...hidden(100),
  layers.dense({ units: 10 }),
]);
model.compile({
  optimizer: optimizers.sgd({ learningRate: 0.1 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
model.summary();
await model.fit(train.x, train.y, { epochs: 2, batchSize: 128, callbacks: [callbacks.progress()] });
console.log(await model.evaluate(test.x, test.y));
