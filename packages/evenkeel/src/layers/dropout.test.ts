import { describe, expect, it } from "vitest";
import { Graph, writeModel } from "../graph/index.js";
import { Network } from "../network/index.js";
import { nodeRuntime } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import { input as given, layers } from "./index.js";

const count = 20_000;
const ones = tensor(new Float32Array(count).fill(1), [100, 200]);
const ascending = tensor(
  Float32Array.from({ length: count }, (_, index) => 1 + index / count),
  [100, 200],
);

describe("dropout", () => {
  it.each([0.1, 0.25, 0.5, 0.9])("sets the share %f to 0 and keeps the mean", async (rate) => {
    const { output } = await runLayer(layers.dropout({ rate }), { input: ones });
    const kept = output.data.filter((value) => value !== 0);
    expect([...new Set(kept)]).toEqual([Math.fround(1 / (1 - rate))]);
    // Five standard deviations of a binomial share.
    const share = 1 - kept.length / count;
    expect(Math.abs(share - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / count));
    const mean = output.data.reduce((sum, value) => sum + value, 0) / count;
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(rate / (1 - rate) / count));
  });

  it("drops the same values with the same seed, and others with another", async () => {
    const layer = layers.dropout({ rate: 0.5 });
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => (await runLayer(layer, { input: ones, seed })).output.data),
    );
    expect(again).toEqual(first);
    // Independent masks agree at half of the places; five standard deviations of that.
    expect(Math.abs(agreement(first!, other!) - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(count));
  });

  it("gives the gradient through the mask of the forward pass", async () => {
    const { output, inputGradient } = await runLayer(layers.dropout({ rate: 0.3 }), {
      input: ascending,
      outputGradient: ones,
    });
    const slopes = (output.data as Float32Array).map((value, index) => value / ascending.data[index]!);
    // 1/0.7 and 0; the quotient rounds once more.
    expectClose(inputGradient, slopes, { relative: 2e-7 });
    expect(new Set(inputGradient.data)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });

  it("does nothing at inference, nor with rate 0", async () => {
    const inference = await runLayer(layers.dropout({ rate: 0.9 }), { input: ascending, training: false });
    expect(inference.output.data).toEqual(ascending.data);
    const none = await runLayer(layers.dropout({ rate: 0 }), { input: ascending, outputGradient: ones });
    expect(none.output.data).toEqual(ascending.data);
    expect(none.inputGradient.data).toEqual(ones.data);
  });

  it("draws differently in each layer of a network, at each step", async () => {
    const network = new Network([
      layers.inputLayer({ inputShape: [200] }),
      layers.dropout({ rate: 0.5, name: "first" }),
      layers.dropout({ rate: 0.5, name: "second" }),
    ]);
    const graph = new Graph("test");
    const input = graph.input("x", "float32", [100, 200]);
    const seed = graph.input("seed", "uint32", []);
    const weight = () => expect.unreachable("dropout has no weights");
    const outputs = network.forward([input], {
      training: true,
      device: "cpu",
      channelBlock: 1,
      weight,
      seed,
    });
    for (const name of ["first", "second"]) graph.output(`out/${name}`, outputs.get(name)!);
    const program = await nodeRuntime({ threads: 1 }).load(writeModel(graph), "dropout");
    const run = async (number: number): Promise<Record<string, Tensor>> =>
      program.run({ x: ones, seed: tensor(Uint32Array.of(number), []) });
    const [one, two] = [await run(1), await run(2)];
    await program.release();
    const first = one["out/first"]!.data as Float32Array;
    const survivors = (one["out/second"]!.data as Float32Array).filter((_, index) => first[index] !== 0);
    const share = survivors.filter((value) => value !== 0).length / survivors.length;
    // The same mask would let all survivors of the first layer through the second.
    expect(Math.abs(share - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(survivors.length));
    const steps = agreement(first, two["out/first"]!.data as Float32Array);
    expect(Math.abs(steps - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(count));
  });

  it.each([1, -0.1, 1.5, Number.NaN])("refuses the rate %f", (rate) => {
    expect(() => layers.dropout({ rate })).toThrow(
      /^rate must be a number of at least 0 and below 1, got (1|-0.1|1.5|NaN)\.$/,
    );
  });
});

describe.each([
  { layer: layers.spatialDropout1d({ rate: 0.3 }), shape: [40, 50, 7] },
  { layer: layers.spatialDropout2d({ rate: 0.3 }), shape: [40, 50, 2, 3] },
])("$layer.type", ({ layer, shape }) => {
  const channels = 40 * 50;
  const size = shape.slice(2).reduce((product, dimension) => product * dimension);
  const filled = tensor(new Float32Array(channels * size).fill(1), shape);

  it("drops whole channels, each image its own, and keeps the mean", async () => {
    const { output, inputGradient } = await runLayer(layer, { input: filled, outputGradient: filled });
    const factors = Array.from({ length: channels }, (_, channel) => {
      const values = new Set(output.data.subarray(channel * size, (channel + 1) * size));
      expect(values.size).toBe(1);
      return [...values][0]!;
    });
    expect(new Set(factors)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    const share = factors.filter((factor) => factor === 0).length / channels;
    expect(Math.abs(share - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / channels));
    const [first, second] = [factors.slice(0, 50), factors.slice(50, 100)];
    expect(new Set(first).size).toBe(2);
    expect(agreement(first, second)).toBeLessThan(1);
    expect(inputGradient).toEqual(output);
  });

  it("does nothing at inference, and needs channels", async () => {
    expect((await runLayer(layer, { input: filled, training: false })).output).toEqual(filled);
    expect(() => layer.apply(given({ shape: [8] }))).toThrow(
      /it needs \[N, C, (L|H, W)\], got \[batch, 8\]\./,
    );
  });
});

/** The share of places where both are 0 or neither is. */
function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let same = 0;
  for (let index = 0; index < a.length; index++) if ((a[index] === 0) === (b[index] === 0)) same++;
  return same / a.length;
}
