import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import type { NetworkSettings } from "./network.js";
import { growth, growthFactor, residualShare, residualVariance } from "./residual-variance.js";
import type { RunContext } from "./run.js";

const runtime = nodeRuntime({ threads: 1 });
const context: RunContext = { seed: 1, runtime, signal: new AbortController().signal, progress: () => {} };

const network = (options: object) =>
  ({
    family: "residualMlp",
    blocks: 4,
    units: 32,
    inputShape: [32],
    activation: "linear",
    ...options,
  }) as NetworkSettings;

const measured = async (options: object, passes?: number) =>
  (await residualVariance.run({ network: network(options), examples: 64, passes }, context)).blocks;

// Orthonormal kernels leave the sum of all channels' variances as it is.
const orthonormal = { kernelInitializer: "orthogonal" };

describe("residual variance", () => {
  it("of a branch that keeps the variance is that of the skip path", async () => {
    const blocks = await measured({ ...orthonormal, normalization: "none" });
    expect(blocks.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    for (const { skip, branch, sum, output } of blocks) {
      expect(branch / skip).toBeCloseTo(1, 4);
      expect(output).toBe(sum);
    }
    expect(blocks[1]!.skip).toBe(blocks[0]!.output);
  });

  it("of a normalized branch is 1, up to epsilon; moving variances are those of the skip path", async () => {
    const normalization = { type: "batchNormalization", momentum: "cumulative", epsilon: 1e-6 };
    const blocks = await measured({ ...orthonormal, normalization }, 1);
    for (const { skip, branch, moving } of blocks) {
      expect(branch).toBeCloseTo(1, 4);
      expect(moving! / skip).toBeCloseTo(1, 4);
    }
  });

  it("of a branch behind a scalar is that times its square", async () => {
    const blocks = await measured({ ...orthonormal, residual: { skipInit: 0.5 } });
    for (const { skip, branch } of blocks) expect(branch / skip).toBeCloseTo(0.25, 4);
  });

  it("of what is divided by √2 is half the sum's", async () => {
    const blocks = await measured({ ...orthonormal, residual: "dividedByRoot2" });
    for (const { sum, output } of blocks) expect(output / sum).toBeCloseTo(0.5, 5);
  });

  it("is summed up as growth and shares", () => {
    const block = (skip: number, branch: number) => {
      const sum = skip + branch;
      return { position: 1, skip, branch, sum, output: sum };
    };
    const blocks = [block(1, 1), block(2, 6)];
    expect(growthFactor(blocks)).toBeCloseTo(Math.sqrt(8), 12);
    expect(growth(blocks)).toBe(3.5);
    expect(blocks.map(residualShare)).toEqual([0.5, 0.75]);
  });
});
