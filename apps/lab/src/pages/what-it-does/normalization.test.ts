import { layers, optimizers, sequential, type Tensor, tensor } from "evenkeel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moved, normalize, shortcutVariance, statisticsOf, stepsUntil } from "./normalization.ts";

const six = [3, 5, 8, 9, 11, 24];

/** Of float32: some roundings of numbers as large as those on the way. */
const rounding = 2e-6;

const values = (least: number) =>
  fc.array(
    fc.integer({ min: -3000, max: 3000 }).map((count) => count / 32),
    {
      minLength: least,
      maxLength: 32,
    },
  );
const parameter = fc.integer({ min: -64, max: 64 }).map((count) => count / 16);
const parameters = fc.record({
  gamma: parameter,
  beta: parameter,
  epsilon: fc.constantFrom(1e-5, 1e-3, 0.5),
});
const running = fc.record({
  mean: fc.integer({ min: -100, max: 100 }),
  variance: fc.integer({ min: 1, max: 400 }).map((count) => count / 4),
});

describe("the page's arithmetic", () => {
  it("gives the lecture's numbers for 3, 5, 8, 9, 11, 24, times 2, plus 0.5", () => {
    expect(statisticsOf(six)).toEqual({ mean: 10, variance: 46 });
    const points = normalize(six, statisticsOf(six), { gamma: 2, beta: 0.5, epsilon: 0 });
    const standardised = [-1.03209, -0.73721, -0.29488, -0.14744, 0.14744, 2.06419];
    const outputs = [-1.56419, -0.97442, -0.08977, 0.20512, 0.79488, 4.62837];
    for (const [index, point] of points.entries()) {
      expect(point.standardised).toBeCloseTo(standardised[index]!, 5);
      expect(point.output).toBeCloseTo(outputs[index]!, 5);
    }
  });

  it("is what Evenkeel's layer computes in training, running statistics included", async () => {
    await fc.assert(
      fc.asyncProperty(
        values(2),
        parameters,
        running,
        fc.constantFrom(0, 0.5, 0.9, 0.99),
        async (batch, chosen, before, momentum) => {
          const model = await layerWith(chosen, before, momentum);
          const [x, y] = [column(batch), column(batch.map(() => 0))];
          const { layers: outputs } = await model.inspect(x, y, { layers: ["norm"] });
          const statistics = statisticsOf(batch);
          const expected = normalize(batch, statistics, chosen);
          expectNear(
            outputs.norm!,
            expected.map(({ output }) => output),
            scaleOf(expected, chosen),
          );

          await model.trainOnBatch(x, y);
          const weights = await model.getWeights();
          const after = moved(before, statistics, momentum);
          expectNear(weights.get("norm/runningMean")!, [after.mean], 100);
          expectNear(weights.get("norm/runningVariance")!, [after.variance], 100 + after.variance);
          await model.dispose();
        },
      ),
      { numRuns: 12 },
    );
  });

  it("is what Evenkeel's layer computes at inference, for batches of one, too", async () => {
    await fc.assert(
      fc.asyncProperty(values(1), parameters, running, async (batch, chosen, learned) => {
        const model = await layerWith(chosen, learned, 0.99);
        const expected = normalize(batch, learned, chosen);
        const predicted = await model.predict(column(batch));
        expectNear(
          predicted,
          expected.map(({ output }) => output),
          scaleOf(expected, chosen),
        );
        await model.dispose();
      }),
      { numRuns: 12, examples: [[[24], { gamma: 2, beta: 0.5, epsilon: 1e-3 }, { mean: 10, variance: 46 }]] },
    );
  });

  it("gives beta for a batch of one in training, which Evenkeel refuses with that reason", async () => {
    fc.assert(
      fc.property(values(1), parameters, ([value], chosen) => {
        const [point] = normalize([value!], statisticsOf([value!]), chosen);
        expect(point!.output).toBe(chosen.beta);
      }),
    );
    const model = await layerWith({ gamma: 2, beta: 0.5, epsilon: 1e-3 }, { mean: 0, variance: 1 }, 0.99);
    await expect(model.inspect(column([24]), column([0]))).rejects.toThrow(/every output would be beta/);
    await expect(model.trainOnBatch(column([24]), column([0]))).rejects.toThrow(/every output would be beta/);
    await model.dispose();
  });

  it("puts a batch of two at −1 and 1, but for epsilon", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (low, distance) => {
        const pair = [low, low + distance];
        const [one, other] = normalize(pair, statisticsOf(pair), { gamma: 1, beta: 0, epsilon: 1e-8 });
        expect(one!.standardised).toBeCloseTo(-1, 6);
        expect(other!.standardised).toBeCloseTo(1, 6);
      }),
    );
  });

  it("has a variance of exactly 0 where all values are the same", () => {
    expect(statisticsOf([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, variance: 0 });
    const points = normalize(
      [0.1, 0.1, 0.1],
      { mean: 0.1, variance: 0 },
      { gamma: 2, beta: 0.5, epsilon: 1e-3 },
    );
    expect(points.map(({ output }) => output)).toEqual([0.5, 0.5, 0.5]);
  });

  it("keeps a small spread around a large mean, which the short formula loses", () => {
    const batch = [9999.9, 10000, 10000.1];
    expect(statisticsOf(batch).variance).toBeCloseTo(0.02 / 3, 9);
    expect(Math.abs(shortcutVariance(batch) - 0.02 / 3)).toBeGreaterThan(1e-3);
    expect(shortcutVariance(six)).toBeCloseTo(46, 4);
  });
});

describe("steps of the running statistics", () => {
  it("leave the share momentum ** steps of what was missing", () => {
    const after = moved({ mean: 0, variance: 1 }, { mean: 10, variance: 46 }, 0.99, 299);
    expect(after.mean).toBeCloseTo(10 * (1 - 0.99 ** 299), 9);
    expect(after.variance).toBeCloseTo(46 - 45 * 0.99 ** 299, 9);
  });

  it("are as many as it takes to get below a share, and not one more", () => {
    expect(stepsUntil(0.05, 0.99)).toBe(299);
    expect(stepsUntil(0.05, 0.9)).toBe(29);
    expect(stepsUntil(0.05, 0)).toBe(1);
    for (const momentum of [0.5, 0.9, 0.99, 0.999]) {
      const steps = stepsUntil(0.05, momentum);
      expect(momentum ** steps).toBeLessThanOrEqual(0.05);
      expect(momentum ** (steps - 1)).toBeGreaterThan(0.05);
    }
  });
});

/** The layer alone, with these weights; a step of training moves nothing but its running statistics. */
async function layerWith(
  { gamma, beta, epsilon }: { gamma: number; beta: number; epsilon: number },
  { mean, variance }: { mean: number; variance: number },
  momentum: number,
) {
  const model = sequential({
    layers: [layers.batchNormalization({ name: "norm", inputShape: [1], epsilon, momentum })],
    seed: 1,
  });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanSquaredError" });
  await model.setWeights({
    "norm/gamma": tensor([gamma]),
    "norm/beta": tensor([beta]),
    "norm/runningMean": tensor([mean]),
    "norm/runningVariance": tensor([variance]),
  });
  return model;
}

function column(batch: readonly number[]): Tensor<"float32"> {
  return tensor(batch.map((value) => [value]));
}

/** How large the numbers on the way to the outputs are. */
function scaleOf(points: ReturnType<typeof normalize>, { gamma, beta }: { gamma: number; beta: number }) {
  const largest = Math.max(...points.map(({ standardised }) => Math.abs(standardised)));
  return 1 + Math.abs(beta) + Math.abs(gamma) * (1 + largest);
}

function expectNear({ data }: Tensor, expected: readonly number[], scale: number) {
  expect(data.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs(Number(data[index]) - value)).toBeLessThanOrEqual(rounding * scale);
  }
}
