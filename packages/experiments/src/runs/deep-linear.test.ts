import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { type DeepLinearSettings, deepLinear } from "./deep-linear.js";

const context = {
  seed: 3,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress() {},
};

const settings: DeepLinearSettings = {
  depth: 3,
  units: 4,
  examples: 20,
  normalization: "none",
  learningRate: 1e-4,
  steps: 40,
  every: 20,
  along: [0.5, 1],
};

describe("a deep linear network", () => {
  it("is looked at before, between and after, and its loss falls", async () => {
    const { outcome, losses, looks } = await deepLinear.run(settings, context);
    expect(outcome).toBe("finished");
    expect(looks.map(({ step }) => step)).toEqual([0, 20, 40]);
    expect(losses.map(({ step }) => step)).toEqual([...Array.from({ length: 20 }, (_, k) => 2 * k), 40]);
    expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss);
    for (const { step, along } of looks) {
      // The look sees the mean over units too, the losses are squared lengths.
      expect(losses.find((each) => each.step === step)!.loss / (along.loss * settings.units)).toBeCloseTo(
        1,
        5,
      );
    }
    expect(looks[0]!.shifts.map(({ layer }) => layer)).toEqual(["dense_2", "dense_3"]);
  });

  it("takes the steps of the learning rate that is meant: of the sum over all examples", async () => {
    const { losses, looks } = await deepLinear.run({ ...settings, steps: 2, every: 1 }, context);
    const { loss, points } = looks[0]!.along;
    // One learning rate along the gradient is where the first step leads.
    expect(points[1]!.stepSize).toBeCloseTo(1e-4 * 20 * 4, 12);
    expect(losses[1]!.loss / (points[1]!.loss! * settings.units)).toBeCloseTo(1, 5);
    // dL = −η‖∇L‖² to first order, in the sum's units: ∇ sum = ∇ mean · examples · units.
    const small = await deepLinear.run({ ...settings, learningRate: 1e-7, steps: 1, every: 1 }, context);
    const fall = (small.losses[0]!.loss - small.losses[1]!.loss) * settings.examples;
    const { gradientNorm } = looks[0]!.along;
    expect(loss).toBe(small.looks[0]!.along.loss);
    expect(fall / (1e-7 * (gradientNorm * 20 * 4) ** 2)).toBeCloseTo(1, 1);
  });

  it("says when it diverged", async () => {
    const { outcome, reason, losses } = await deepLinear.run({ ...settings, learningRate: 1e3 }, context);
    expect(outcome).toBe("diverged");
    expect(reason).toMatch(/^step \d+: /);
    expect(losses.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });
});
