import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { convolution } from "../blocked/index.js";
import { mul, reduceSum, type Value } from "../graph/index.js";
import { isReordered } from "../graph/reordering.js";
import { type LayerContext, layers } from "../layers/index.js";
import { randomStream } from "../random/stream.js";
import { cpuChannelBlock } from "../runtime/channel-block.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, spread } from "../testing/batches.js";
import { compile, evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { reordered, whereLayoutIs, wholeBlocks } from "../testing/layout.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { normalizeByBatch, normalizeByRunning } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

/** Shapes `[N, C, H, W]` of whole blocks with at least four values for each channel. */
const batchShapes = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 8 }),
  )
  .filter(([examples, , height, width]) => examples * height * width >= 4)
  .map(([examples, blocks, height, width]) => [examples, blocks * wholeBlocks, height, width]);
const seeds = fc.integer({ min: 0, max: 1e6 });
const affines = fc.record({ center: fc.boolean(), scale: fc.boolean() });

const positive = (stream: ReturnType<typeof randomStream>, channels: number) =>
  tensor(Float32Array.from({ length: channels }, () => stream.uniform(0.5, 2)));

const largest = ({ data }: Tensor) =>
  (data as Float32Array).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

describe("batch normalization in the blocked layout", () => {
  it("gives output, statistics and gradients of the plain formulation", () =>
    whereLayoutIs(() =>
      fc.assert(
        fc.asyncProperty(
          batchShapes,
          affines,
          seeds,
          fc.constantFrom(1e-5, 1e-3, 1),
          async (shape, { center, scale }, seed, epsilon) => {
            const stream = randomStream(seed, "in blocks");
            const channels = shape[1]!;
            const feeds = {
              x: spread(shape, seed, { centre: 10, deviation: 2 }),
              gamma: positive(stream, channels),
              beta: normal(stream, [channels]),
              upstream: normal(stream, shape),
            };
            const run = (inLayout: boolean) =>
              evaluate((_, { x, gamma, beta, upstream }) => {
                const affine = { gamma: scale ? gamma : undefined, beta: center ? beta : undefined };
                const { output, mean, variance } = normalizeByBatch(inLayout ? reordered(x) : x, affine, {
                  axis: 1,
                  epsilon,
                  device: "cpu",
                });
                expect(isReordered(output)).toBe(inLayout);
                const learned = [...(scale ? [gamma] : []), ...(center ? [beta] : [])];
                const loss = reduceSum(mul(output, upstream));
                return [output, mean, variance, ...gradients(loss, [x, ...learned])];
              }, feeds);
            const [found, plain] = [await run(true), await run(false)];
            expect(found.map(({ shape }) => shape)).toEqual(plain.map(({ shape }) => shape));
            const [output, mean, variance, toX, ...toLearned] = found as [Tensor, Tensor, Tensor, Tensor];
            expectClose(output, plain[0]!, { absolute: rounding * largest(plain[0]!) });
            expectClose(mean, plain[1]!, { absolute: rounding * largest(feeds.x) });
            expectClose(variance, plain[2]!, { relative: 2 * rounding });
            const factors = plain[2]!.data as Float32Array;
            const largestFactor = factors.reduce(
              (most, variance, channel) =>
                Math.max(most, (scale ? feeds.gamma.data[channel]! : 1) / Math.sqrt(variance + epsilon)),
              0,
            );
            expectClose(toX, plain[3]!, { absolute: rounding * largestFactor * largest(feeds.upstream) });
            // Sums of so many products of unit variance, in another order.
            const sums = {
              absolute: rounding * Math.sqrt(sizeOf(shape) / channels) * largest(feeds.upstream),
            };
            for (const [index, gradient] of toLearned.entries())
              expectClose(gradient, plain[4 + index]!, sums);
          },
        ),
        { numRuns: 40 },
      ),
    ));

  it("has the gradients that differences show", () =>
    whereLayoutIs(() =>
      checkGradients(
        (x, gamma, beta) =>
          normalizeByBatch(reordered(x!), { gamma, beta }, { axis: 1, epsilon: 1e-3, device: "cpu" }).output,
        [
          spread([2, wholeBlocks, 1, 2], 1, { centre: 2, deviation: 1 }),
          positive(randomStream(1, "gamma"), wholeBlocks),
          normal(randomStream(1, "beta"), [wholeBlocks]),
        ],
      ),
    ));

  it("keeps the precision of a deviation of 0.1 around 10⁴", () =>
    whereLayoutIs(() =>
      fc.assert(
        fc.asyncProperty(batchShapes, seeds, async (shape, seed) => {
          const epsilon = 1e-3;
          const x = spread(shape, seed, { centre: 1e4, deviation: 0.1 });
          const [output, mean, variance] = await evaluate(
            (_, { x }) => {
              const options = { axis: 1, epsilon, device: "cpu" };
              const batch = normalizeByBatch(reordered(x), { gamma: undefined, beta: undefined }, options);
              return [batch.output, batch.mean, batch.variance];
            },
            { x },
          );
          const moments = channelsOf(x).map(momentsOf);
          expectClose(
            mean!,
            moments.map((channel) => channel.mean),
            { absolute: rounding * 1e4 },
          );
          expectClose(
            variance!,
            moments.map((channel) => channel.variance),
            { relative: 2 * rounding },
          );
          const given = channelsOf(x);
          for (const [channel, values] of channelsOf(output!).entries()) {
            const { mean, variance } = moments[channel]!;
            const deviation = Math.sqrt(variance + epsilon);
            expectClose(
              values,
              given[channel]!.map((value) => (value - mean) / deviation),
              { absolute: 2 * rounding },
            );
          }
        }),
        { numRuns: 30 },
      ),
    ));

  it("gives beta for a constant channel", () =>
    whereLayoutIs(async () => {
      const shape = [3, wholeBlocks, 2, 2];
      const x = tensor(new Float32Array(sizeOf(shape)).fill(1e4 + 0.3), shape);
      const beta = normal(randomStream(1, "beta"), [wholeBlocks]);
      const [output, variance] = await evaluate(
        (_, { x, beta }) => {
          const options = { axis: 1, epsilon: 1e-3, device: "cpu" };
          const batch = normalizeByBatch(reordered(x), { gamma: undefined, beta }, options);
          return [batch.output, batch.variance];
        },
        { x, beta },
      );
      expect(variance!.data.every((value) => value === 0)).toBe(true);
      for (const [channel, values] of channelsOf(output!).entries()) {
        expectClose(values, new Float32Array(12).fill(beta.data[channel]!), { absolute: rounding });
      }
    }));
});

describe("normalization behind a convolution in the blocked layout", () => {
  const [examples, filters] = [wholeBlocks, 2 * wholeBlocks];
  const sizes = [6, 4];
  const cases = [3, wholeBlocks].flatMap((channels) =>
    [1, 3].flatMap((kernel) => [true, false].map((bias) => ({ channels, kernel, bias }))),
  );

  /** The same in the layout and out of it, by what follows the convolution. */
  async function inBoth(
    { channels, kernel, bias }: (typeof cases)[number],
    training: boolean,
    normalize: (
      x: Value,
      fed: Record<"gamma" | "beta" | "mean" | "variance", Value>,
      block: number,
    ) => readonly Value[],
  ): Promise<[inLayout: Tensor[], plain: Tensor[]]> {
    const stream = randomStream(1, "behind a convolution");
    const feeds = {
      // Far from 0, so that the result is far from it too.
      x: spread([examples, channels, ...sizes], 1, { centre: 5, deviation: 1 }),
      kernel: normal(stream, [filters, channels, kernel, kernel]),
      bias: normal(stream, [filters]),
      gamma: positive(stream, filters),
      beta: normal(stream, [filters]),
      mean: normal(stream, [filters]),
      variance: positive(stream, filters),
      upstream: normal(stream, [examples, filters, ...sizes]),
    };
    const pads = [kernel, kernel].map((size) => (size - 1) / 2);
    const windows = {
      kernel: [kernel, kernel],
      strides: [1, 1],
      dilations: [1, 1],
      before: pads,
      after: pads,
    };
    const run = (block: number) =>
      evaluate((_, fed) => {
        const options = { group: 1, block, training };
        const convolved = convolution(fed.x, fed.kernel, bias ? fed.bias : undefined, windows, options);
        const [output, ...rest] = normalize(convolved, fed, block) as [Value, ...Value[]];
        expect(isReordered(output)).toBe(block > 1);
        if (!training) return [output, ...rest];
        const learned = [fed.x, fed.kernel, fed.gamma, fed.beta, ...(bias ? [fed.bias] : [])];
        return [output, ...rest, ...gradients(reduceSum(mul(output, fed.upstream)), [convolved, ...learned])];
      }, feeds);
    return [await run(await cpuChannelBlock()), await run(1)];
  }

  /** Up to a few roundings of sums of up to 144 products, one after another. */
  function expectSame(found: readonly Tensor[], plain: readonly Tensor[]): void {
    expect(found).toHaveLength(plain.length);
    for (const [index, expected] of plain.entries()) {
      expect(found[index]!.shape).toEqual(expected.shape);
      expectClose(found[index]!, expected, { absolute: 1e-5 * Math.max(1, largest(expected)) });
    }
  }

  it.each(cases)("is that of the plain formulation, by the batch: %j", async (one) => {
    const options = { axis: 1, epsilon: 1e-3, device: "cpu" };
    const [found, plain] = await inBoth(one, true, (x, affine) => {
      const { output, mean, variance } = normalizeByBatch(x, affine, options);
      return [output, mean, variance];
    });
    if (one.bias) {
      // The batch's mean takes the bias away: what comes back to it is what rounding leaves of a sum.
      const terms = examples * sizeOf(sizes) * largest(plain[3]!);
      expectClose(found.pop()!, plain.pop()!, { absolute: rounding * terms });
    }
    expectSame(found, plain);
  });

  it.each(cases)(
    "is that of the plain formulation, by running statistics while training: %j",
    async (one) => {
      const options = { axis: 1, epsilon: 1e-3 };
      expectSame(...(await inBoth(one, true, (x, fed) => [normalizeByRunning(x, fed, fed, options)])));
    },
  );

  it.each(cases)("is that of the plain formulation, by running statistics at inference: %j", async (one) => {
    const options = { axis: 1, epsilon: 1e-3 };
    const [found, plain] = await inBoth(one, false, (x, fed, block) => [
      normalizeByRunning(x, fed, fed, { ...options, block }),
      x,
    ]);
    expectSame(found, plain);
  });
});

describe("normalization by running statistics in the blocked layout", () => {
  it("keeps the precision of a deviation of 0.1 around 10⁴", () =>
    whereLayoutIs(async () => {
      const x = spread([4, wholeBlocks, 2, 2], 1, { centre: 1e4, deviation: 0.1 });
      const moments = channelsOf(x).map(momentsOf);
      const mean = tensor(moments.map((channel) => Math.fround(channel.mean)));
      const variance = tensor(moments.map((channel) => channel.variance));
      const [output] = await evaluate(
        (_, { x, mean, variance }) => [
          normalizeByRunning(
            reordered(x),
            { gamma: undefined, beta: undefined },
            { mean, variance },
            { axis: 1, epsilon: 1e-3 },
          ),
        ],
        { x, mean, variance },
      );
      for (const [channel, values] of channelsOf(output!).entries()) {
        const deviation = Math.sqrt(variance.data[channel]! + 1e-3);
        const expected = channelsOf(x)[channel]!.map((value) => (value - mean.data[channel]!) / deviation);
        expectClose(values, expected, { absolute: 4 * rounding });
      }
    }));

  const shape = [3, 2 * wholeBlocks, 4, 3];
  const channels = shape[1]!;
  const stream = randomStream(1, "running");
  const feeds = {
    x: spread(shape, 1, { centre: 3, deviation: 2 }),
    mean: normal(stream, [channels]),
    variance: positive(stream, channels),
    gamma: positive(stream, channels),
    beta: normal(stream, [channels]),
    upstream: normal(stream, shape),
  };
  /** The products of a sum, one for each value of a channel, come in another order. */
  const expectSame = (found: readonly Tensor[], plain: readonly Tensor[]) => {
    for (const [index, expected] of plain.entries()) {
      expect(found[index]!.shape).toEqual(expected.shape);
      expectClose(found[index]!, expected, { absolute: rounding * largest(expected) });
    }
  };

  function normalized(
    { x, mean, variance, gamma, beta }: Record<keyof typeof feeds, Value>,
    { center, scale }: { center: boolean; scale: boolean },
    inLayout: boolean,
  ): Value {
    const affine = { gamma: scale ? gamma : undefined, beta: center ? beta : undefined };
    const options = { axis: 1, epsilon: 1e-3 };
    const output = normalizeByRunning(inLayout ? reordered(x) : x, affine, { mean, variance }, options);
    expect(isReordered(output)).toBe(inLayout);
    return output;
  }

  it.each([
    { center: true, scale: true },
    { center: true, scale: false },
    { center: false, scale: true },
    { center: false, scale: false },
  ])("gives output and gradients of the plain formulation, center $center, scale $scale", (learns) =>
    whereLayoutIs(async () => {
      const run = (inLayout: boolean) =>
        evaluate((_, values) => {
          const output = normalized(values, learns, inLayout);
          const { x, mean, variance, gamma, beta } = values;
          const learned = [...(learns.scale ? [gamma] : []), ...(learns.center ? [beta] : [])];
          const loss = reduceSum(mul(output, values.upstream));
          return [output, ...gradients(loss, [x, mean, variance, ...learned])];
        }, feeds);
      expectSame(await run(true), await run(false));
    }),
  );

  it("takes batches of any size", () =>
    whereLayoutIs(async () => {
      const { upstream: _, ...fed } = feeds;
      const described = { ...feeds, x: { type: "float32", shape: ["batch", ...shape.slice(1)] } } as const;
      const compiled = await compile(
        (_, values) =>
          [true, false].map((inLayout) => normalized(values, { center: true, scale: true }, inLayout)),
        described,
      );
      for (const count of [1, 3]) {
        const size = sizeOf([count, ...shape.slice(1)]);
        const x = tensor(feeds.x.data.slice(0, size), [count, ...shape.slice(1)]);
        const [found, plain] = await compiled.run({ ...fed, x, upstream: feeds.upstream });
        expect(found!.shape).toEqual(x.shape);
        expectSame([found!], [plain!]);
      }
      await compiled.release();
    }));

  it("is what a frozen layer does while the model trains", () =>
    whereLayoutIs(async () => {
      const layer = layers.batchNormalization({ name: "norm", trainable: false });
      const updates: string[] = [];
      const run = (inLayout: boolean) =>
        evaluate((graph, { x, mean, variance, gamma, beta, upstream }) => {
          const weights = { runningMean: mean, runningVariance: variance, gamma, beta };
          const context: LayerContext = {
            training: true,
            device: "cpu",
            channelBlock: wholeBlocks,
            weight: (name) => weights[name as keyof typeof weights],
            update: (name) => updates.push(name),
            randomSeed: () => graph.constant(0, "uint32"),
          };
          const output = layer.build(context, inLayout ? reordered(x) : x);
          expect(isReordered(output)).toBe(inLayout);
          return [output, ...gradients(reduceSum(mul(output, upstream)), [x, gamma, beta])];
        }, feeds);
      expectSame(await run(true), await run(false));
      expect(updates).toEqual([]);
    }));
});
