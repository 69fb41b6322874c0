import { describe, expect, it } from "vitest";
import { sequential } from "../model/index.js";
import { Network } from "../network/index.js";
import { streamSeed } from "../random/stream.js";
import { type Tensor, rows as takeRows, tensor } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { compile } from "../testing/evaluate.js";
import { checkLayerGradients, runLayer } from "../testing/run-layer.js";
import { singleThread } from "../testing/single-thread.js";
import { input as given, type Layer, layers, restoreLayer } from "./index.js";

const [images, channels, rows, columns] = [64, 2, 6, 5];
/** Every pixel has a number of its own, and none is 0: an image shows where each of its pixels comes from. */
const input = counting([images, channels, rows, columns]);

/** What layers one after another give in training, the last for each seed; and what each gives for one. */
async function augment(chain: readonly Layer[], seeds: readonly number[]): Promise<Tensor<"float32">[]> {
  const network = new Network([layers.inputLayer({ inputShape: [channels, rows, columns] }), ...chain]);
  const compiled = await compile(
    (_, { x, seed }) => {
      const weight = () => expect.unreachable("augmentation has no weights");
      const values = network.forward([x], { training: true, device: "cpu", channelBlock: 1, weight, seed });
      return values.get(network.outputs[0]!)!;
    },
    { x: input, seed: { type: "uint32", shape: [] } },
  );
  const outputs: Tensor<"float32">[] = [];
  for (const seed of seeds) {
    const feeds = { x: input, seed: tensor(Uint32Array.of(seed), []) };
    outputs.push((await compiled.run(feeds))[0] as Tensor<"float32">);
  }
  await compiled.release();
  return outputs;
}

/** Seeds as training has them, one for each step. */
const steps = (count: number) =>
  Array.from({ length: count }, (_, step) => streamSeed(0, "step", step) >>> 0);

/** An image's window that begins at a row and column, with zeros outside; flipped where the strides are negative. */
function window(
  image: number,
  top: number,
  left: number,
  height = rows,
  width = columns,
  flips: readonly boolean[] = [false, false],
) {
  return Array.from({ length: channels * height * width }, (_, index) => {
    const [i, j] = [Math.floor(index / width) % height, index % width];
    const row = top + (flips[0] ? height - 1 - i : i);
    const column = left + (flips[1] ? width - 1 - j : j);
    if (row < 0 || row >= rows || column < 0 || column >= columns) return 0;
    const channel = Math.floor(index / (height * width));
    return input.data[((image * channels + channel) * rows + row) * columns + column]!;
  });
}

/** For each image of a batch, which of the candidates it is. @throws unless it is exactly one of them. */
function chosen<T>(
  output: Tensor,
  candidates: readonly T[],
  make: (image: number, candidate: T) => number[],
): T[] {
  const size = output.data.length / images;
  return Array.from({ length: images }, (_, image) => {
    const found = [...(output.data as Float32Array).subarray(image * size, (image + 1) * size)];
    const matching = candidates.filter((candidate) =>
      make(image, candidate).every((value, index) => value === found[index]),
    );
    expect(matching).toHaveLength(1);
    return matching[0]!;
  });
}

/** Σ (observed − expected)² / expected, where all are equally probable; its mean is the number of kinds less one. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Five standard deviations above the mean of that. */
const chiSquareLimit = (kinds: number) => kinds - 1 + 5 * Math.sqrt(2 * (kinds - 1));

describe("randomCrop", () => {
  it.each([
    // As for CIFAR-10, in small: as large as the image, from the image with zeros around.
    { height: 6, width: 5, padding: 2, tops: [-2, 2], lefts: [-2, 2] },
    { height: 4, width: 5, padding: undefined, tops: [0, 2], lefts: [0, 0] },
    { height: 3, width: 4, padding: [0, 1] as const, tops: [0, 3], lefts: [-1, 2] },
    {
      height: 7,
      width: 3,
      padding: [
        [0, 3],
        [1, 0],
      ] as const,
      tops: [0, 2],
      lefts: [-1, 2],
    },
  ])(
    "cuts every legal window as often, and no other: $height × $width, padding $padding",
    async (example) => {
      const { height, width, padding, tops, lefts } = example;
      const layer = layers.randomCrop({ height, width, ...(padding === undefined ? {} : { padding }) });
      const candidates = range(tops).flatMap((top) => range(lefts).map((left) => ({ top, left })));
      const counts = new Map(candidates.map((candidate) => [candidate, 0]));
      for (const output of await augment([layer], steps(30))) {
        expect(output.shape).toEqual([images, channels, height, width]);
        const places = chosen(output, candidates, (image, { top, left }) =>
          window(image, top, left, height, width),
        );
        for (const place of places) counts.set(place, counts.get(place)! + 1);
        // Each image has a place of its own.
        expect(new Set(places).size).toBeGreaterThan(1);
      }
      expect(Math.min(...counts.values())).toBeGreaterThan(0);
      expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(candidates.length));
    },
  );

  it("takes the middle at inference: the image itself when it has the size", async () => {
    const at = async (height: number, width: number, padding: number) =>
      (await runLayer(layers.randomCrop({ height, width, padding }), { input, training: false })).output;
    expect(await at(rows, columns, 4)).toEqual(input);
    const middle = await at(3, 3, 0);
    expect([...middle.data.subarray(0, 18)]).toEqual(window(0, 1, 1, 3, 3));
    const wider = await at(4, 8, 2);
    expect([...wider.data.subarray(0, 64)]).toEqual(window(0, 1, -1, 4, 8));
  });

  it("refuses windows larger than the padded image", () => {
    const planes = given({ shape: [3, 32, 30] });
    expect(layers.randomCrop({ height: 40, width: 30, padding: 4 }).apply(planes).shape).toEqual([
      "batch",
      3,
      40,
      30,
    ]);
    expect(() => layers.randomCrop({ height: 41, width: 30, padding: 4 }).apply(planes)).toThrow(
      "height 41 is 1 more than the padded image has.",
    );
    expect(() => layers.randomCrop({ height: 32, width: 32 }).apply(planes)).toThrow(
      "width 32 is 2 more than the padded image has.",
    );
    expect(() => layers.randomCrop({ height: 3, width: 3 }).apply(given({ shape: [32, 32] }))).toThrow(
      "it needs [N, C, H, W], got [batch, 32, 32].",
    );
  });

  it.each([
    [{ height: 0, width: 3 }, "height must be a whole number of at least 1, got 0."],
    [{ height: 3 }, "width must be a whole number of at least 1, got undefined."],
    [
      { height: 3, width: 3, padding: -1 },
      /^padding must be a whole number of at least 0, \[height, width\], or/,
    ],
    [{ height: 3, width: 3, mode: "reflect" }, 'layers.randomCrop has no option "mode".'],
  ])("refuses %j", (options, message) => {
    expect(() => restoreLayer("randomCrop", options)).toThrow(message);
  });
});

describe("randomFlip", () => {
  it.each([
    [
      undefined,
      [
        [false, false],
        [false, true],
      ],
    ],
    [
      "horizontal",
      [
        [false, false],
        [false, true],
      ],
    ],
    [
      "vertical",
      [
        [false, false],
        [true, false],
      ],
    ],
    [
      "horizontalAndVertical",
      [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ],
    ],
  ] as const)("flips each image or not, as often: %s", async (mode, candidates) => {
    const counts = new Map(candidates.map((candidate) => [candidate as readonly boolean[], 0]));
    for (const output of await augment([restoreLayer("randomFlip", mode ? { mode } : {})], steps(30))) {
      const flips = chosen(output, candidates as readonly (readonly boolean[])[], (image, flips) =>
        window(image, 0, 0, rows, columns, flips),
      );
      for (const flip of flips) counts.set(flip, counts.get(flip)! + 1);
      expect(new Set(flips).size).toBe(candidates.length);
    }
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(candidates.length));
  });

  it("does nothing at inference", async () => {
    const layer = layers.randomFlip({ mode: "horizontalAndVertical" });
    expect((await runLayer(layer, { input, training: false })).output).toEqual(input);
  });

  it("refuses other modes and shapes", () => {
    expect(() => restoreLayer("randomFlip", { mode: "both" })).toThrow(
      'mode must be one of horizontal, vertical, horizontalAndVertical, got "both".',
    );
    expect(() => layers.randomFlip().apply(given({ shape: [32, 32] }))).toThrow(
      "it needs [N, C, H, W], got [batch, 32, 32].",
    );
  });
});

describe("augmentation", () => {
  const chain = () => [layers.randomCrop({ height: rows, width: columns, padding: 1 }), layers.randomFlip()];

  it("depends on the step's seed alone", async () => {
    const [first, other, again] = await augment(chain(), [1, 2, 1]);
    expect(again).toEqual(first);
    expect(other!.data).not.toEqual(first!.data);
    const [anew] = await augment(chain(), [1]);
    expect(anew).toEqual(first);
  });

  it("draws anew at each use: two crops move by the sum of two independent places", async () => {
    const crop = () => layers.randomCrop({ height: rows, width: columns, padding: 1 });
    const candidates = range([-2, 2]);
    const sums = new Map(candidates.map((candidate) => [candidate, 0]));
    for (const output of await augment([crop(), crop()], steps(20))) {
      for (let image = 0; image < images; image++) {
        // The pixel in the middle is never one of the zeros.
        const place =
          output.data[(image * channels * rows + 3) * columns + 2]! -
          input.data[image * channels * rows * columns]!;
        const down = Math.floor(place / columns) - 3;
        sums.set(down, sums.get(down)! + 1);
      }
    }
    // One place for both would make them −2, 0 and 2 only. Independent ones are odd four times in nine.
    const odd = (sums.get(-1)! + sums.get(1)!) / (20 * images);
    expect(Math.abs(odd - 4 / 9)).toBeLessThan(5 * Math.sqrt(((4 / 9) * (5 / 9)) / (20 * images)));
  });

  it("trains on uint8 images, in fit as in single steps, and changes nothing that the model predicts", async () => {
    const pixels = tensor(
      Uint8Array.from(input.data, (value) => value % 256),
      input.shape,
    );
    const labels = tensor(Uint8Array.from({ length: images }, (_, image) => image % 3));
    const network = (augmented: boolean) => {
      const model = sequential(
        [
          layers.inputLayer({ inputShape: [channels, rows, columns] }),
          ...(augmented ? chain() : []),
          layers.normalization({ mean: [120, 130], variance: [60 ** 2, 65 ** 2] }),
          layers.flatten(),
          layers.dense({ units: 3, name: "output" }),
        ],
        { runtime: singleThread },
      );
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      return model;
    };
    const [fitted, stepped, plain] = [network(true), network(true), network(false)];
    await fitted.fit(pixels, labels, { batchSize: 16, shuffle: false });
    for (let start = 0; start < images; start += 16) {
      await stepped.trainOnBatch(takeRows(pixels, start, start + 16), takeRows(labels, start, start + 16));
    }
    expect(await weightBits(stepped)).toEqual(await weightBits(fitted));
    await plain.fit(pixels, labels, { batchSize: 16, shuffle: false });
    expect(await weightBits(plain)).not.toEqual(await weightBits(fitted));
    await plain.setWeights(await fitted.getWeights());
    expect(await plain.predict(pixels)).toEqual(await fitted.predict(pixels));
  });

  it("lets gradients through to what was before it", async () => {
    const few = counting([2, 1, 3, 4]);
    await checkLayerGradients(layers.randomCrop({ height: 3, width: 4, padding: 1 }), [few]);
    await checkLayerGradients(layers.randomFlip({ mode: "horizontalAndVertical" }), [few]);
  });
});

function range([low, high]: readonly number[]): number[] {
  return Array.from({ length: high! - low! + 1 }, (_, index) => low! + index);
}

/** 1, 2, 3, ... in a shape. */
function counting(shape: readonly number[]): Tensor<"float32"> {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, index) => index + 1),
    shape,
  );
}
