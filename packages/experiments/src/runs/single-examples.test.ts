import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { singleExamples } from "./single-examples.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("single examples", () => {
  it("are answered alone as among others, and are all alike by their own mean", async () => {
    const { running, alone, batches } = await singleExamples.run(
      {
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
      },
      context,
    );
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
});
