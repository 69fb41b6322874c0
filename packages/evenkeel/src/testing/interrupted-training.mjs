// A training that writes checkpoints, for tests that kill its process. Run: node interrupted-training.mjs FOLDER.
// It begins, or goes on from FOLDER/training.checkpoint, and writes FOLDER/final.onnx at the end. Its output is
// the line `resumed N` where N steps were taken before, then `step N` after every checkpoint.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  callbacks,
  layers,
  loadCheckpoint,
  mnist,
  nodeRuntime,
  optimizers,
  sequential,
  take,
} from "../../dist/index.js";

const folder = process.argv[2];
const path = join(folder, "training.checkpoint");
const runtime = nodeRuntime({ threads: 1 });
const { x, y } = take((await mnist()).train, 1000);
const options = {
  callbacks: [
    callbacks.checkpoint({ path, everySteps: 5 }),
    { interval: 5, onStepsEnd: (_, { progress }) => console.log(`step ${progress.step}`) },
  ],
};

let model;
if (existsSync(path)) {
  model = await loadCheckpoint(path, { runtime });
  console.log(`resumed ${model.steps}`);
  await model.resume(x, y, options);
} else {
  model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dense({ units: 16, activation: "relu" }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 10 }),
    ],
    { seed: 8, runtime },
  );
  model.compile({
    optimizer: optimizers.adam(),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(x, y, { epochs: 8, batchSize: 32, validationSplit: 0.1, ...options });
}
await writeFile(join(folder, "final.onnx"), await model.toOnnx());
