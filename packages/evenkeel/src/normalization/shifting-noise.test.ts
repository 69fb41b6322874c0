import { describe, expect, it } from "vitest";
import { Graph, writeModel } from "../graph/index.js";
import { layers } from "../layers/index.js";
import { Network } from "../network/index.js";
import { randomStream } from "../random/stream.js";
import { nodeRuntime } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal } from "../testing/batches.js";
import { expectClose } from "../testing/expect-close.js";
import { runLayer } from "../testing/run-layer.js";
import type { ShiftingNoiseOptions } from "./index.js";

const [examples, channels] = [60, 1000] as const;
const shape = [examples, channels];

/**
 * The factors s and shifts m of two layers of noise in one network at one step: the first gets zeros and gives m, then
 * ones and gives s + m.
 */
async function drawn(options: ShiftingNoiseOptions, seeds: readonly number[] = [1]) {
  const network = new Network([
    layers.inputLayer({ inputShape: [channels] }),
    layers.shiftingNoise({ ...options, name: "first" }),
    layers.rescaling({ scale: 0, name: "nothing" }),
    layers.shiftingNoise({ ...options, name: "second" }),
  ]);
  const graph = new Graph("test");
  const input = graph.input("x", "float32", shape);
  const seed = graph.input("seed", "uint32", []);
  const weight = () => expect.unreachable("noise has no weights");
  const outputs = network.forward([input], { training: true, device: "cpu", channelBlock: 1, weight, seed });
  for (const name of ["first", "second"]) graph.output(`out/${name}`, outputs.get(name)!);
  const program = await nodeRuntime({ threads: 1 }).load(writeModel(graph), "noise");
  const run = async (value: number, seed: number): Promise<Record<string, Tensor>> =>
    program.run({
      x: tensor(new Float32Array(examples * channels).fill(value), shape),
      seed: tensor(Uint32Array.of(seed), []),
    });
  const results = [];
  for (const number of seeds) {
    const [zeros, ones] = [await run(0, number), await run(1, number)];
    const shifts = zeros["out/first"] as Tensor<"float32">;
    const sums = ones["out/first"]!.data as Float32Array;
    const factors = tensor(
      sums.map((sum, index) => sum - shifts.data[index]!),
      shape,
    );
    results.push({ factors, shifts, second: zeros["out/second"] as Tensor<"float32"> });
  }
  await program.release();
  return results;
}

describe("shifting noise [SA18-2]", () => {
  it("is s · x + m with Santurkar et al.'s distributions, for each channel its own", async () => {
    const [step] = await drawn({});
    const shifts = channelsOf(step!.shifts).map(momentsOf);
    const factors = channelsOf(step!.factors).map(momentsOf);
    const within = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / channels;
    // Five standard errors throughout. Within a channel: variances r_μ²/3 of U(±0.1) and r_σ² of N(σ, 0.1), whose
    // estimates have the relative variances 4/5 and 2 over the number of values.
    const values = examples * channels;
    const correction = examples / (examples - 1);
    const ofShifts = within(shifts.map(({ variance }) => variance)) * correction;
    expectClose([ofShifts], [0.1 ** 2 / 3], { relative: 5 * Math.sqrt(0.8 / values) });
    const ofFactors = within(factors.map(({ variance }) => variance)) * correction;
    expectClose([ofFactors], [0.1 ** 2], { relative: 5 * Math.sqrt(2 / values) });
    // Between channels: μ is U(−0.5, 0.5) and σ U(1, 1.25), beside the means' own small errors.
    const means = momentsOf(shifts.map(({ mean }) => mean));
    const deviations = momentsOf(factors.map(({ mean }) => mean));
    expectClose([means.mean], [0], { absolute: 5 * Math.sqrt(1 / 12 / channels) });
    expectClose([means.variance], [1 / 12 + 0.01 / 3 / examples], {
      relative: 5 * Math.sqrt(0.8 / channels),
    });
    expectClose([deviations.mean], [1.125], { absolute: 5 * Math.sqrt(0.25 ** 2 / 12 / channels) });
    expectClose([deviations.variance], [0.25 ** 2 / 12 + 0.01 / examples], {
      relative: 5 * Math.sqrt(1 / channels),
    });
    for (const values of channelsOf(step!.shifts)) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThan(0.6);
      expect(Math.max(...values) - Math.min(...values)).toBeLessThan(0.2 + 1e-6);
    }
    // The factor and the shift of a channel have nothing to do with one another.
    const products = shifts.map(({ mean }, channel) => mean * (factors[channel]!.mean - 1.125));
    const deviation = Math.sqrt(means.variance * deviations.variance);
    expect(Math.abs(momentsOf(products).mean)).toBeLessThan((5 * deviation) / Math.sqrt(channels));
  });

  it("has the ranges and spreads it is given", async () => {
    const [step] = await drawn({ meanRange: 2, deviationRange: 1, meanSpread: 0, deviationSpread: 0 });
    for (const values of channelsOf(step!.shifts)) expect(new Set(values).size).toBe(1);
    const shifts = channelsOf(step!.shifts).map(([first]) => first!);
    expect(Math.max(...shifts)).toBeGreaterThan(1.9);
    expect(Math.min(...shifts)).toBeLessThan(-1.9);
    expect(shifts.every((shift) => Math.abs(shift) <= 2)).toBe(true);
    expectClose(step!.factors, new Float32Array(examples * channels).fill(1), { absolute: 5e-7 });
  });

  it("has one mean and one deviation for the whole layer where that is asked for", async () => {
    const steps = await drawn({ drawnFor: "layer", meanSpread: 0, deviationSpread: 0 }, [1, 2, 3]);
    for (const { shifts } of steps) expect(new Set(shifts.data).size).toBe(1);
    expect(new Set(steps.map(({ shifts }) => shifts.data[0])).size).toBe(3);
  });

  it("is another one at each step and in each layer, and the same with the same seed", async () => {
    const [one, two, again] = await drawn({}, [1, 2, 1]);
    expect(again!.shifts.data).toEqual(one!.shifts.data);
    expect(again!.factors.data).toEqual(one!.factors.data);
    const meansOf = (noise: Tensor) => channelsOf(noise).map((values) => momentsOf(values).mean);
    const own = meansOf(one!.shifts);
    for (const other of [two!.shifts, one!.second].map(meansOf)) {
      const products = own.map((mean, channel) => mean * other[channel]!);
      // Five standard errors of the mean product of two independent U(−0.5, 0.5).
      expect(Math.abs(momentsOf(products).mean)).toBeLessThan((5 * (1 / 12)) / Math.sqrt(channels));
    }
  });

  it("multiplies the gradient by the forward pass's factors", async () => {
    const [zeros, ones, g] = [0, 1, 2].map((value) => tensor(new Float32Array(24).fill(value), [2, 3, 4]));
    const layer = layers.shiftingNoise();
    const shifts = await runLayer(layer, { input: zeros! });
    const { output, inputGradient } = await runLayer(layer, { input: ones!, outputGradient: g! });
    const factors = output.data.map((value, index) => 2 * (value - shifts.output.data[index]!));
    expectClose(inputGradient, factors, { absolute: 1e-6 });
  });

  it("does nothing at inference", async () => {
    const input = normal(randomStream(1, "input"), [3, 4]);
    const { output } = await runLayer(layers.shiftingNoise(), { input, training: false });
    expect(output.data).toEqual(input.data);
  });
});

describe("noisy batch normalization", () => {
  const input = normal(randomStream(1, "input"), [8, 4, 3]);

  it("is batch normalization with the noise behind it, and its statistics are those before the noise", async () => {
    const noise: ShiftingNoiseOptions = { meanRange: 1, drawnFor: "layer" };
    const noisy = await runLayer(layers.noisyBatchNormalization({ noise, momentum: 0.5 }), { input });
    const clean = await runLayer(layers.batchNormalization({ momentum: 0.5 }), { input });
    const behind = await runLayer(layers.shiftingNoise(noise), { input: clean.output });
    expect(noisy.output.data).toEqual(behind.output.data);
    expect(noisy.output.data).not.toEqual(clean.output.data);
    expect(noisy.updates).toEqual(clean.updates);
  });

  it("has no noise at inference, nor where it is frozen", async () => {
    const clean = await runLayer(layers.batchNormalization(), { input, training: false });
    const inference = await runLayer(layers.noisyBatchNormalization(), { input, training: false });
    const frozen = await runLayer(layers.noisyBatchNormalization({ trainable: false }), { input });
    expect(inference.output.data).toEqual(clean.output.data);
    expect(frozen.output.data).toEqual(clean.output.data);
    expect(frozen.updates).toEqual({});
  });
});
