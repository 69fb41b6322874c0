import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { type SingleExamplesSettings, singleExamples } from "./single-examples.js";

const settings: SingleExamplesSettings = {
  data: { name: "mnist", train: 1000, test: 400 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [32],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    normalization: { type: "batchNormalization", momentum: 0.9 },
  },
  optimizer: { type: "sgd", learningRate: 0.1 },
  ...{ batchSize: 50, steps: 60, every: 60, singles: 50, sizes: [4, 200] },
};

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("single examples", () => {
  it("are answered alone as among others, and are all alike by their own mean", async () => {
    const { running, alone, batches } = await singleExamples.run(settings, context);
    expect(running).toBeGreaterThan(0.75);
    expect(alone).toBeLessThan(1e-5);
    expect(batches.map(({ size }) => size)).toEqual([1, 4, 200]);
    const [own, few, many] = batches;
    expect(many!.difference).toBeLessThan(few!.difference);
    expect(many!.accuracy).toBeCloseTo(running, 1);
    // All get the same answer, which is right for those of one digit.
    const labels = Array.from(take((await mnist()).test, 50).y.data as Uint8Array);
    const shares = Array.from(
      { length: 10 },
      (_, digit) => labels.filter((label) => label === digit).length / 50,
    );
    expect(Math.min(...shares.map((share) => Math.abs(share - own!.accuracy)))).toBeLessThan(1e-6);
  });

  it("are compared by outputs that are numbers, and not all 0", async () => {
    const { steps, every, ...rest } = settings;
    const short = { ...rest, steps: 1, every: 1 };
    const beyond = { ...settings.network, preprocessing: [{ type: "rescaling", scale: 1e37 } as const] };
    await expect(singleExamples.run({ ...short, network: beyond }, context)).rejects.toThrow(
      "The network's outputs by running statistics are no finite numbers.",
    );
    // Nothing reaches a linear output without a bias that has learned.
    const dark = { ...settings.network, preprocessing: [{ type: "rescaling", scale: 0 } as const] };
    const optimizer = { type: "sgd", learningRate: 0 } as const;
    expect(await singleExamples.run({ ...short, network: dark, optimizer }, context)).toMatchObject({
      alone: 0,
      batches: [],
    });
  });
});
