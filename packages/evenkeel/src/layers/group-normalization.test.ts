import { describe, expect, it } from "vitest";
import { optimizers } from "../optimizers/index.js";
import { randomStream } from "../random/stream.js";
import { tensor } from "../tensor/tensor.js";
import { normal } from "../testing/batches.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { describeLayer, type Layer, layers, restoreLayer } from "./index.js";

const normals = (shape: readonly number[]) => normal(randomStream(1, "input"), shape);

describe("group normalization", () => {
  const weights = { gamma: tensor([2, -1, 0.5, 1]), beta: tensor([1, 0, -3, 2]) };

  it("of one group is layer normalization, of a group for each channel instance normalization", async () => {
    for (const device of ["cpu", "elsewhere"]) {
      const run = { input: normals([3, 4, 5]), outputGradient: normals([3, 4, 5]), weights, device };
      const results = async (layer: Layer) => {
        const { output, inputGradient, weightGradients } = await runLayer(layer, run);
        return [output, inputGradient, weightGradients.gamma!, weightGradients.beta!];
      };
      expect(await results(layers.layerNormalization())).toEqual(
        await results(layers.groupNormalization({ groups: 1 })),
      );
      expect(await results(layers.instanceNormalization())).toEqual(
        await results(layers.groupNormalization({ groups: 4 })),
      );
    }
  });

  it("keeps its output in training and at inference, frozen or not, and has nothing to update", async () => {
    for (const make of [layers.layerNormalization, layers.groupNormalization, layers.instanceNormalization]) {
      const input = normals([2, 32, 3]);
      const runs = [
        await runLayer(make(), { input }),
        await runLayer(make({ trainable: false }), { input }),
        await runLayer(make(), { input, training: false }),
      ];
      for (const { output, updates } of runs) {
        expectClose(output, runs[0]!.output, { absolute: 1e-6 });
        expect(updates).toEqual({});
      }
    }
  });

  it("trains on one example, in a network whose last batch has one", async () => {
    const { x, y } = clusters(66);
    for (const normalization of [layers.layerNormalization(), layers.groupNormalization({ groups: 2 })]) {
      const model = clusterNetwork({
        hidden: [layers.dense({ units: 8 }), normalization],
        optimizer: optimizers.sgd({ learningRate: 0.1 }),
      });
      const { history } = await model.fit(x, y, { epochs: 12, batchSize: 13, ...quiet });
      expect(history.loss!.at(-1)).toBeLessThan(0.8 * history.loss![0]!);
      expect((await model.predict(x)).shape).toEqual([66, 3]);
    }
  });

  it("has a gamma and a beta for each channel, and no statistics", () => {
    const layer = layers.groupNormalization({
      groups: 2,
      axis: -1,
      gammaInitializer: "zeros",
      betaRegularizer: { l1: 0.2 },
    });
    const specified = [
      { name: "gamma", shape: [6], role: "gamma", initializer: "zeros", regularizer: undefined },
      { name: "beta", shape: [6], role: "beta", initializer: "zeros", regularizer: { l1: 0.2 } },
    ];
    expect(layer.weights(["batch", 4, 6])).toEqual(specified);
    expect(describeLayer(layer, [["batch", 4, 6]]).shape).toEqual(["batch", 4, 6]);
    expect(layers.instanceNormalization({ center: false, scale: false }).weights(["batch", 3, 4])).toEqual(
      [],
    );
  });

  it.each([
    [
      layers.groupNormalization(),
      ["batch", 20],
      /groups must divide the input's 20 channels, got 32; it can be 1, 2, 4, 5, 10, 20\./,
    ],
    [layers.groupNormalization({ groups: 3 }), ["batch", 4, 2], /got 3; it can be 1, 2, 4\./],
    [
      layers.instanceNormalization(),
      ["batch", 4],
      /one value in each group of \[batch, 4\] with 4 groups of channels: there is nothing to average over/,
    ],
    [
      layers.layerNormalization(),
      ["batch", 1],
      /one value in each group of \[batch, 1\] with 1 group of channels/,
    ],
    [
      layers.layerNormalization(),
      ["batch", 4, "length"],
      /sizes of all axes after the batch must be known, got \[batch, 4, length\]/,
    ],
    [
      layers.layerNormalization({ axis: 2 }),
      ["batch", 4],
      /axis 2 does not name an axis of known size after the batch/,
    ],
  ])("refuses inputs that it cannot normalise: case %#", (layer, shape, message) => {
    expect(() => layer.weights(shape)).toThrow(message);
    expect(() => layer.weights(shape)).toThrow(RangeError);
  });

  it.each([
    ["groupNormalization", { groups: 0 }, "groups must be a whole number of at least 1, got 0."],
    ["groupNormalization", { groups: 2.5 }, "groups must be a whole number of at least 1, got 2.5."],
    ["layerNormalization", { epsilon: 0 }, "epsilon must be a finite number above 0, got 0."],
    ["layerNormalization", { groups: 2 }, 'layers.layerNormalization has no option "groups"'],
    ["instanceNormalization", { axis: 0 }, "axis must be a whole number other than 0, the batch, got 0."],
    ["instanceNormalization", { momentum: 0.9 }, 'layers.instanceNormalization has no option "momentum"'],
  ])("refuses options that make no sense: %s %j", (type, options, message) => {
    expect(() => restoreLayer(type, options)).toThrow(message);
  });
});
