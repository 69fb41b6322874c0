import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { type FitOptions, loadModel } from "./index.js";

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
