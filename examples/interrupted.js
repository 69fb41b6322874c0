// @ts-check
// A training that is interrupted and taken up again ends with the very bits of one that was not.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callbacks, layers, loadCheckpoint, mnist, sequential, take } from "evenkeel";

const train = take((await mnist()).train, 10_000);
const path = join(await mkdtemp(join(tmpdir(), "evenkeel-")), "run.checkpoint");

function newModel() {
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 10 }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model;
}

const whole = newModel();
await whole.fit(train.x, train.y, { epochs: 2, batchSize: 100 });

const interrupt = new AbortController();
await newModel().fit(train.x, train.y, {
  epochs: 2,
  batchSize: 100,
  signal: interrupt.signal,
  callbacks: [
    callbacks.checkpoint({ path, everySteps: 30 }),
    { interval: 130, onStepsEnd: (_, { progress }) => void (progress.step >= 130 && interrupt.abort()) },
  ],
});
const resumed = await loadCheckpoint(path);
console.log(`taken up at step ${resumed.steps}`);
await resumed.resume(train.x, train.y);

const [a, b] = await Promise.all([whole.toOnnx(), resumed.toOnnx()]);
console.log("identical:", Buffer.compare(a, b) === 0);
