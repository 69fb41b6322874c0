import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { add, Graph, matMul, mul, reduceSum, type Value } from "../graph/index.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, spread } from "../testing/batches.js";
import { compile, evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { normalizeByBatch } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** ONNX Runtime's operator from rank 3 on, and elementary operations, which every device runs. */
const devices = ["cpu", "elsewhere"];

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

/** Shapes `[N, C, ...]` of rank 2 to 4 with at least four values for each channel. */
const batchShapes = fc
  .tuple(
    fc.integer({ min: 4, max: 9 }),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  )
  .map(([examples, rest]) => [examples, ...rest]);
const seeds = fc.integer({ min: 0, max: 1e6 });

describe.each(devices)("batch normalization on the device %s", (device) => {
  const normalized = (x: Value, epsilon: number, affine: { gamma?: Value; beta?: Value } = {}) =>
    normalizeByBatch(x, { gamma: undefined, beta: undefined, ...affine }, { axis: 1, epsilon, device });

  it("gives each channel mean 0 and variance σ²/(σ² + ε) [IS15-1]", async () => {
    await fc.assert(
      fc.asyncProperty(batchShapes, seeds, fc.constantFrom(1e-5, 1e-3, 1), async (shape, seed, epsilon) => {
        const x = spread(shape, seed, { centre: 100, deviation: 3 });
        const [output] = await evaluate((_, { x }) => normalized(x, epsilon).output, { x });
        const before = channelsOf(x);
        for (const [channel, after] of channelsOf(output!).entries()) {
          const { variance } = momentsOf(before[channel]!);
          expectClose([momentsOf(after).mean], [0], { absolute: 2 * rounding });
          expectClose([momentsOf(after).variance], [variance / (variance + epsilon)], {
            relative: 4 * rounding,
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  it("recovers its input with gamma = √(σ² + ε) and beta = μ [IS15-4]", async () => {
    await fc.assert(
      fc.asyncProperty(batchShapes, seeds, async (shape, seed) => {
        const epsilon = 1e-3;
        const x = spread(shape, seed, { centre: 10, deviation: 2 });
        const moments = channelsOf(x).map(momentsOf);
        const gamma = tensor(moments.map(({ variance }) => Math.sqrt(variance + epsilon)));
        const beta = tensor(moments.map(({ mean }) => mean));
        const [output] = await evaluate(
          (_, { x, gamma, beta }) => normalized(x, epsilon, { gamma, beta }).output,
          {
            x,
            gamma,
            beta,
          },
        );
        expectClose(output!, x, { absolute: 20 * rounding });
      }),
      { numRuns: 30 },
    );
  });

  it("does not see the scale of the weights before it, whose gradients shrink as they grow [IS15-7]", async () => {
    const stream = randomStream(1, "scale");
    const u = normal(stream, [8, 5]);
    const weights = normal(stream, [5, 3]);
    const upstream = normal(stream, [8, 3, 1]);
    const run = (factor: number) =>
      evaluate(
        (_, { u, weights, upstream }) => {
          const product = reshaped(matMul(u, weights), device);
          const { output } = normalized(product, 1e-12);
          return [output, ...gradients(reduceSum(mul(output, reshaped(upstream, device))), [u, weights])];
        },
        {
          u,
          weights: tensor(
            weights.data.map((w) => w * factor),
            [5, 3],
          ),
          upstream: tensor(upstream.data, [8, 3]),
        },
      );
    const [output, toU, toWeights] = await run(1);
    for (const factor of [0.1, 0.5, 7, 100]) {
      const [scaledOutput, scaledToU, scaledToWeights] = await run(factor);
      expectClose(scaledOutput!, output!, { absolute: 2 * rounding });
      expectClose(scaledToU!, toU!, { absolute: 4 * rounding });
      expectClose(
        (scaledToWeights!.data as Float32Array).map((g) => g * factor),
        toWeights!,
        { absolute: 10 * rounding },
      );
    }
  });

  it("cancels a bias before it: the output stays, the bias's gradient is 0 [IS15-6]", async () => {
    await fc.assert(
      fc.asyncProperty(batchShapes, seeds, async (shape, seed) => {
        const stream = randomStream(seed, "bias");
        const x = spread(shape, seed, { centre: 0, deviation: 1 });
        const bias = normal(
          stream,
          shape.map((size, axis) => (axis === 1 ? size : 1)),
        );
        const upstream = normal(stream, shape);
        const [plain, shifted, toBias] = await evaluate(
          (_, { x, bias, upstream }) => {
            const shifted = normalized(add(x, bias), 1e-3).output;
            return [
              normalized(x, 1e-3).output,
              shifted,
              ...gradients(reduceSum(mul(shifted, upstream)), [bias]),
            ];
          },
          { x, bias, upstream },
        );
        expectClose(shifted!, plain!, { absolute: 4 * rounding });
        const terms = Math.max(
          ...channelsOf(upstream).map((g) => g.reduce((sum, v) => sum + Math.abs(v), 0)),
        );
        expectClose(toBias!, new Float32Array(toBias!.data.length), { absolute: 2 * rounding * terms });
      }),
      { numRuns: 30 },
    );
  });

  it("meets theorem 4.1 of Santurkar et al. with equality as ε → 0 [SA18-9]", async () => {
    await fc.assert(
      fc.asyncProperty(batchShapes, seeds, async (shape, seed) => {
        const stream = randomStream(seed, "theorem");
        const channels = shape[1]!;
        const x = spread(shape, seed, { centre: 1, deviation: 2 });
        const gamma = tensor(Float32Array.from({ length: channels }, () => stream.uniform(0.5, 2)));
        const upstream = normal(stream, shape);
        const [toX] = await evaluate(
          (_, { x, gamma, upstream }) =>
            gradients(reduceSum(mul(normalized(x, 1e-12, { gamma }).output, upstream)), [x]),
          { x, gamma, upstream },
        );
        const gs = channelsOf(upstream);
        const found = channelsOf(toX!);
        for (const [channel, values] of channelsOf(x).entries()) {
          const { mean, variance } = momentsOf(values);
          const g = gs[channel]!;
          const yHat = values.map((value) => (value - mean) / Math.sqrt(variance));
          const m = values.length;
          const bound =
            (gamma.data[channel]! ** 2 / variance) *
            (dot(g, g) -
              dot(
                g,
                g.map(() => 1),
              ) **
                2 /
                m -
              dot(g, yHat) ** 2 / m);
          const size = (gamma.data[channel]! ** 2 / variance) * dot(g, g);
          expectClose([dot(found[channel]!, found[channel]!)], [bound], { absolute: 4 * rounding * size });
        }
      }),
      { numRuns: 30 },
    );
  });

  const combinations = [
    { center: true, scale: true },
    { center: true, scale: false },
    { center: false, scale: true },
    { center: false, scale: false },
  ];
  it.each(combinations)(
    "has the gradients that differences show, center $center, scale $scale",
    async (learns) => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            { shape: [4, 3], axis: 1 },
            { shape: [6, 2], axis: -1 },
            { shape: [3, 2, 3], axis: 1 },
            { shape: [3, 2, 2], axis: 2 },
            { shape: [2, 3, 2], axis: -1 },
            { shape: [2, 2, 2, 2], axis: 1 },
            { shape: [2, 2, 3, 1], axis: 2 },
            { shape: [2, 2, 1, 3], axis: -1 },
            { shape: [2, 3, 2, 1], axis: -3 },
          ),
          seeds,
          fc.constantFrom(1e-3, 0.5),
          async ({ shape, axis }, seed, epsilon) => {
            const stream = randomStream(seed, "gradients");
            const place = axis < 0 ? axis + shape.length : axis;
            const vector = () =>
              tensor(Float32Array.from({ length: shape[place]! }, () => stream.uniform(0.5, 1.5)));
            const learned = [...(learns.scale ? [vector()] : []), ...(learns.center ? [vector()] : [])];
            await checkGradients(
              (x, ...weights) => {
                const gamma = learns.scale ? weights[0] : undefined;
                const beta = learns.center ? weights.at(-1) : undefined;
                return normalizeByBatch(x, { gamma, beta }, { axis, epsilon, device }).output;
              },
              [spread(shape, seed, { centre: 2, deviation: 1, axis: place }), ...learned],
            );
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  it("gives beta for a constant channel, and 0 for a gradient that is the same at all its examples", async () => {
    const x = tensor(
      [
        [1e4, 0.1],
        [1e4, 0.1],
        [1e4, 0.1],
      ].map((row) => row.map((value) => [value])),
    );
    const upstream = tensor([
      [[1], [1]],
      [[1], [1]],
      [[1], [1]],
    ]);
    const beta = tensor([5, -3]);
    const [output, toX] = await evaluate(
      (_, { x, upstream, beta }) => {
        const { output } = normalized(x, 1e-3, { beta });
        return [output, ...gradients(reduceSum(mul(output, upstream)), [x])];
      },
      { x, upstream, beta },
    );
    expectClose(output!, [5, -3, 5, -3, 5, -3], { absolute: rounding });
    // The mean takes all of it away; what rounding leaves is multiplied by 1/√ε.
    expectClose(toX!, [0, 0, 0, 0, 0, 0], { absolute: (10 * rounding) / Math.sqrt(1e-3) });
  });

  it("gives every run its own statistics: one with NaN leaves nothing behind, no tensor fed is changed", async () => {
    const x = spread([3, 2, 4], 1, { centre: 3, deviation: 2 });
    const broken = tensor(new Float32Array(24).fill(Number.NaN), [3, 2, 4]);
    const fed = { x, gamma: tensor([1.5, 0.5]), beta: tensor([1, -1]) };
    const before = structuredClone(fed);
    const compiled = await compile((graph, { x, gamma, beta }) => {
      const constants = { gamma: graph.constant(tensor([2, 3])), beta: graph.constant(tensor([4, 5])) };
      return [
        normalized(x, 1e-3, { gamma, beta }),
        normalized(x, 1e-3),
        normalized(x, 1e-3, constants),
      ].flatMap(({ output, mean, variance }) => [output, mean, variance]);
    }, fed);
    try {
      const copies = (tensors: Tensor[]) => tensors.map(({ data }) => Array.from(data, Number));
      const first = copies(await compiled.run(fed));
      const [, mean, variance] = first;
      const moments = channelsOf(x).map(momentsOf);
      expectClose(
        mean!,
        moments.map((channel) => channel.mean),
        { absolute: 5 * rounding },
      );
      expectClose(
        variance!,
        moments.map((channel) => channel.variance),
        { relative: 2 * rounding },
      );
      const spoilt = await compiled.run({ ...fed, x: broken });
      expect(spoilt[1]!.data[0]).toBeNaN();
      expect(copies(await compiled.run(fed))).toEqual(first);
      expect(fed).toEqual(before);
    } finally {
      await compiled.release();
    }
  });
});

describe("normalizeByBatch", () => {
  const operators = (shape: readonly number[], axis: number, device: string) => {
    const graph = new Graph("test");
    const x = graph.input("x", "float32", shape);
    normalizeByBatch(x, { gamma: undefined, beta: undefined }, { axis, epsilon: 1e-3, device });
    return graph.nodes.map(({ operator }) => operator);
  };

  it("takes ONNX Runtime's operator where it can: on the CPU, from rank 3 on, channels on axis 1", () => {
    expect(operators([4, 3, 2], 1, "cpu")).toContain("BatchNormalization");
    expect(operators([4, 3, 2, 2], -3, "cpu")).toContain("BatchNormalization");
    expect(operators([4, 3], 1, "cpu")).not.toContain("BatchNormalization");
    expect(operators([4, 3, 2], 2, "cpu")).not.toContain("BatchNormalization");
    expect(operators([4, 3, 2], 1, "webgpu")).not.toContain("BatchNormalization");
  });

  it.each([0, 2, -2, -3, 5])("refuses axis %i of [4, 3]: it is the batch, or not there", (axis) => {
    expect(() => operators([4, 3], axis, "cpu")).toThrow(/axis -?\d does not name an axis of known size/);
  });

  it("works on a batch of open size, where inference normalises by the batch", async () => {
    const x = spread([5, 3, 2], 1, { centre: 2, deviation: 1 });
    for (const device of devices) {
      const run = (shape: readonly (number | string)[]) =>
        compile(
          (_, { x }) =>
            normalizeByBatch(x, { gamma: undefined, beta: undefined }, { axis: 1, epsilon: 1e-3, device })
              .output,
          { x: { type: "float32", shape } },
        );
      const [open, known] = [await run(["batch", 3, 2]), await run([5, 3, 2])];
      const [[fromOpen], [fromKnown]] = [await open.run({ x }), await known.run({ x })];
      expectClose(fromOpen!, fromKnown!, { absolute: 2 * rounding });
      await open.release();
      await known.release();
    }
  });
});

/** For the operator, which starts at rank 3. */
function reshaped(x: Value, device: string): Value {
  return device === "cpu" ? x.graph.node("Unsqueeze", [x, x.graph.indices([2])])[0]! : x;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
