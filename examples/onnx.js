// @ts-check
// A trained model is one ONNX file: here it is run by ONNX Runtime alone, without Evenkeel.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layers, loadModel, mnist, sequential, take } from "evenkeel";
import { InferenceSession, Tensor } from "onnxruntime-node";

const { train, test } = await mnist();
const model = sequential([
  layers.inputLayer({ inputShape: [28, 28] }),
  layers.flatten(),
  layers.batchNormalization(),
  layers.dense({ units: 64, activation: "relu" }),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
await model.fit(train.x, train.y, { batchSize: 128 });

const path = join(await mkdtemp(join(tmpdir(), "evenkeel-")), "digits.onnx");
await model.save(path);

const digit = Float32Array.from(take(test, 1).x.data, Number);
const session = await InferenceSession.create(path);
const { output } = await session.run({ input: new Tensor("float32", digit, [1, 28, 28]) });
const probabilities = /** @type {Float32Array} */ (output?.data);
console.log(
  "ONNX Runtime says",
  probabilities.indexOf(Math.max(...probabilities)),
  "— the label is",
  test.y.data[0],
);

// The checkpoint beside the file keeps optimizer and position: training goes on where it stopped.
const loaded = await loadModel(path);
await loaded.fit(train.x, train.y, { batchSize: 128 });
console.log("after another epoch:", await loaded.evaluate(test.x, test.y));
