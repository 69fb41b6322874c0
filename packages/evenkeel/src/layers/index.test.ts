import { describe, expect, it } from "vitest";
import { layers, restoreLayer } from "./index.js";

/** Options for the layers that need some, others for those that have many. */
const examples: Partial<Record<keyof typeof layers, object>> = {
  activation: { activation: "leakyRelu", alpha: 0.1 },
  batchNormalization: { momentum: 0.9, axis: -1 },
  conv1d: { filters: 4, kernelSize: 3, strides: 2 },
  conv2d: { filters: 4, kernelSize: [3, 5], padding: "same", useBias: false },
  batchRenormalization: { rMax: 2, dMax: { from: 0, to: 1, start: 5, end: 9 } },
  concatenate: { axis: -1 },
  cropping1d: { cropping: [1, 0] },
  cropping2d: {
    cropping: [
      [1, 2],
      [0, 3],
    ],
  },
  dense: { units: 3, kernelRegularizer: { l2: 0.1 } },
  depthwiseConv2d: { kernelSize: 3, dilationRate: 2 },
  dropout: { rate: 0.2 },
  gaussianDropout: { rate: 0.2 },
  gaussianNoise: { standardDeviation: 0.1 },
  ghostBatchNormalization: { virtualBatchSize: 4, axis: -1 },
  groupNormalization: { groups: 4, scale: false },
  inputLayer: { inputShape: [3, 4] },
  maxout: { pieces: 3 },
  noisyBatchNormalization: { noise: { drawnFor: "layer" }, deviation: "l1" },
  normalization: { mean: [1, 2], variance: [3, 4] },
  permute: { dims: [2, 1] },
  randomCrop: { height: 32, width: 24, padding: [4, 2] },
  randomFlip: { mode: "vertical" },
  rescaling: { scale: 2, offset: -1 },
  reshape: { targetShape: [3, -1] },
  rrelu: { lower: 0.1, upper: 0.2 },
  scale: { initialValue: 0, axis: 1, regularizer: { l1: 0.1 } },
  shift: { initialValue: 0.5 },
  spatialDropout1d: { rate: 0.2 },
  spatialDropout2d: { rate: 0.2 },
  zeroPaddingChannels: { padding: [1, 2] },
  zeroPadding1d: { padding: 2 },
  zeroPadding2d: { padding: [1, 2] },
};

describe("restoreLayer", () => {
  it.each(Object.keys(layers) as (keyof typeof layers)[])("makes %s again from its configuration", (type) => {
    const layer = restoreLayer(type, { ...examples[type], name: "own", trainable: false });
    const stored = JSON.stringify(layer.configuration());
    expect(JSON.parse(stored)).toEqual({ ...examples[type], name: "own", trainable: false });
    const restored = restoreLayer(layer.type, JSON.parse(stored));
    expect(restored).toBeInstanceOf(layer.constructor);
    expect(restored).toEqual(layer);
    expect(restored.type).toBe(type);
  });

  it.each(["lstm", "toString", "constructor"])("refuses the type %s, listing those there are", (type) => {
    expect(() => restoreLayer(type, {})).toThrow(
      `There is no layer "${type}". There are: activation, prelu, `,
    );
  });
});
