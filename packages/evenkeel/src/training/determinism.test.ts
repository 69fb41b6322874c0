import { beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../data/index.js";
import { layers } from "../layers/index.js";
import { type FitOptions, type Model, sequential } from "../model/index.js";
import { optimizers, schedules } from "../optimizers/index.js";
import { nodeRuntime } from "../runtime/index.js";
import type { Runtime } from "../runtime/runtime.js";
import { rows } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { firstDigits } from "../testing/digits.js";
import { singleThread } from "../testing/single-thread.js";
import type { Callback } from "./callback.js";
import type { StepLogs } from "./progress.js";

let digits: Dataset;
beforeAll(async () => {
  digits = await firstDigits(1000);
});

/** With everything that draws random numbers or keeps state. */
function network({ seed = 3, runtime = singleThread }: { seed?: number; runtime?: Runtime } = {}): Model {
  const model = sequential(
    [
      layers.inputLayer({ inputShape: [28, 28] }),
      layers.flatten(),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: 24, useBias: false }),
      layers.batchNormalization(),
      layers.activation({ activation: "relu" }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 16 }),
      layers.batchNormalization({ momentum: "cumulative" }),
      layers.prelu(),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 10 }),
    ],
    { seed, runtime },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: schedules.cosine({ initial: 0.01, steps: 60 }) }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Fits, and gives every step's loss too. */
async function fitted(model: Model, options: FitOptions = {}) {
  const steps: StepLogs[] = [];
  const collect: Callback<Model> = { onStepsEnd: (taken) => void steps.push(...taken) };
  await model.fit(digits.x, digits.y, {
    epochs: 2,
    batchSize: 64,
    ...quiet,
    ...options,
    callbacks: [collect, ...(options.callbacks ?? [])],
  });
  return { steps, bits: await weightBits(model), onnx: Buffer.from(await model.toOnnx()) };
}

describe("training from a seed", () => {
  it("gives the same ONNX file, byte for byte, when it is repeated", async () => {
    const runtime = nodeRuntime(); // with all its threads
    const [first, second] = [await fitted(network({ runtime })), await fitted(network({ runtime }))];
    expect(second.onnx.equals(first.onnx)).toBe(true);
    expect(second.steps).toEqual(first.steps);
  });

  it("gives another file from another seed of the model", async () => {
    const [first, second] = [await fitted(network({ seed: 3 })), await fitted(network({ seed: 4 }))];
    expect(second.onnx.equals(first.onnx)).toBe(false);
  });

  it("takes another order and other masks from another seed of fit, from the same initial weights", async () => {
    const [first, second] = [network(), network()];
    expect(await weightBits(first)).toEqual(await weightBits(second));
    const one = await fitted(first, { seed: 10 });
    const two = await fitted(second, { seed: 11 });
    expect(one.bits["dense_1/kernel"]).not.toBe(two.bits["dense_1/kernel"]);
    expect(one.steps[0]!.logs.loss).not.toBe(two.steps[0]!.logs.loss);
  });

  it("does not depend on what else was asked of the model meanwhile", async () => {
    const plain = await fitted(network());
    const watched = await fitted(network(), {
      callbacks: [
        {
          interval: 3,
          async onStepsEnd(_, { model }) {
            await model.predict(rows(digits.x, 0, 5));
            await model.evaluate(rows(digits.x, 0, 20), rows(digits.y, 0, 20));
            await model.inspect(rows(digits.x, 0, 8), rows(digits.y, 0, 8), { layers: ["dense_1"] });
            await model.getWeights();
          },
        },
      ],
      validationData: [rows(digits.x, 0, 10), rows(digits.y, 0, 10)],
    });
    expect(watched.bits).toEqual(plain.bits);
  });
});

describe("the number of steps in a run", () => {
  it.each([1, 7, 16])("does not change a bit: at most %i steps", async (interval) => {
    const free = await fitted(network());
    const sizes: number[] = [];
    const cut = await fitted(network(), {
      callbacks: [{ interval, onStepsEnd: (taken) => void sizes.push(taken.length) }],
    });
    expect(cut.bits).toEqual(free.bits);
    expect(cut.steps).toEqual(free.steps);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(interval);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(32);
  });

  it("leaves callbacks the model exactly at every multiple of their interval", async () => {
    const ends: number[] = [];
    await fitted(network(), {
      callbacks: [
        { interval: 5 },
        { interval: 3, onStepsEnd: (_, { progress }) => void ends.push(progress.step) },
      ],
    });
    expect(ends).toEqual(
      expect.arrayContaining([3, 5, 6, 9, 10, 12, 15, 16, 18, 20, 21, 24, 25, 27, 30, 32]),
    );
    expect(Math.max(...ends.map((end, index) => end - (ends[index - 1] ?? 0)))).toBeLessThanOrEqual(3);
  });

  it("is one on devices other than the CPU, with the same bits as many in one loop", async () => {
    let loops = 0;
    const oneByOne: Runtime = {
      ...singleThread,
      device: "another",
      load(model, label) {
        if (label.includes("manySteps")) loops += 1;
        return singleThread.load(model, label);
      },
    };
    const [loop, steps] = [await fitted(network()), await fitted(network({ runtime: oneByOne }))];
    expect(loops).toBe(0);
    expect(steps.bits).toEqual(loop.bits);
    expect(steps.steps).toEqual(loop.steps);
  });

  it("is one in trainOnBatch, with the same bits as fit without shuffling", async () => {
    const whole = network();
    const { steps, bits } = await fitted(whole, { epochs: 1, shuffle: false });
    const model = network();
    const logs = [];
    for (let start = 0; start < 1000; start += 64) {
      const [x, y] = [rows(digits.x, start, start + 64), rows(digits.y, start, start + 64)];
      logs.push(await model.trainOnBatch(x, y));
    }
    expect(logs).toEqual(steps.map((step) => step.logs));
    expect(await weightBits(model)).toEqual(bits);
    expect(model.steps).toBe(whole.steps);
  });
});

describe("the order of the examples", () => {
  /** A "network" that only looks: its loss at each step is the one example's own number. */
  async function ordersSeen(options: FitOptions): Promise<number[][]> {
    const model = sequential([layers.dense({ inputShape: [1], units: 1, kernelInitializer: "ones" })], {
      runtime: singleThread,
    });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanAbsoluteError" });
    const numbers = Array.from({ length: 40 }, (_, index) => [index]);
    const seen: number[][] = [];
    await model.fit(
      numbers,
      numbers.map(() => [0]),
      {
        batchSize: 1,
        callbacks: [
          {
            onStepsEnd(taken) {
              for (const { epoch, logs } of taken) {
                seen[epoch - 1] ??= [];
                seen[epoch - 1]!.push(logs.loss!);
              }
            },
          },
        ],
        ...options,
      },
    );
    return seen;
  }
  const sorted = Array.from({ length: 40 }, (_, index) => index);
  const inOrder = (order: readonly number[]) => [...order].sort((a, b) => a - b);

  it("is a fresh one in every epoch, of all examples", async () => {
    const orders = await ordersSeen({ epochs: 3 });
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
    for (const order of orders) expect(inOrder(order)).toEqual(sorted);
    expect(orders[0]).not.toEqual(sorted);
  });

  it("is the data's own without shuffling", async () => {
    expect(await ordersSeen({ epochs: 2, shuffle: false })).toEqual([sorted, sorted]);
  });

  it("goes on with fresh orders in a second fit, which together are those of one long fit", async () => {
    const { x, y } = clusters(100);
    const once = clusterNetwork();
    await once.fit(x, y, { epochs: 4, ...quiet });
    const twice = clusterNetwork();
    await twice.fit(x, y, { epochs: 2, ...quiet });
    const afterFirst = await weightBits(twice);
    const { epoch } = await twice.fit(x, y, { epochs: 2, ...quiet });
    expect(epoch).toEqual([3, 4]);
    expect(await weightBits(twice)).not.toEqual(afterFirst);
    expect(await weightBits(twice)).toEqual(await weightBits(once));
  });
});
