import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { layers } from "../layers/index.js";
import { sequential } from "../model/index.js";
import { rows } from "../tensor/tensor.js";
import { firstDigits } from "../testing/digits.js";
import { singleThread } from "../testing/single-thread.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function megabytes(): number {
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
}

// The bench runs 100,000 steps. A copy of the weights or of a batch kept at each step would be 600 MB here.
it("trains 3000 steps in constant memory [complaint 10, tensorflow/tfjs#8326]", async () => {
  const { x, y } = await firstDigits(1024);
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: 64 }),
      layers.batchNormalization(),
      layers.activation({ activation: "relu" }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 10 }),
    ],
    { runtime: singleThread },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const batch = [rows(x, 0, 32), rows(y, 0, 32)] as const;
  const fiveHundredSteps = async () => {
    await model.fit(x, y, {
      epochs: 14,
      batchSize: 32,
      validationData: [batch[0], batch[1]],
      onWarning: () => {},
    });
    for (let step = 0; step < 52; step++) await model.trainOnBatch(...batch);
    await model.evaluate(x, y);
    await model.predict(x);
    await model.inspect(...batch, { layers: ["dense_1"] });
  };
  await fiveHundredSteps();
  await fiveHundredSteps();
  const before = megabytes();
  for (let time = 0; time < 6; time++) await fiveHundredSteps();
  expect(model.steps).toBe(4000);
  const growth = megabytes() - before;
  expect(growth).toBeLessThan(30);
});
