import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { layers } from "../layers/index.js";
import { metrics } from "../metrics/index.js";
import { optimizers } from "../optimizers/index.js";
import { rows } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { type FitOptions, loadModel, sequential } from "./index.js";

const { x, y } = clusters(60);
const folder = temporaryFolder();

describe("options that fit does not have", () => {
  it("are refused by name, with those there are", async () => {
    const model = clusterNetwork();
    const before = await weightBits(model);
    await expect(model.fit(x, y, { batchsize: 16 } as FitOptions)).rejects.toThrow(
      /fit has no option "batchsize". It has: epochs, batchSize,/,
    );
    expect(await weightBits(model)).toEqual(before);
  });

  it.each(["gradientAccumulation", "accumulationSteps", "accumulateGradients"])(
    "explain that accumulated gradients are no larger batch: %s [complaint 8, ultralytics/yolov5#1630]",
    async (option) => {
      await expect(clusterNetwork().fit(x, y, { [option]: 4 } as FitOptions)).rejects.toThrow(
        /batch normalization would still see the small batches.*Raise batchSize/,
      );
    },
  );
});

describe("data as people have them", () => {
  it("may be nested arrays with labels in an array or a typed array", async () => {
    const nested = Array.from({ length: 60 }, (_, row) => Array.from(x.data.subarray(row * 6, row * 6 + 6)));
    const models = [clusterNetwork(), clusterNetwork(), clusterNetwork()];
    await models[0]!.fit(x, y, quiet);
    await models[1]!.fit(nested, Array.from(y.data), quiet);
    await models[2]!.fit(nested, y.data, quiet);
    const bits = await Promise.all(models.map(weightBits));
    expect(bits[1]).toEqual(bits[0]);
    expect(bits[2]).toEqual(bits[0]);
  });
});

describe("targets of binaryCrossentropy", () => {
  it("lie between 0 and 1, and one that does not is named with its place", async () => {
    const model = clusterNetwork({ loss: "binaryCrossentropy" });
    const targets = Array.from({ length: 60 }, () => [0, 1, 2]);
    await expect(model.fit(x, targets, quiet)).rejects.toThrow("y has the target 2 at place 2");
  });
});

describe("what cannot be answered is refused", () => {
  it("the gradient of a softmax's output, which the loss does not use", async () => {
    const model = sequential(
      [layers.dense({ units: 3, inputShape: [6], activation: "softmax", name: "probabilities" })],
      { runtime: singleThread },
    );
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    await expect(model.inspect(x, y, { layerGradients: ["probabilities"] })).rejects.toThrow(
      'The loss does not depend on the output of "probabilities"',
    );
    const found = await model.inspect(x, y, { weightGradients: ["probabilities/kernel"] });
    expect(found.weightGradients["probabilities/kernel"]!.data.some((value) => value !== 0)).toBe(true);
  });

  it("a checkpoint of a metric of one's own", async () => {
    const own = { ...metrics.accuracy(), name: "mine" };
    const model = clusterNetwork({ metrics: [own] });
    await model.fit(x, y, quiet);
    const path = join(folder, "own.onnx");
    await expect(model.save(path)).rejects.toThrow('cannot keep this: There is no metric "mine"');
    expect(existsSync(path)).toBe(false);
  });

  it("a layer called as programs call the state after a step, and an input shape that is none", () => {
    expect(() => sequential([layers.flatten({ name: "next", inputShape: [2] })])).toThrow(
      'cannot be called "next"',
    );
    expect(() => layers.dense({ units: 1, inputShape: 3 as never })).toThrow(
      "inputShape must be the shape of one",
    );
    expect(() => sequential([{} as never])).toThrow("Entry 0 of layers is no layer");
  });

  it("a role that weights do not have", () => {
    expect(() => optimizers.sgd({ excludeFromWeightDecay: ["biases" as never] })).toThrow(
      'names roles (kernel, bias, gamma, beta, scale, slope), got "biases"',
    );
  });
});

describe("a program", () => {
  it("that has long been unused makes room, and is built again when needed", async () => {
    const model = clusterNetwork();
    const rowsOf = (count: number) => [rows(x, 0, count), rows(y, 0, count)] as const;
    const [first] = [await model.inspect(...rowsOf(2))];
    for (let count = 3; count < 25; count++) await model.inspect(...rowsOf(count));
    expect(await model.inspect(...rowsOf(2))).toEqual(first);
  });

  it("is not taken away under a prediction", async () => {
    const model = clusterNetwork();
    const [prediction] = [model.predict(x)];
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    await model.dispose();
    expect((await prediction).shape).toEqual([60, 3]);
  });
});

describe("a model loaded without its checkpoint", () => {
  it("knows how many steps its weights have taken", async () => {
    const model = clusterNetwork();
    await model.fit(x, y, { epochs: 3, batchSize: 20, ...quiet });
    const path = join(folder, "model.onnx");
    await model.save(path);
    rmSync(path.replace(".onnx", ".checkpoint"));
    expect((await loadModel(path)).steps).toBe(9);
  });
});
