import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../graph/index.js";
import { randomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, outputAndGradient, spread } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { type Affine, type Deviation, normalizeByBatch, normalizeByDeviation } from "./index.js";

fc.configureGlobal({ seed: 1 });

/** 16 roundings of float32, as a share of what goes into a number. */
const rounding = 1e-6;

const plain: Affine = { gamma: undefined, beta: undefined };
const seeds = fc.integer({ min: 0, max: 1e6 });

describe("normalization by another deviation", () => {
  const deviations = ["l1", "l2", "linf"] as const;
  const batches = fc.constantFrom([6, 3], [4, 3, 2], [3, 2, 2, 2]);
  const normalized = (deviation: Deviation, epsilon = 1e-12) => {
    return (x: Value) => normalizeByDeviation(x, plain, { axis: 1, epsilon, deviation }).output;
  };

  it.each(deviations)(
    "%s does not see the scale of its input, whose gradient shrinks as it grows",
    async (deviation) => {
      await fc.assert(
        fc.asyncProperty(batches, seeds, fc.constantFrom(0.1, 3, 100), async (shape, seed, factor) => {
          const x = spread(shape, seed, { centre: 1, deviation: 1 });
          const upstream = normal(randomStream(seed, "upstream"), shape);
          const scaled = tensor(
            x.data.map((value) => value * factor),
            shape,
          );
          const [output, toX] = await outputAndGradient(normalized(deviation), x, upstream);
          const [scaledOutput, toScaled] = await outputAndGradient(normalized(deviation), scaled, upstream);
          expectClose(scaledOutput, output, { absolute: 4 * rounding });
          const unscaled = toScaled.data.map((g) => g * factor);
          expectClose(unscaled, toX, {
            absolute: 20 * rounding * Math.max(1, ...toX.data.map(Math.abs)),
          });
        }),
        { numRuns: 10 },
      );
    },
  );

  it("divides by the norm of the values before their mean is subtracted, and gives its square", async () => {
    // Means 3 and −1, of which little would be left in the norms otherwise.
    const x = tensor([
      [1, 2],
      [4, -4],
      [4, -1],
    ]);
    const expected = { l1: [3, 7 / 3], l2: [Math.sqrt(11), Math.sqrt(7)], linf: [4, 4] };
    for (const deviation of deviations) {
      const [output, mean, square] = await evaluate(
        (_, { x }) => {
          const batch = normalizeByDeviation(x, plain, { axis: 1, epsilon: 1e-12, deviation });
          return [batch.output, batch.mean, batch.variance!];
        },
        { x },
      );
      const [first, second] = expected[deviation] as [number, number];
      expectClose(mean!, [3, -1], { absolute: rounding });
      expectClose(square!, [first ** 2, second ** 2], { relative: rounding });
      const numbers = [-2 / first, 3 / second, 1 / first, -3 / second, 1 / first, 0];
      expectClose(output!, numbers, { absolute: rounding });
    }
  });

  it("l2 is batch normalization where every mean is 0", async () => {
    const half = spread([3, 4, 2], 1, { centre: 5, deviation: 1 });
    const x = tensor(Float32Array.of(...half.data, ...half.data.map((value) => -value)), [6, 4, 2]);
    const [byNorm, byDeviation] = await evaluate(
      (_, { x }) => [
        normalized("l2", 1e-3)(x),
        normalizeByBatch(x, plain, { axis: 1, epsilon: 1e-3, device: "cpu" }).output,
      ],
      { x },
    );
    expectClose(byNorm!, byDeviation!, { absolute: 4 * rounding });
  });

  it("mean-only does not see a shift of its input, and keeps its scale", async () => {
    const x = spread([6, 3, 2], 1, { centre: 1, deviation: 1 });
    const upstream = normal(randomStream(1, "upstream"), [6, 3, 2]);
    const shifted = tensor(
      x.data.map((value) => 2 * value + 8),
      [6, 3, 2],
    );
    const [output, toX] = await outputAndGradient(normalized("none"), x, upstream);
    const [twice, toShifted] = await outputAndGradient(normalized("none"), shifted, upstream);
    expectClose(
      twice.data.map((value) => value / 2),
      output,
      { absolute: 4 * rounding },
    );
    expect(toShifted!.data).toEqual(toX.data);
    for (const gradient of channelsOf(toX)) {
      expectClose([momentsOf(gradient).mean], [0], { absolute: rounding });
    }
  });

  it.each([...deviations, "none"] as const)(
    "%s has the gradients that differences show",
    async (deviation) => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom([5, 2], [3, 2, 2], [2, 3, 2, 1]), seeds, async (shape, seed) => {
          const stream = randomStream(seed, "gradients");
          const vector = () =>
            tensor(Float32Array.from({ length: shape[1]! }, () => stream.uniform(0.5, 1.5)));
          await checkGradients(
            (x, gamma, beta) =>
              normalizeByDeviation(x, { gamma, beta }, { axis: 1, epsilon: 0.1, deviation }).output,
            [awayFromKinks(shape, seed), vector(), vector()],
          );
        }),
        { numRuns: 8 },
      );
    },
  );
});

/** Values of either sign whose magnitudes are all different and not small, so that no norm has a corner near them. */
function awayFromKinks(shape: readonly number[], seed: number): Tensor<"float32"> {
  const stream = randomStream(seed, "magnitudes");
  const order = stream.permutation(sizeOf(shape));
  const data = Float32Array.from(order, (place) => (0.3 + 0.1 * place) * (stream.integer(2) === 0 ? 1 : -1));
  return tensor(data, shape);
}
