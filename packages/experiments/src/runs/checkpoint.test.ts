import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRuntime } from "evenkeel";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type TrainingResult, type TrainingSettings, training } from "./training.js";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-run-"));
const path = join(folder, "run.checkpoint");
const runtime = nodeRuntime({ threads: 1 });
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

const settings: TrainingSettings = {
  data: { name: "mnist", train: 500, test: 200 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [20],
    preprocessing: [{ type: "dropout", rate: 0.1 }],
  },
  optimizer: { type: "adam" },
  batchSize: 20,
  steps: 60,
  every: 10,
  trainExamples: 100,
  probe: { examples: 50, unitPercentiles: ["dense_1"] },
};

/** Runs it, at most until it tells of a share. */
async function run(until = Number.POSITIVE_INFINITY, { steps } = settings) {
  const controller = new AbortController();
  const shares: number[] = [];
  const progress = (share: number) => {
    shares.push(share);
    if (share >= until) controller.abort();
  };
  const context = { seed: 3, runtime, signal: controller.signal, progress };
  const result = await training.run({ ...settings, steps }, { ...context, checkpoint: { path, seconds: 0 } });
  return { result, shares };
}

/** What does not depend on the clock. */
const lasting = ({ seconds, ...rest }: TrainingResult) => rest;

describe("a training with a checkpoint", () => {
  it("goes on where it was interrupted, with the result of one that never was", async () => {
    const whole = await training.run(settings, {
      ...{ seed: 3, runtime, signal: new AbortController().signal },
      progress() {},
    });
    await expect(run(0.5)).rejects.toThrow(/abort/);
    expect(existsSync(path)).toBe(true);
    const { result, shares } = await run();
    expect(shares[0]).toBeGreaterThanOrEqual(0.3);
    expect(lasting(result)).toEqual(lasting(whole));
    expect(result.points.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  it("says so when the checkpoint's epochs do not reach to the last step", async () => {
    await expect(run(0.5)).rejects.toThrow(/abort/);
    // 25 steps an epoch, and four epochs for 60 steps.
    await expect(run(undefined, { ...settings, steps: 200 })).rejects.toThrow(
      "The training ended after 100 of 200 steps. If it went on from a checkpoint, remove that.",
    );
  });

  it("begins afresh where the checkpoint is damaged", async () => {
    writeFileSync(path, "half a checkpoint");
    const { shares, result } = await run();
    expect(shares[0]).toBeLessThan(0.3);
    expect(result.points).toHaveLength(7);
  });
});
