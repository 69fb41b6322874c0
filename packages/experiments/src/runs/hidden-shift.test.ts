import { Model, nodeRuntime } from "evenkeel";
import { describe, expect, it, vi } from "vitest";
import { type HiddenShiftSettings, hiddenShift, shift } from "./hidden-shift.js";

const settings = {
  data: { name: "mnist", train: 200, test: 100 },
  network: {
    family: "mlp",
    inputShape: [28, 28],
    units: [16],
    preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
    normalization: { type: "batchNormalization", center: false, scale: false, epsilon: 1e-8 },
  },
  optimizer: { type: "sgd", learningRate: 0.1 },
  batchSize: 20,
  steps: 20,
  every: 5,
  layers: ["dense_1", "dense_1_normalization"],
  examples: 100,
} as const satisfies HiddenShiftSettings;

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("the shift of hidden values", () => {
  it("is in units of their spread", () => {
    const before = { mean: [1, 5], variance: [9, 16] };
    expect(shift(before, before)).toEqual({ mean: 0, variance: 0 });
    const moved = shift(before, { mean: [1 + 3, 5 - 4], variance: [18, 16] });
    expect(moved.mean).toBeCloseTo(5 / 5, 12);
    expect(moved.variance).toBeCloseTo(9 / Math.hypot(9, 16), 12);
  });

  it("is nothing behind a batch norm that has nothing to learn", async () => {
    const { outcome, points } = await hiddenShift.run(settings, context);
    expect(outcome).toBe("finished");
    expect(points.map(({ step }) => step)).toEqual([5, 10, 15, 20]);
    for (const { shifts } of points) {
      expect(shifts.dense_1!.mean).toBeGreaterThan(1e-4);
      expect(shifts.dense_1_normalization!.mean).toBeLessThan(1e-5);
      expect(shifts.dense_1_normalization!.variance).toBeLessThan(1e-5);
    }
  });

  it("is followed to the last step where an epoch leaves out what fills no batch", async () => {
    const odd = { data: { name: "mnist", train: 100, test: 100 }, batchSize: 60, steps: 10 } as const;
    const { outcome, points } = await hiddenShift.run({ ...settings, ...odd }, context);
    expect(outcome).toBe("finished");
    expect(points.map(({ step }) => step)).toEqual([5, 10]);
  });

  it("leaves no model behind when its settings cannot be compiled", async () => {
    const dispose = vi.spyOn(Model.prototype, "dispose");
    const optimizer = { type: "sgd", learningRate: -1 } as const;
    await expect(hiddenShift.run({ ...settings, optimizer }, context)).rejects.toThrow(
      "The learning rate must be",
    );
    expect(dispose).toHaveBeenCalledOnce();
    dispose.mockRestore();
  });

  it("has no points where units never vary", async () => {
    const { layers, ...rest } = settings;
    const dark = { ...settings.network, preprocessing: [{ type: "rescaling", scale: 0 }] } as const;
    const { outcome, points } = await hiddenShift.run(
      { ...rest, network: dark, layers: ["dense_1"] },
      context,
    );
    expect([outcome, points]).toEqual(["finished", []]);
  });
});
