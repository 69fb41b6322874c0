import { describe, expect, it, vi } from "vitest";
import { layers } from "../layers/index.js";
import { type FitOptions, type Model, sequential } from "../model/index.js";
import { optimizers, schedules } from "../optimizers/index.js";
import { rows, type Tensor, tensor } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, features, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import type { Callback } from "./callback.js";
import type { StepLogs } from "./progress.js";

/** A callback that collects every step. */
function collector(): { steps: StepLogs[]; callback: Callback<Model> } {
  const steps: StepLogs[] = [];
  return { steps, callback: { onStepsEnd: (taken) => void steps.push(...taken) } };
}

const withoutNormalization = () => clusterNetwork({ hidden: [layers.dense({ units: 8, name: "hidden" })] });

describe("what fit reports", () => {
  const { x, y } = clusters(100);

  it("is a history by name and by epoch, with validation results", async () => {
    const history = await clusterNetwork().fit(x, y, { epochs: 3, validationSplit: 0.2, ...quiet });
    expect(history.epoch).toEqual([1, 2, 3]);
    expect(Object.keys(history.history)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
    for (const values of Object.values(history.history)) expect(values).toHaveLength(3);
    expect(history.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [2, 6],
      [3, 9],
    ]);
    expect(history.epochs.map(({ logs }) => logs.valLoss)).toEqual(history.history.valLoss);
    expect(history.stopped).toBeUndefined();
  });

  it("has the epoch's means weighted by batch size", async () => {
    const { steps, callback } = collector();
    const { history } = await clusterNetwork().fit(x, y, { batchSize: 32, callbacks: [callback], ...quiet });
    expect(steps.map(({ batchSize }) => batchSize)).toEqual([32, 32, 32, 4]);
    for (const name of ["loss", "accuracy"]) {
      const sum = steps.reduce((total, { batchSize, logs }) => total + batchSize * logs[name]!, 0);
      expect(history[name]).toEqual([sum / 100]);
    }
  });

  it("has validation results that evaluate repeats", async () => {
    const model = clusterNetwork();
    const held = clusters(50, 2);
    const { history } = await model.fit(x, y, {
      validationData: [held.x, held.y],
      validationBatchSize: 7,
      ...quiet,
    });
    const { loss, accuracy } = await model.evaluate(held.x, held.y, { batchSize: 7 });
    expect([history.valLoss, history.valAccuracy]).toEqual([[loss], [accuracy]]);
  });

  it("counts steps and epochs over the model's life", async () => {
    const model = clusterNetwork();
    await model.fit(x, y, { epochs: 2, batchSize: 50, ...quiet });
    const { steps, callback } = collector();
    const { epoch } = await model.fit(x, y, { batchSize: 50, callbacks: [callback], ...quiet });
    expect(epoch).toEqual([3]);
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual([
      [5, 3],
      [6, 3],
    ]);
    expect(model.steps).toBe(6);
  });

  it("calls callbacks in the order of the training", async () => {
    const events: string[] = [];
    const callback: Callback<Model> = {
      interval: 1,
      onTrainBegin: ({ lastEpoch, stepsPerEpoch }) => void events.push(`begin ${lastEpoch} ${stepsPerEpoch}`),
      onEpochBegin: (epoch) => void events.push(`epoch ${epoch}`),
      onStepsEnd: ([{ step }]: readonly [StepLogs]) => void events.push(`step ${step}`),
      onEpochEnd: ({ epoch }) => void events.push(`end of epoch ${epoch}`),
      onTrainEnd: () => void events.push("end"),
    } as Callback<Model>;
    await clusterNetwork().fit(x, y, { epochs: 2, batchSize: 50, callbacks: [callback], ...quiet });
    expect(events.join(", ")).toBe(
      "begin 2 2, epoch 1, step 1, step 2, end of epoch 1, epoch 2, step 3, step 4, end of epoch 2, end",
    );
  });

  it("ends callbacks also when one of them fails, and can be called again", async () => {
    const model = clusterNetwork();
    const ended = vi.fn();
    const failing: Callback<Model> = {
      onEpochEnd() {
        throw new Error("no room");
      },
    };
    const callbacks = [failing, { onTrainEnd: ended }];
    await expect(model.fit(x, y, { callbacks, ...quiet })).rejects.toThrow("no room");
    expect(ended).toHaveBeenCalledOnce();
    await expect(model.fit(x, y, quiet)).resolves.toBeDefined();
  });
});

describe("validationSplit", () => {
  it("trains on the front and validates on the end, before any shuffling, with Keras's rounding", async () => {
    const { x, y } = clusters(10);
    const split = clusterNetwork();
    const { history } = await split.fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.25, ...quiet });
    const apart = clusterNetwork();
    const front = { x: rows(x, 0, 7), y: rows(y, 0, 7) };
    const end = { x: rows(x, 7, 10), y: rows(y, 7, 10) };
    const expected = await apart.fit(front.x, front.y, {
      epochs: 2,
      batchSize: 4,
      validationData: [end.x, end.y],
      ...quiet,
    });
    expect(history).toEqual(expected.history);
    expect(await weightBits(split)).toEqual(await weightBits(apart));
  });
});

describe("the last batch", () => {
  async function sizes(model: Model, count: number, options: FitOptions = {}): Promise<number[]> {
    const { steps, callback } = collector();
    const { x, y } = clusters(count);
    await model.fit(x, y, { batchSize: 16, callbacks: [callback], ...quiet, ...options });
    return steps.map(({ batchSize }) => batchSize);
  }

  it("is smaller, and kept unless it is to be dropped", async () => {
    expect(await sizes(clusterNetwork(), 39)).toEqual([16, 16, 7]);
    expect(await sizes(clusterNetwork(), 39, { lastBatch: "drop" })).toEqual([16, 16]);
    expect(await sizes(clusterNetwork(), 5, { lastBatch: "drop" })).toEqual([5]);
  });

  it("of one example joins the one before with batch normalization [complaint 5, fastai/fastai#1352]", async () => {
    expect(await sizes(clusterNetwork(), 33)).toEqual([16, 17]);
    expect(await sizes(clusterNetwork(), 17)).toEqual([17]);
    expect(await sizes(clusterNetwork(), 33, { lastBatch: "drop" })).toEqual([16, 16]);
  });

  it("of one example stays alone where nothing averages over the batch [complaint 5, fastai/fastai#1352]", async () => {
    expect(await sizes(withoutNormalization(), 33)).toEqual([16, 16, 1]);
    const frozen = clusterNetwork();
    frozen.getLayer("norm").trainable = false;
    expect(await sizes(frozen, 33)).toEqual([16, 16, 1]);
  });

  it("may be one example of many values for each channel", async () => {
    const model = sequential(
      [
        layers.inputLayer({ inputShape: [2, 4] }),
        layers.batchNormalization(),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
      { runtime: singleThread },
    );
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    const x = tensor(
      Float32Array.from({ length: 9 * 8 }, (_, index) => Math.sin(index)),
      [9, 2, 4],
    );
    const { steps, callback } = collector();
    await model.fit(x, tensor(new Uint8Array(9)), { batchSize: 4, callbacks: [callback], ...quiet });
    expect(steps.map(({ batchSize }) => batchSize)).toEqual([4, 4, 1]);
  });
});

describe("a batch of one with batch normalization [complaint 5, fastai/fastai#1352]", () => {
  const refusal =
    /norm: a batch of one example has one value for each of its channels.*nothing to average over.*batchSize 2 or more/;

  it("is refused before anything changes, by fit and by trainOnBatch", async () => {
    const model = clusterNetwork();
    const before = await weightBits(model);
    const { x, y } = clusters(9);
    await expect(model.fit(x, y, { batchSize: 1, ...quiet })).rejects.toThrow(refusal);
    await expect(model.fit(rows(x, 0, 1), rows(y, 0, 1), quiet)).rejects.toThrow(refusal);
    await expect(model.trainOnBatch(rows(x, 0, 1), rows(y, 0, 1))).rejects.toThrow(refusal);
    expect(await weightBits(model)).toEqual(before);
    expect(model.steps).toBe(0);
  });

  it("does not spoil a training that was under way", async () => {
    const { x, y } = clusters(90);
    const options = { epochs: 2, batchSize: 10, ...quiet };
    const straight = clusterNetwork();
    await straight.fit(x, y, options);
    const model = clusterNetwork();
    const stop: Callback<Model> = { interval: 5, onStepsEnd: (_, training) => training.stop("enough") };
    await model.fit(x, y, { ...options, callbacks: [stop] });
    await expect(model.fit(x, y, { batchSize: 1, ...quiet })).rejects.toThrow(refusal);
    await expect(model.fit(x, rows(y, 0, 3), quiet)).rejects.toThrow("as many");
    await model.resume(x, y, quiet);
    expect(await weightBits(model)).toEqual(await weightBits(straight));
  });
});

describe("learning-rate schedules", () => {
  const { x, y } = clusters(40);
  const rates = async (model: Model) => {
    const { steps, callback } = collector();
    await model.fit(x, y, { epochs: 2, batchSize: 10, callbacks: [callback], ...quiet });
    return steps.map(({ learningRate }) => learningRate);
  };
  const schedule = schedules.step({ initial: 0.5, every: 3, factor: 0.5 });
  const halving = [0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125];

  it("reach every step", async () => {
    const model = clusterNetwork({ optimizer: optimizers.sgd({ learningRate: schedule }) });
    expect(await rates(model)).toEqual(halving);
  });

  it("move the weights by their rate: 0 for a while leaves them as they were", async () => {
    const model = clusterNetwork({
      hidden: [],
      optimizer: optimizers.sgd({ learningRate: schedules.step({ initial: 0.5, every: 2, factor: 0 }) }),
    });
    const seen: Record<string, string>[] = [];
    const callback: Callback<Model> = {
      interval: 1,
      onStepsEnd: async (_, { model }) => void seen.push(await weightBits(model)),
    };
    await model.fit(x, y, { batchSize: 10, callbacks: [callback] });
    expect(seen[1]).not.toEqual(seen[0]);
    expect(seen.slice(2)).toEqual([seen[1], seen[1]]);
  });

  it("begin afresh with a new optimizer", async () => {
    const model = clusterNetwork({ optimizer: optimizers.sgd({ learningRate: schedule }) });
    await rates(model);
    expect((await rates(model))[0]).toBe(0.125);
    model.compile({
      optimizer: optimizers.sgd({ learningRate: schedule }),
      loss: "sparseCategoricalCrossentropy",
    });
    expect(await rates(model)).toEqual(halving);
  });
});

describe("stopping", () => {
  const { x, y } = clusters(200);

  it("by an AbortSignal ends after the present steps, says so, and leaves a model that can go on", async () => {
    const model = clusterNetwork();
    const controller = new AbortController();
    const { steps, callback } = collector();
    const abort: Callback<Model> = {
      interval: 4,
      onStepsEnd: ([first]) => (first!.step > 40 ? controller.abort() : undefined),
    };
    const history = await model.fit(x, y, {
      epochs: 5,
      batchSize: 10,
      signal: controller.signal,
      callbacks: [callback, abort],
      ...quiet,
    });
    expect(history.stopped).toBe("aborted");
    expect(history.epoch).toEqual([1, 2]);
    expect(steps.at(-1)!.step).toBe(model.steps);
    expect(model.steps).toBe(44);
    const rest = await model.resume(x, y, quiet);
    expect(rest.stopped).toBeUndefined();
    expect(rest.epoch).toEqual([1, 2, 3, 4, 5]);
    const straight = clusterNetwork();
    await straight.fit(x, y, { epochs: 5, batchSize: 10, ...quiet });
    expect(await weightBits(model)).toEqual(await weightBits(straight));
  });

  it("by a signal that was given already takes no step", async () => {
    const model = clusterNetwork();
    const history = await model.fit(x, y, { signal: AbortSignal.abort(), ...quiet });
    expect(history).toMatchObject({ stopped: "aborted", epoch: [], history: {} });
    expect(model.steps).toBe(0);
  });

  it("by a callback at the end of an epoch finishes that epoch", async () => {
    const callback: Callback<Model> = {
      onEpochEnd: ({ epoch }, { stop }) => (epoch === 2 ? stop("enough") : undefined),
    };
    const history = await clusterNetwork().fit(x, y, { epochs: 5, callbacks: [callback], ...quiet });
    expect(history).toMatchObject({ stopped: "enough", epoch: [1, 2] });
  });

  it("by a callback after the last step of an epoch finishes that epoch", async () => {
    const callback: Callback<Model> = {
      onStepsEnd: (_, { progress, stepsPerEpoch, stop }) =>
        progress.batch === stepsPerEpoch ? stop("enough") : undefined,
    };
    const history = await clusterNetwork().fit(x, y, { epochs: 5, callbacks: [callback], ...quiet });
    expect(history).toMatchObject({ stopped: "enough", epoch: [1] });
  });
});

describe("two trainings at once", () => {
  const { x, y } = clusters(100);
  const busy = "The model is being trained already; wait for that training to end.";

  it("are refused, and the first one is not disturbed", async () => {
    const alone = clusterNetwork();
    await alone.fit(x, y, { epochs: 3, batchSize: 10, ...quiet });
    const model = clusterNetwork();
    let refused = 0;
    const intrude: Callback<Model> = {
      interval: 7,
      async onStepsEnd() {
        await expect(model.fit(x, y, quiet)).rejects.toThrow(busy);
        await expect(model.resume(x, y, quiet)).rejects.toThrow(busy);
        await expect(model.trainOnBatch(x, y)).rejects.toThrow(busy);
        expect(() => model.compile({ loss: "sparseCategoricalCrossentropy" })).toThrow(busy);
        refused += 1;
      },
    };
    const history = await model.fit(x, y, { epochs: 3, batchSize: 10, callbacks: [intrude], ...quiet });
    expect(refused).toBeGreaterThan(3);
    expect(history.epoch).toEqual([1, 2, 3]);
    expect(await weightBits(model)).toEqual(await weightBits(alone));
  });
});

describe("data that do not fit", () => {
  const { x, y } = clusters(20);
  const one = (values: Uint8Array | Float32Array) => tensor(values as Uint8Array);
  const cases: [string, unknown, unknown, FitOptions, string][] = [
    [
      "another number of features",
      tensor(new Float32Array(40), [10, 4]),
      y,
      {},
      "x has shape [10, 4], but the model takes [N, 6], N examples of [6].",
    ],
    [
      "one example without the batch",
      tensor(new Float32Array(6)),
      y,
      {},
      "x has shape [6], but the model takes [N, 6]",
    ],
    [
      "no examples",
      tensor(new Float32Array(0), [0, 6]),
      tensor(new Uint8Array(0)),
      {},
      "x holds no examples.",
    ],
    [
      "fewer targets than examples",
      x,
      rows(y, 0, 19),
      {},
      "x holds 20 examples and y 19 targets; they must be as many.",
    ],
    [
      "a label past the classes",
      x,
      one(Uint8Array.from({ length: 20 }, (_, i) => (i === 7 ? 3 : 0))),
      {},
      "y has the label 3 at place 7; the model has 3 outputs, so labels are whole numbers from 0 to 2.",
    ],
    [
      "a negative label",
      x,
      tensor(Int32Array.from({ length: 20 }, () => -1)),
      {},
      "y has the label -1 at place 0",
    ],
    [
      "a label that is no whole number",
      x,
      one(new Float32Array(20).fill(0.5)),
      {},
      "y has the label 0.5 at place 0",
    ],
    ["NaN for a label", x, one(new Float32Array(20).fill(Number.NaN)), {}, "y has the label NaN at place 0"],
    [
      "one-hot targets for labels",
      x,
      tensor(new Float32Array(60), [20, 3]),
      {},
      "y has shape [20, 3], but sparseCategoricalCrossentropy takes one label for each example, [N]. For one-hot targets use categoricalCrossentropy.",
    ],
    [
      "validation data of another shape",
      x,
      y,
      { validationData: [tensor(new Float32Array(10), [2, 5]), y] },
      "validation x has shape [2, 5]",
    ],
    [
      "validation labels past the classes",
      x,
      y,
      { validationData: [rows(x, 0, 1), tensor(Uint8Array.of(9))] },
      "validation y has the label 9 at place 0",
    ],
    [
      "too few examples to split",
      rows(x, 0, 1),
      rows(y, 0, 1),
      { validationSplit: 0.5 },
      "validationSplit leaves no examples to train on.",
    ],
    ["ragged rows", [[1, 2, 3, 4, 5, 6], [1]], [0, 1], {}, "Nested arrays must have rows of one length"],
  ];

  it.each(cases)(
    "are refused with a reason and nothing is trained: %s",
    async (_, x, y, options, message) => {
      const model = clusterNetwork();
      const before = await weightBits(model);
      const began = vi.fn();
      const callbacks = [{ onTrainBegin: began }];
      const fit = model.fit(x as Tensor, y as Tensor, { callbacks, ...options, ...quiet });
      await expect(fit).rejects.toThrow(message);
      expect(await weightBits(model)).toEqual(before);
      expect(model.steps).toBe(0);
      expect(began).not.toHaveBeenCalled();
    },
  );

  it("are refused by trainOnBatch, evaluate, inspect and predict too", async () => {
    const model = clusterNetwork();
    const wrong = tensor(new Float32Array(8), [2, 4]);
    const labels = tensor(Uint8Array.of(0, 1));
    const message = "x has shape [2, 4], but the model takes [N, 6]";
    await expect(model.trainOnBatch(wrong, labels)).rejects.toThrow(message);
    await expect(model.evaluate(wrong, labels)).rejects.toThrow(message);
    await expect(model.inspect(wrong, labels)).rejects.toThrow(message);
    await expect(model.predict(wrong)).rejects.toThrow(message);
  });

  it("are refused where targets are values of another shape than the predictions, for validation too", async () => {
    const model = clusterNetwork({ loss: "meanSquaredError", metrics: [] });
    const wide = tensor(new Float32Array(80), [20, 4]);
    const right = tensor(new Float32Array(60), [20, 3]);
    const message = "y has shape [20, 4], but meanSquaredError compares it with the model's outputs, [N, 3].";
    await expect(model.fit(x, wide, quiet)).rejects.toThrow(message);
    await expect(model.fit(x, right, { validationData: [x, wide], ...quiet })).rejects.toThrow(
      `validation ${message}`,
    );
    expect(model.steps).toBe(0);
    await expect(model.fit(x, right, quiet)).resolves.toBeDefined();
  });

  it("do not include plain numbers for single outputs, nor nested arrays", async () => {
    const model = sequential([layers.dense({ inputShape: [2], units: 1 })], { runtime: singleThread });
    model.compile({ loss: "meanSquaredError" });
    const x = [
      [1, 2],
      [3, 4],
    ];
    const flat = await model.evaluate(x, [1, 2]);
    expect(await model.evaluate(x, [[1], [2]])).toEqual(flat);
  });
});

describe("options that make no sense", () => {
  const { x, y } = clusters(20);
  it.each<[string, FitOptions, string]>([
    ["epochs", { epochs: 0 }, "epochs must be a whole number of at least 1, got 0."],
    ["epochs", { epochs: 1.5 }, "epochs must be a whole number of at least 1, got 1.5."],
    ["batchSize", { batchSize: 0 }, "batchSize must be a whole number of at least 1, got 0."],
    ["batchSize", { batchSize: Number.NaN }, "batchSize must be a whole number of at least 1, got NaN."],
    ["validationSplit", { validationSplit: 1 }, "validationSplit must be at least 0 and below 1, got 1."],
    [
      "validationSplit",
      { validationSplit: -0.1 },
      "validationSplit must be at least 0 and below 1, got -0.1.",
    ],
    [
      "validationSplit",
      { validationSplit: 0.5, validationData: [x, y] },
      "Give validationData or validationSplit, not both.",
    ],
    [
      "validationBatchSize",
      { validationBatchSize: 0 },
      "validationBatchSize must be a whole number of at least 1, got 0.",
    ],
    ["seed", { seed: 0.5 }, "The seed must be an integer, got 0.5."],
    ["lastBatch", { lastBatch: "pad" as "keep" }, 'lastBatch must be "keep" or "drop", got "pad".'],
    [
      "onNaN",
      { onNaN: "ignore" as "stop" },
      'onNaN must be "throw", "stop", "continue" or a function, got "ignore".',
    ],
    [
      "callbacks",
      { callbacks: [{ interval: -3 }] },
      "A callback's interval must be a whole number of at least 1, got -3.",
    ],
    [
      "callbacks",
      { callbacks: [{ interval: 0 }] },
      "A callback's interval must be a whole number of at least 1, got 0.",
    ],
  ])("are refused by name: %s", async (_, options, message) => {
    const model = clusterNetwork();
    await expect(model.fit(x, y, { ...quiet, ...options })).rejects.toThrow(message);
    expect(model.steps).toBe(0);
  });

  it("include a batch size of evaluate and predict below 1", async () => {
    const model = clusterNetwork();
    const message = "batchSize must be a whole number of at least 1, got 0.";
    await expect(model.evaluate(x, y, { batchSize: 0 })).rejects.toThrow(message);
    await expect(model.predict(x, { batchSize: 0 })).rejects.toThrow(message);
  });
});

describe("a model that is not compiled", () => {
  it("says what to call before it is trained or evaluated, and predicts all the same", async () => {
    const model = sequential([layers.dense({ inputShape: [features], units: 3 })], { runtime: singleThread });
    const { x, y } = clusters(4);
    const message = "The model has no loss and optimizer yet: call model.compile({ optimizer, loss }) first.";
    await expect(model.fit(x, y)).rejects.toThrow(message);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(message);
    await expect(model.evaluate(x, y)).rejects.toThrow(message);
    await expect(model.inspect(x, y)).rejects.toThrow(message);
    await expect(model.saveCheckpoint("nowhere")).rejects.toThrow(message);
    expect((await model.predict(x)).shape).toEqual([4, 3]);
  });

  it("has nothing to resume once it is", async () => {
    const { x, y } = clusters(4);
    await expect(clusterNetwork().resume(x, y)).rejects.toThrow(
      "There is nothing to resume: no fit was under way. Use model.fit.",
    );
  });
});
