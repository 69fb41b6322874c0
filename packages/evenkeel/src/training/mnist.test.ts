import { beforeAll, describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import type { TrainTest } from "../data/index.js";
import { layers } from "../layers/index.js";
import { type Model, sequential } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { rows } from "../tensor/tensor.js";
import { quiet } from "../testing/clusters.js";
import { digits } from "../testing/digits.js";

let data: TrainTest;
let normalized: { model: Model; accuracy: number };
let plain: { model: Model; accuracy: number };

/** 784-300-100-10 after one epoch on all 60,000 images. */
async function trained(withNormalization: boolean): Promise<{ model: Model; accuracy: number }> {
  const hidden = (units: number) => [
    layers.dense({ units }),
    ...(withNormalization ? [layers.batchNormalization()] : []),
    layers.activation({ activation: "relu" }),
  ];
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.rescaling({ scale: 1 / 255 }),
      ...hidden(300),
      ...hidden(100),
      layers.dense({ units: 10 }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(data.train.x, data.train.y, { batchSize: 128, ...quiet });
  const { accuracy } = await model.evaluate(data.test.x, data.test.y);
  return { model, accuracy: accuracy! };
}

beforeAll(async () => {
  data = await digits();
  normalized = await trained(true);
  plain = await trained(false);
});

describe("one epoch on MNIST", () => {
  it("teaches the network with batch normalization 95 % of the test images, and more than without", () => {
    expect(normalized.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(normalized.accuracy).toBeGreaterThan(plain.accuracy);
  });

  it("leaves it as good in inference mode as in training mode [complaint 3, pytorch/pytorch#4741, #5406]", async () => {
    // On 10,000 images, one percent is five standard errors of the difference that chance makes.
    const { model, accuracy } = normalized;
    let right = 0;
    for (let start = 0; start < 10_000; start += 1000) {
      const [x, y] = [rows(data.test.x, start, start + 1000), rows(data.test.y, start, start + 1000)];
      right += 1000 * (await model.inspect(x, y, { training: true })).measures.accuracy!;
    }
    expect(Math.abs(right / 10_000 - accuracy)).toBeLessThan(0.01);
  });

  it("has moved every running statistic from 0 and 1 [complaint 7, tensorflow/tensorflow#11965]", async () => {
    const weights = await normalized.model.getWeights();
    const statistics = [...weights].filter(([name]) => name.includes("/running"));
    expect(statistics).toHaveLength(4);
    for (const [name, { data }] of statistics) {
      const initial = name.endsWith("Mean") ? 0 : 1;
      expect(
        data.some((value) => value === initial),
        name,
      ).toBe(false);
    }
  });
});

describe("early stopping on MNIST", () => {
  it("ends with the weights that were best on the validation images", async () => {
    const [x, y] = [rows(data.train.x, 0, 2000), rows(data.train.y, 0, 2000)];
    const held = [rows(data.test.x, 0, 1000), rows(data.test.y, 0, 1000)] as const;
    const model = sequential([
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.batchNormalization(),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: 10 }),
    ]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    const history = await model.fit(x, y, {
      epochs: 60,
      batchSize: 64,
      validationData: held,
      callbacks: [callbacks.earlyStopping({ patience: 3, restoreBestWeights: true })],
      ...quiet,
    });
    const losses = history.history.valLoss!;
    expect(history.stopped).toBe("valLoss has not improved for 3 epochs");
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 4);
    expect((await model.evaluate(...held)).loss).toBe(Math.min(...losses));
    expect(history.history.valAccuracy!.at(-4)).toBeGreaterThan(0.85);
  });
});
