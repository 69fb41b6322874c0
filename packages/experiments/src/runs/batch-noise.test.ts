import { mnist, randomStream, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { channelMoments } from "../probes/summaries.js";
import { spread } from "./batch-noise.js";
import { randomBatches } from "./batches.js";

describe("the noise of batches", () => {
  it("of normal values is 1/√m for the mean and 1/√(2m) for the deviation", () => {
    const random = randomStream(1, "values");
    const [size, units] = [100, 30];
    const batches = Array.from({ length: 200 }, () =>
      channelMoments({
        shape: [size, units],
        data: Float32Array.from({ length: size * units }, (_, index) =>
          // The last unit never varies, and the others differ in mean and deviation.
          index % units === units - 1 ? 3 : random.normal(index % units, 1 + (index % units)),
        ),
      }),
    );
    const { mean, deviation } = spread(batches)!;
    expect(mean * Math.sqrt(size)).toBeCloseTo(1, 1);
    expect(deviation * Math.sqrt(2 * size)).toBeCloseTo(1, 1);
  });

  it("is nothing where no unit varies by a finite amount, and needs two batches", () => {
    for (const variance of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(spread(Array(3).fill({ mean: [1], variance: [variance] }))).toBeUndefined();
    }
    expect(() => spread([{ mean: [1], variance: [1] }])).toThrow(
      new RangeError("The noise of batches needs two of them, got 1."),
    );
  });

  it("is taken from batches that share no example", async () => {
    const { train } = await mnist();
    const data = take(train, 50);
    const batches = randomBatches(data, { size: 16, count: 9, seed: 2 });
    expect(batches.map(({ x, y }) => [x.shape, y.shape])).toEqual(Array(3).fill([[16, 28, 28], [16]]));
    const images = (values: Uint8Array) =>
      Array.from({ length: values.length / 784 }, (_, image) =>
        values.subarray(784 * image, 784 * (image + 1)).join(),
      );
    const drawn = batches.flatMap(({ x }) => images(x.data as Uint8Array));
    expect(new Set(drawn).size).toBe(48);
    const labels = new Map(
      images(data.x.data as Uint8Array).map((image, index) => [image, data.y.data[index]]),
    );
    expect(batches.flatMap(({ y }) => Array.from(y.data as Uint8Array))).toEqual(
      drawn.map((image) => labels.get(image)),
    );
    expect(() => randomBatches(data, { size: 51, count: 1, seed: 2 })).toThrow(
      new RangeError(`${data.name} has 50 examples, which do not fill a batch of 51.`),
    );
  });
});
