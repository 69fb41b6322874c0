import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { epochsInTurns } from "./epochs-in-turns.js";
import type { NetworkSettings } from "./network.js";
import { training } from "./training.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

const shared = {
  data: { name: "mnist", train: 330, test: 100 },
  optimizer: { type: "sgd", learningRate: 0.1 },
  batchSize: 32,
  every: 5,
} as const;

const network = (normalization: "none" | "batchNormalization"): NetworkSettings => ({
  family: "mlp",
  inputShape: [28, 28],
  units: [16],
  preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
  normalization: normalization === "none" ? "none" : { type: normalization },
});

describe("epochs in turns", () => {
  it("train as each network alone does", async () => {
    const networks = [network("none"), network("batchNormalization")] as const;
    const both = await epochsInTurns.run({ ...shared, networks, epochs: 3 }, context);
    for (const [index, result] of both.entries()) {
      const alone = await training.run({ ...shared, network: networks[index]!, steps: 30 }, context);
      expect(result).toMatchObject({ outcome: "finished", stepsPerEpoch: 10 });
      expect(result.seconds).toHaveLength(3);
      expect(result.points).toEqual(
        alone.points.slice(1).map(({ step, test }) => ({ step, accuracy: test!.accuracy })),
      );
    }
  });
});
