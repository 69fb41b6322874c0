// @ts-check
// Layers wired by hand: a residual network on MNIST that also answers half way.
import { functional, input, layers, mnist, optimizers, take } from "evenkeel";

/** @typedef {import("evenkeel").SymbolicTensor} SymbolicTensor */

const relu = (/** @type {SymbolicTensor} */ x) => layers.activation({ activation: "relu" }).apply(x);

/** A convolution and its normalization, whose shift makes a bias redundant. */
function convolution(/** @type {SymbolicTensor} */ x, /** @type {number} */ filters, strides = 1) {
  const sums = layers.conv2d({ filters, kernelSize: 3, strides, padding: "same", useBias: false }).apply(x);
  return layers.batchNormalization({ momentum: 0.9 }).apply(sums);
}

/** What goes in, added to what two convolutions make of it. */
function block(/** @type {SymbolicTensor} */ x, /** @type {string} */ name) {
  const channels = Number(x.shape[1]);
  const branch = convolution(relu(convolution(x, channels)), channels);
  return relu(layers.add({ name }).apply([x, branch]));
}

/** Logits from the mean of each channel. */
function answer(/** @type {SymbolicTensor} */ x, /** @type {string} */ name) {
  return layers.dense({ name, units: 10 }).apply(layers.globalAveragePooling2d().apply(x));
}

const image = input({ shape: [28, 28] });
const pixels = layers.rescaling({ scale: 1 / 255 }).apply(image);
const channel = layers.reshape({ targetShape: [1, 28, 28] }).apply(pixels);
const half = block(relu(convolution(channel, 16, 2)), "first_sum");
const whole = block(relu(convolution(half, 32, 2)), "second_sum");
const model = functional({ inputs: image, outputs: [answer(half, "early"), answer(whole, "late")] });

model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  lossWeights: { early: 0.3 },
  metrics: ["accuracy"],
});
const { train, test } = await mnist();
const examples = take(train, 20_000);
await model.fit(examples.x, [examples.y, examples.y], { batchSize: 64 });

const measures = await model.evaluate(test.x, { early: test.y, late: test.y });
console.log(
  `early: ${measures["early/accuracy"]?.toFixed(3)}, late: ${measures["late/accuracy"]?.toFixed(3)}`,
);

// What any layer gives can be had by its name.
const [sums] = await model.outputs(take(test, 5).x, ["first_sum"]);
console.log("first_sum:", sums?.shape);
