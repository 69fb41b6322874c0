import { describe, expect, it } from "vitest";
import { layers } from "../layers/index.js";

const wrong = (value: unknown) => value as never;

describe("a value of the wrong type is refused", () => {
  it.each<[string, () => unknown, string]>([
    [
      "dense",
      () => layers.dense({ units: 1, useBias: wrong("false") }),
      'useBias must be true or false, got "false"',
    ],
    [
      "conv2d",
      () => layers.conv2d({ filters: 1, kernelSize: 1, useBias: wrong(0) }),
      "useBias must be true or false, got 0",
    ],
    ["center", () => layers.batchNormalization({ center: wrong("no") }), "center must be true or false"],
    ["scale", () => layers.groupNormalization({ scale: wrong(1) }), "scale must be true or false"],
    ["momentum", () => layers.batchNormalization({ momentum: wrong("0.9") }), "momentum must be in [0, 1)"],
    ["trainable", () => layers.flatten({ trainable: wrong("false") }), "trainable must be true or false"],
    [
      "dropout",
      () => layers.dropout({ rate: wrong("0.5") }),
      "rate must be a number of at least 0 and below 1",
    ],
    ["spatialDropout1d", () => layers.spatialDropout1d({ rate: wrong("0.5") }), "rate must be a number"],
    ["gaussianDropout", () => layers.gaussianDropout({ rate: wrong("0.5") }), "rate must be a number"],
    [
      "gaussianNoise",
      () => layers.gaussianNoise({ standardDeviation: wrong("1") }),
      "standardDeviation must be a finite number",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
