import type { TrainTest } from "evenkeel";
import { layers, type Model, nodeRuntime, randomStream, sequential, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { type CurvePoint, train } from "../runs/training.js";
import {
  type AlongGradient,
  alongGradient,
  effectiveSmoothness,
  gradientPredictiveness,
  lossVariation,
} from "./along-gradient.js";

const runtime = nodeRuntime({ threads: 1 });

/** Linear least squares: predictions Xw, loss ‖Xw − y‖²/n. Two units in, one out. */
async function leastSquares() {
  const x = [
    [1, 2],
    [3, -1],
    [0.5, 0.25],
    [-2, 1],
  ];
  const y = [1, 0.5, -1, 2];
  const w = [0.5, -1.5];
  const model = sequential([layers.dense({ name: "out", units: 1, useBias: false, inputShape: [2] })], {
    runtime,
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  await model.setWeights({ "out/kernel": tensor(Float32Array.from(w), [2, 1]) });
  const lossAt = (w: readonly number[]) =>
    x.reduce((sum, row, n) => sum + (row[0]! * w[0]! + row[1]! * w[1]! - y[n]!) ** 2, 0) / x.length;
  const gradientAt = (w: readonly number[]) =>
    [0, 1].map(
      (axis) =>
        (2 / x.length) *
        x.reduce((sum, row, n) => sum + row[axis]! * (row[0]! * w[0]! + row[1]! * w[1]! - y[n]!), 0),
    );
  const hessian = [0, 1].map((a) =>
    [0, 1].map((b) => (2 / x.length) * x.reduce((sum, row) => sum + row[a]! * row[b]!, 0)),
  );
  return { model, batch: { x: tensor(x), y: tensor(Float32Array.from(y)) }, w, lossAt, gradientAt, hessian };
}

const length = (values: readonly number[]) => Math.hypot(...values);

describe("the loss along the gradient", () => {
  it("is the parabola of least squares, whose gradient changes at the same rate at all steps", async () => {
    const { model, batch, w, lossAt, gradientAt, hessian } = await leastSquares();
    const stepSizes = [0, 0.05, 0.3, 2];
    const { loss, gradientNorm, points } = await alongGradient(model, batch, stepSizes);
    const g = gradientAt(w);
    const beta = length(hessian.map((row) => row[0]! * g[0]! + row[1]! * g[1]!)) / length(g);
    expect(loss).toBeCloseTo(lossAt(w), 5);
    expect(gradientNorm).toBeCloseTo(length(g), 4);
    expect(points.map(({ stepSize }) => stepSize)).toEqual(stepSizes);
    for (const { stepSize, loss, gradientDistance, effectiveBeta } of points) {
      const there = lossAt(w.map((value, axis) => value - stepSize * g[axis]!));
      expect(loss! / there).toBeCloseTo(1, 5);
      expect(gradientDistance! - beta * stepSize * length(g)).toBeCloseTo(0, 4);
      if (stepSize === 0) expect(effectiveBeta).toBeNull();
      else expect(effectiveBeta! / beta).toBeCloseTo(1, 4);
    }
  });

  it("is null where it is no finite number", async () => {
    const { model, batch } = await leastSquares();
    const { points } = await alongGradient(model, batch, [1e39]);
    expect(points).toEqual([{ stepSize: 1e39, loss: null, gradientDistance: null, effectiveBeta: null }]);
  });

  it("is had without the gradients", async () => {
    const { model, batch } = await leastSquares();
    const whole = await alongGradient(model, batch, [0.1, 0.2]);
    const { loss, gradientNorm, points } = await alongGradient(model, batch, [0.1, 0.2], {
      gradients: false,
    });
    expect([loss, gradientNorm]).toEqual([whole.loss, whole.gradientNorm]);
    expect(points).toEqual(
      whole.points.map((point) => ({ ...point, gradientDistance: null, effectiveBeta: null })),
    );
  });

  it("puts the weights back when it fails", async () => {
    const { model, batch } = await leastSquares();
    const before = await model.getWeights();
    let passes = 0;
    const inspect = model.inspect.bind(model);
    model.inspect = (...given: Parameters<Model["inspect"]>) => {
      passes += 1;
      return passes === 2 ? Promise.reject(new Error("out of memory")) : inspect(...given);
    };
    await expect(alongGradient(model, batch, [0.1])).rejects.toThrow("out of memory");
    expect(await model.getWeights()).toEqual(before);
  });
});

describe("what is taken of the points along the gradient", () => {
  const points = [
    { stepSize: 1, loss: 3, gradientDistance: 0.5, effectiveBeta: 7 },
    { stepSize: 2, loss: 2, gradientDistance: 4, effectiveBeta: 6 },
    { stepSize: 3, loss: 5, gradientDistance: 2, effectiveBeta: 8 },
  ];

  it("are ranges and the largest rate of change", () => {
    const along: AlongGradient = { loss: 1, gradientNorm: 1, points };
    expect(lossVariation(along)).toEqual({ low: 2, high: 5 });
    expect(gradientPredictiveness(along)).toEqual({ low: 0.5, high: 4 });
    expect(effectiveSmoothness(along)).toBe(8);
  });

  it("leave out changes of the gradient that are rounding", () => {
    const rounded = { stepSize: 0.1, loss: 3, gradientDistance: 0.009, effectiveBeta: 90 };
    const along: AlongGradient = { loss: 1, gradientNorm: 1, points: [rounded, ...points] };
    expect(effectiveSmoothness(along)).toBe(8);
    // Beside a longer gradient all changes are small: the largest step counts.
    expect(effectiveSmoothness({ ...along, gradientNorm: 1000, points: [...points].reverse() })).toBe(8);
    expect(
      effectiveSmoothness({ ...along, gradientNorm: 1000, points: [points[1]!, rounded, points[0]!] }),
    ).toBe(6);
  });

  it("are nothing where a point is not finite", () => {
    const unfit = { stepSize: 4, loss: null, gradientDistance: null, effectiveBeta: null };
    const along: AlongGradient = { loss: 1, gradientNorm: 1, points: [...points, unfit] };
    expect([lossVariation, gradientPredictiveness, effectiveSmoothness].map((of) => of(along))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a training that is looked at along the gradient", () => {
  /** With all that a look could disturb: running statistics, momentum, dropout. */
  async function trained(look?: (model: Model, data: TrainTest) => (point: CurvePoint) => Promise<void>) {
    const stream = randomStream(1, "examples");
    const examples = (count: number) => ({
      name: "noise",
      x: tensor(
        Float32Array.from({ length: count * 4 }, () => stream.normal()),
        [count, 4],
      ),
      y: tensor(Uint8Array.from({ length: count }, () => stream.integer(3))),
    });
    const data = { train: examples(60), test: examples(12) };
    const model = sequential(
      [
        layers.dense({ units: 6, inputShape: [4] }),
        layers.batchNormalization({ momentum: 0.9 }),
        layers.activation({ activation: "relu" }),
        layers.dropout({ rate: 0.3 }),
        layers.dense({ units: 3 }),
      ],
      { runtime, seed: 5 },
    );
    await train(
      model,
      data,
      {
        optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.9 },
        batchSize: 12,
        steps: 12,
        every: 3,
      },
      { seed: 5, signal: new AbortController().signal, progress() {} },
      look?.(model, data),
    );
    return model.getWeights();
  }

  it("ends with the same bits as one that is not", async () => {
    const losses: number[] = [];
    const looked = await trained((model, { train }) => async () => {
      const { loss, points } = await alongGradient(model, train, [0.1, 1]);
      losses.push(loss, points[1]!.loss!);
    });
    expect(looked).toEqual(await trained());
    expect(new Set(losses).size).toBe(10);
  });
});
