import { nodeRuntime, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { domainShift, looking } from "./domain-shift.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("a shifted domain", () => {
  it("changes every pixel alike", () => {
    const images = tensor(Uint8Array.of(0, 10, 250, 20), [1, 2, 2]);
    const { data, shape } = looking(images, { scale: -1, offset: 255 });
    expect(shape).toEqual([1, 2, 2]);
    expect(Array.from(data)).toEqual([255, 245, 5, 235]);
  });

  it("that changes mean and spread alone is undone by its own statistics", async () => {
    const { domains } = await domainShift.run(
      {
        data: { name: "mnist", train: 1000, test: 500 },
        network: {
          family: "mlp",
          inputShape: [28, 28],
          units: [32],
          preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
          normalization: { type: "batchNormalization", epsilon: 1e-8, momentum: 0.5 },
        },
        optimizer: { type: "sgd", learningRate: 0.1 },
        ...{ batchSize: 50, steps: 60, every: 60, recalibrationExamples: 500 },
        domains: [
          { name: "as trained", scale: 1, offset: 0 },
          { name: "on grey", scale: 0.5, offset: 127 },
          { name: "inverted", scale: -1, offset: 255 },
        ],
        normalizations: [{ name: "dense_1_normalization", input: "dense_1" }],
      },
      context,
    );
    const [trained, grey, inverted] = domains;
    expect(trained!.accuracy).toBeGreaterThan(0.8);
    expect(grey!.accuracy).toBeLessThan(0.5);
    expect(grey!.recalibrated).toBeCloseTo(trained!.recalibrated, 2);
    expect(trained!.recalibrated).toBeCloseTo(trained!.accuracy, 1);
    // Two numbers for all pixels undo grey as well, but not what turns dark into light.
    expect(trained!.restandardized).toBeCloseTo(trained!.accuracy, 2);
    expect(grey!.restandardized).toBeCloseTo(trained!.accuracy, 2);
    expect(inverted!.restandardized).toBeLessThan(0.5);
  });
});
