import { describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import { layers } from "../layers/index.js";
import { losses } from "../losses/index.js";
import { type CompileOptions, sequential } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { tensor } from "../tensor/tensor.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { shown } from "./known.js";

const { x, y } = clusters(40);
const wrong = (options: object) => options as never;
const compiled = (options: object) => () => clusterNetwork().compile(options as CompileOptions);

describe("an option that does not exist is refused", () => {
  it.each<[string, () => unknown, string]>([
    [
      "a layer's",
      () => layers.dense(wrong({ units: 2, activaton: "relu" })),
      'layers.dense has no option "activaton"',
    ],
    [
      "Keras's name of a running statistic",
      () => layers.batchNormalization(wrong({ movingMeanInitializer: "ones" })),
      "runningMeanInitializer",
    ],
    ["an optimizer's", () => optimizers.adam(wrong({ lr: 0.1 })), 'optimizers.adam has no option "lr"'],
    ["compile's", compiled({ loss: "meanSquaredError", metric: [] }), 'compile has no option "metric"'],
    [
      "a model's",
      () => sequential([layers.flatten({ inputShape: [2] })], wrong({ sede: 1 })),
      "sequential has no option",
    ],
    [
      "early stopping's",
      () => callbacks.earlyStopping(wrong({ patince: 3 })),
      "callbacks.earlyStopping has no option",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "evaluate's",
      () => clusterNetwork().evaluate(x, y, wrong({ batchsize: 3 })),
      'evaluate has no option "batchsize"',
    ],
    ["predict's", () => clusterNetwork().predict(x, wrong({ batchsize: 3 })), "predict has no option"],
    [
      "inspect's",
      () => clusterNetwork().inspect(x, y, wrong({ layer: [] })),
      'inspect has no option "layer"',
    ],
    [
      "a callback's function",
      () => clusterNetwork().fit(x, y, { callbacks: [wrong({ onBatchEnd() {} })] }),
      'A callback has no function "onBatchEnd"',
    ],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});

describe("what stands in the place of options or of a maker's result is refused", () => {
  it.each<[string, () => unknown, string]>([
    ["TensorFlow.js's rate alone", () => optimizers.sgd(wrong(0.5 as never)), "{ learningRate: 0.5 }"],
    [
      "a unit count alone",
      () => layers.dense(wrong(5 as never)),
      "layers.dense takes an object of options, got 5",
    ],
    [
      "an optimizer that was not made",
      compiled({ loss: "meanSquaredError", optimizer: optimizers.adam }),
      "call it",
    ],
    ["a loss that was not made", compiled({ loss: losses.meanSquaredError }), "call it"],
    ["no loss", compiled({}), "loss must be a name or made by"],
    ["one metric", compiled({ loss: "meanSquaredError", metrics: "accuracy" }), "metrics must be an array"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  it("a regularizer's name, and one that was not made", () => {
    for (const kernelRegularizer of ["l2", () => {}]) {
      const dense = layers.dense({
        units: 1,
        inputShape: [2],
        kernelRegularizer: wrong(kernelRegularizer as never),
      });
      expect(() => sequential([dense])).toThrow("the regularizer of kernel takes an object of options");
    }
  });

  it("callbacks and validation data that are no arrays, and data that are missing", async () => {
    const model = clusterNetwork();
    await expect(model.fit(x, y, { callbacks: wrong({}) })).rejects.toThrow("callbacks must be an array");
    await expect(model.fit(x, y, { validationData: wrong({ x, y }) })).rejects.toThrow("[x, y]");
    await expect(model.fit(x, undefined as never, quiet)).rejects.toThrow("y is missing");
    await expect(model.fit(x, ["1", "2"] as never, quiet)).rejects.toThrow(
      'y: Expected nested arrays of numbers, got "1" at [0]',
    );
  });
});

describe("what was given is shown", () => {
  it.each<[string, unknown, string]>([
    ["a string", "relu", '"relu"'],
    ["nothing", undefined, "undefined"],
    ["a number that JSON has not", Number.NaN, "NaN"],
    ["a few numbers", [1, [2, 3]], "[1,[2,3]]"],
    ["options", { units: 3 }, '{"units":3}'],
    ["many numbers", new Array(21).fill(0), '"an array of 21"'],
    ["a tensor", tensor(new Uint8Array(21)), '{"type":"uint8","shape":[21],"data":"Uint8Array of 21"}'],
    ["large whole numbers", { label: 1n }, '{"label":"1"}'],
    ["a layer", { layer: layers.dense({ units: 1 }) }, '{"layer":"Dense"}'],
  ])("%s", (_, value, text) => {
    expect(shown(value)).toBe(text);
  });

  it("in a line, however much it is", () => {
    const wide = Array.from({ length: 20 }, () => "x".repeat(50));
    const deep = Array.from({ length: 20 }, () => wide);
    expect(shown(deep)).toMatch(/^\[\["x{50}",.{145}…$/);
  });
});
