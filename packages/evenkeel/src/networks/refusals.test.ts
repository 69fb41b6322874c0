import { describe, expect, it } from "vitest";
import { layers } from "../layers/index.js";
import { networks } from "./index.js";

describe("what does not fit", () => {
  const shared = layers.batchNormalization();

  it.each<[string, () => unknown, string]>([
    [
      "a depth between two",
      () => networks.resNet({ depth: 21 }),
      "networks.resNet: depth must be 6n + 2 with a whole n of at least 1; the nearest are 20 and 26, got 21.",
    ],
    [
      "a depth below the least",
      () => networks.wideResNet({ depth: 4, widthFactor: 1 }),
      "networks.wideResNet: depth must be 6n + 4 with a whole n of at least 1; the least is 10, got 4.",
    ],
    [
      "no depth",
      () => networks.resNet({} as never),
      "networks.resNet: depth must be 6n + 2 with a whole n of at least 1, got undefined.",
    ],
    [
      "a VGG that there is not",
      () => networks.vgg({ depth: 19 as never }),
      "networks.vgg: depth must be 11, 13 or 16, got 19.",
    ],
    [
      "a width that splits channels",
      () => networks.vgg({ depth: 11, widthFactor: 0.3 }),
      "networks.vgg: widthFactor must be a number that makes the 64 channels a whole number of at least 1, got 0.3.",
    ],
    [
      "no width",
      () => networks.wideResNet({ depth: 10 } as never),
      "networks.wideResNet: widthFactor must be",
    ],
    [
      "an unknown option",
      () => networks.mlp({ width: 3 } as never),
      'networks.mlp has no option "width". It has: ',
    ],
    [
      "an unknown normalization",
      () => networks.mlp({ normalization: "batchNorm" as never }),
      'networks.mlp: normalization must be "none", a function, or one of batchNormalization, ',
    ],
    [
      "a layer that does not normalise",
      () => networks.mlp({ inputNormalization: { type: "dense", units: 3 } as never }),
      "networks.mlp: inputNormalization must be",
    ],
    [
      "no normalization",
      () => networks.mlp({ normalization: null as never }),
      "networks.mlp: normalization must be",
    ],
    [
      "a wrong option of a normalization",
      () => networks.mlp({ normalization: { type: "batchNormalization", decay: 0.9 } as never }),
      'layers.batchNormalization has no option "decay".',
    ],
    [
      "a layer object",
      () => networks.mlp({ normalization: layers.batchNormalization() as never }),
      'networks.mlp: normalization is a layer object, and a network makes a new layer for each place. Give its name, "batchNormalization", its name with options, { type: "batchNormalization", ... }, or a function',
    ],
    [
      "a bias that is neither wanted nor not",
      () => networks.deepLinear({ useBias: "false" as never }),
      'networks.deepLinear: useBias must be true or false, got "false".',
    ],
    [
      "one layer for two places",
      () => networks.mlp({ normalization: () => shared }),
      'networks.mlp: normalization gave the same layer object for "dense_1_normalization" and "dense_2_normalization". Make a new one at each call.',
    ],
    [
      "a function that gives no layer",
      () => networks.mlp({ activation: (() => "relu") as never }),
      'networks.mlp: activation must give a layer or undefined for "dense_1_activation", got "relu".',
    ],
    [
      "an unknown activation",
      () => networks.mlp({ activation: "swish" as never }),
      "activation must be one of elu, ",
    ],
    [
      "a placement",
      () => networks.mlp({ placement: "behind" as never }),
      'networks.mlp: placement must be "before" or "after", got "behind".',
    ],
    [
      "a dropout rate",
      () => networks.caffeNet({ dropoutRate: 1 }),
      "networks.caffeNet: dropoutRate must be a number of at least 0 and below 1, got 1.",
    ],
    [
      "a dropout rate before the output",
      () => networks.resNet({ depth: 8, outputDropoutRate: -1 }),
      "networks.resNet: outputDropoutRate must be a number of at least 0 and below 1, got -1.",
    ],
    [
      "no classes",
      () => networks.mlp({ classes: 0 }),
      "networks.mlp: classes must be a whole number of at least 1, got 0.",
    ],
    [
      "hidden layers",
      () => networks.mlp({ units: 300 as never }),
      "networks.mlp: units must be an array of the hidden layers' widths, got 300.",
    ],
    [
      "a hidden layer",
      () => networks.mlp({ units: [300, 0] }),
      "networks.mlp: each of units must be a whole number of at least 1, got 0.",
    ],
    [
      "preprocessing",
      () => networks.mlp({ preprocessing: [1 / 255] as never }),
      "networks.mlp: preprocessing must be an array of layers, got [0.00",
    ],
    [
      "features where images are due",
      () => networks.vgg({ depth: 11, inputShape: [3072] }),
      "networks.vgg takes images [channels, height, width], or [height, width] of one channel, got [3072].",
    ],
    [
      "images that poolings use up",
      () => networks.vgg({ depth: 11, widthFactor: 1 / 16, inputShape: [3, 16, 16] }),
      'Layer "pool_5" cannot take inputs of shape [batch, 32, 1, 1]',
    ],
    [
      "a form",
      () => networks.resNet({ depth: 8, form: "pre" as never }),
      'networks.resNet: form must be "original" or "preactivation", got "pre".',
    ],
    [
      "a shortcut",
      () => networks.resNet({ depth: 8, shortcut: "B" as never }),
      'networks.resNet: shortcut must be "identity" or "projection", got "B".',
    ],
    [
      "a residual sum",
      () => networks.resNet({ depth: 8, residual: { skipInit: Number.NaN } }),
      'networks.resNet: residual must be "sum", "dividedByRoot2" or { skipInit: a finite number }',
    ],
    [
      "no residual sum",
      () => networks.resNet({ depth: 8, residual: null as never }),
      "networks.resNet: residual must be",
    ],
    [
      "a residual sum of dense layers",
      () => networks.residualMlp({ blocks: 1, residual: "mean" as never }),
      'networks.residualMlp: residual must be "sum", "dividedByRoot2" or { skipInit: a finite number }',
    ],
    [
      "no blocks",
      () => networks.residualMlp({} as never),
      "networks.residualMlp: blocks must be a whole number of at least 1, got undefined.",
    ],
    [
      "a list of widths where all are equal",
      () => networks.residualMlp({ blocks: 2, units: [64, 64] as never }),
      "networks.residualMlp: units must be a whole number of at least 1, got [64,64].",
    ],
    [
      "a shortcut of fewer channels",
      () => networks.wideResNet({ depth: 10, widthFactor: 1 / 2, shortcut: "identity" }),
      'stage_1_block_1 has 8 channels and takes 16, which an identity shortcut cannot make fewer. Use shortcut: "projection".',
    ],
    [
      "a pooling",
      () => networks.leNet5({ pooling: "mean" as never }),
      'networks.leNet5: pooling must be "max" or "average", got "mean".',
    ],
  ])("is refused: %s", (_what, make, message) => {
    expect(make).toThrow(message);
  });
});
