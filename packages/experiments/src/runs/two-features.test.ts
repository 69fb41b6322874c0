import { nodeRuntime, tensor } from "evenkeel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelMoments } from "../probes/summaries.js";
import {
  curvatures,
  type DescentSettings,
  descentPath,
  type FeatureRange,
  featureSample,
  inputForms,
  twoFeatures,
  unitInput,
} from "./two-features.js";

const context = {
  seed: 1,
  runtime: nodeRuntime({ threads: 1 }),
  signal: new AbortController().signal,
  progress: () => {},
};

describe("two features", () => {
  it("of unequal range are learned only when they are scaled", async () => {
    const found = await twoFeatures.run(
      {
        ranges: [
          [2, 24],
          [0, 1000],
        ],
        examples: 128,
        budget: 150,
        // At the greatest, raw features make the weights grow without limit; at the least, all learn slowly.
        rates: [1e-7, 1e-6, 0.3],
        target: 0.01,
      },
      context,
    );
    // A weight is one over the deviation of its feature, which is range / √12.
    expect(found.raw.solution[0]).toBeCloseTo(Math.sqrt(12) / 22, 5);
    expect(found.raw.solution[1]).toBeCloseTo(Math.sqrt(12) / 1000, 5);
    expect(found.raw.condition).toBeGreaterThan(1000);
    expect(found.raw).toMatchObject({ converged: false, steps: 150, learningRate: 1e-6 });
    for (const form of ["standardized", "batchNormalized"] as const) {
      const { condition, converged, steps, learningRate, curve } = found[form];
      expect(condition).toBeLessThan(2);
      expect({ converged, learningRate }).toEqual({ converged: true, learningRate: 0.3 });
      expect(curve.at(-1)!.step).toBe(steps);
      expect(curve.at(-1)!.loss).toBeLessThanOrEqual(0.01);
      expect(curve.at(-2)!.loss).toBeGreaterThan(0.01);
    }
  });
});

const lecture = {
  ranges: [
    [2, 24],
    [0, 1000],
  ],
  examples: 128,
} as const;

const begun = { start: [-0.5, 1.5], steps: 20 } as const;

describe("a descent that is watched", () => {
  it("begins at the given weights and has a point after each step", async () => {
    const sample = featureSample(lecture, 1);
    const path = await descentPath({ ...begun, form: "batchNormalized", learningRate: 0.1 }, sample, context);
    expect(path).toHaveLength(21);
    expect(path[0]).toMatchObject({ weights: [-0.5, 1.5], bias: 0, gamma: [1, 1], beta: [0, 0] });
    expect(path[20]!.loss).toBeLessThan(0.01 * path[0]!.loss);
    expect(path[20]!.gamma).not.toEqual([1, 1]);
  });

  it("moves by the rate against the gradient, which is the loss' change", async () => {
    const sample = featureSample(lecture, 1);
    const learningRate = 0.01;
    const [before, after] = await descentPath(
      { ...begun, form: "standardized", learningRate, steps: 1 },
      sample,
      context,
    );
    const width = 1e-2;
    for (const feature of [0, 1] as const) {
      const lossAt = async (change: number) => {
        const start = [...begun.start] as [number, number];
        start[feature] += change;
        const settings = { ...begun, form: "standardized", learningRate, start, steps: 0 } as const;
        return (await descentPath(settings, sample, context))[0]!.loss;
      };
      const slope = ((await lossAt(width)) - (await lossAt(-width))) / (2 * width);
      const moved = after!.weights[feature] - before!.weights[feature];
      expect(moved).toBeCloseTo(-learningRate * slope, 4);
    }
  });

  it("is the experiment's", async () => {
    const sample = featureSample(lecture, context.seed);
    const [variance] = channelMoments(sample.y).variance;
    const rates = [0.1];
    const found = await twoFeatures.run({ ...lecture, budget: 20, rates, target: 1e-9 }, context);
    for (const form of ["standardized", "batchNormalized"] as const) {
      const path = await descentPath({ form, learningRate: rates[0]!, steps: 20 }, sample, context);
      const curve = path.map(({ loss }, step) => ({ step, loss: loss / variance! }));
      expect(curve).toEqual(found[form].curve);
    }
  });

  it("leaves gamma and beta alone where they are not to be learned", async () => {
    const sample = featureSample(lecture, 1);
    const common = { ...begun, learningRate: 0.2 } as const;
    const fixed = await descentPath({ ...common, form: "batchNormalized", affine: false }, sample, context);
    const standardized = await descentPath({ ...common, form: "standardized" }, sample, context);
    for (const [step, { gamma, beta, weights }] of fixed.entries()) {
      expect({ gamma, beta }).toEqual({ gamma: [1, 1], beta: [0, 0] });
      expect(weights[0]).toBeCloseTo(standardized[step]!.weights[0], 3);
      expect(weights[1]).toBeCloseTo(standardized[step]!.weights[1], 3);
    }
  });

  it("ends where the loss is no number any more", async () => {
    const path = await descentPath(
      { ...begun, form: "raw", learningRate: 1, steps: 100 },
      featureSample(lecture, 1),
      context,
    );
    expect(path.length).toBeGreaterThan(1);
    expect(path.length).toBeLessThan(20);
    for (const { loss } of path) expect(loss).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it("can be stopped", async () => {
    const settings: DescentSettings = { ...begun, form: "raw", learningRate: 1e-6 };
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(descentPath(settings, featureSample(lecture, 1), { ...context, signal })).rejects.toThrow(
      "enough",
    );
  });
});

describe("the loss' curvatures", () => {
  it("are those of the second moments", () => {
    // Mean square 1 and 4, nothing in common with each other or with the bias.
    const input = tensor(Float32Array.from([1, 2, 1, -2, -1, 2, -1, -2]), [4, 2]);
    const [greatest, ...others] = curvatures(input);
    expect(greatest).toBeCloseTo(8, 10);
    for (const value of others) expect(value).toBeCloseTo(2, 10);
    expect(curvatures(input, [3, 1, 1])[0]).toBeCloseTo(18, 10);
  });

  const range = fc
    .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 1, max: 1000, noNaN: true }))
    .map(([from, width]): FeatureRange => [from, from + width]);
  const weight = fc.oneof(
    fc.double({ min: -2, max: -0.5, noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
  );

  it("bound the learning rate: below, the loss never rises; above, it grows without limit", async () => {
    await fc.assert(
      fc.asyncProperty(
        range,
        range,
        fc.constantFrom(...inputForms),
        weight,
        weight,
        async (first, second, form, ...start) => {
          const sample = featureSample({ ranges: [first, second], examples: 64 }, 3);
          const [greatest] = curvatures(await unitInput(form, sample, context));
          const bound = 2 / greatest!;
          const losses = async (learningRate: number) => {
            const settings = { form, learningRate, steps: 60, start, affine: false };
            return (await descentPath(settings, sample, context)).map(({ loss }) => loss);
          };
          const below = await losses(0.97 * bound);
          for (const [step, loss] of below.entries()) {
            // What float32 cannot tell apart counts as equal.
            if (step > 0) expect(loss).toBeLessThanOrEqual(below[step - 1]! * (1 + 1e-3) + 1e-9);
          }
          const above = await losses(1.2 * bound);
          expect(above.at(-1)).toBeGreaterThan(1e6 * above[0]!);
        },
      ),
      { numRuns: 20 },
    );
  });
});
