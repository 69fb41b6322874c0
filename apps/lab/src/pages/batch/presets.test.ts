import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../address/address.ts";
import { Comparison } from "../../networks/comparison.ts";
import { experimentOf } from "../../networks/fields.ts";
import { takeSteps } from "../../steps/take.ts";
import {
  type Arithmetic,
  arithmeticOf,
  meanOf,
  type Normalization,
  sumOf,
  varianceOf,
} from "./arithmetic.ts";
import { type Look, lookInside } from "./look.ts";
import { presets } from "./presets.ts";
import { fields, type Settings } from "./settings.ts";

const all = await mnist();

/** What a preset shows, with some settings changed by the visitor. */
async function shown(name: string, changes: Partial<Settings> = {}): Promise<Look> {
  const { settings: defaults } = readSettings(fields, new URLSearchParams());
  const settings = { ...defaults, ...presets.find((preset) => preset.name === name)!.settings, ...changes };
  const experiment = experimentOf(settings);
  const data = { train: take(all.train, experiment.examples), test: all.test };
  const comparison = await Comparison.make(experiment, data, nodeRuntime());
  await takeSteps(comparison, settings.steps);
  const look = await lookInside(comparison, settings);
  await comparison.dispose();
  return look;
}

function normalized({ channel }: Look): Normalization & Pick<Arithmetic, "normalized" | "variance"> {
  return { ...arithmeticOf(channel.x, channel.normalization!), ...channel.normalization! };
}

const sizes = (values: ArrayLike<number>) => sumOf(Array.from(values, Math.abs));

describe("the presets", () => {
  it("Before training: a mean of 0, a variance of nearly 1, gradients that cancel", async () => {
    const look = await shown("Before training");
    const { normalized: values } = normalized(look);
    expect(Math.abs(meanOf(look.channel.x))).toBeGreaterThan(0.1);
    expect(meanOf(values)).toBeCloseTo(0, 6);
    expect(varianceOf(values)).toBeCloseTo(1, 1);
    expect(Math.abs(sumOf(look.channel.inputGradient))).toBeLessThan(
      1e-5 * sizes(look.channel.inputGradient),
    );
  });

  it("After 100 steps: γ and β a little off, the running statistics where the batches are", async () => {
    for (const channel of [1, 2, 50, 100]) {
      const { gamma, beta, runningMean, runningVariance } = normalized(
        await shown("After 100 steps", { channel }),
      );
      expect(Math.abs(gamma - 1)).toBeLessThan(0.06);
      expect(Math.abs(beta)).toBeLessThan(0.06);
      expect(Math.abs(runningMean)).toBeGreaterThan(0);
      expect(runningVariance).toBeLessThan(0.7);
    }
  });

  it("Weights ten times as large: x is ten times as large, x̂ the same", async () => {
    const [large, small] = [await shown("Weights ten times as large"), await shown("Before training")];
    for (let example = 0; example < 16; example++) {
      expect(large.channel.x[example]! / small.channel.x[example]!).toBeCloseTo(10, 2);
      expect(normalized(large).normalized[example]!).toBeCloseTo(normalized(small).normalized[example]!, 1);
    }
  });

  it("A pixel that never changes: no variance, and a gradient that is multiplied by 32", async () => {
    const look = await shown("A pixel that never changes");
    const { normalized: values, outputGradient, epsilon } = normalized(look);
    expect([...values]).toEqual(new Array(16).fill(0));
    expect(1 / Math.sqrt(epsilon)).toBeCloseTo(31.6, 1);
    const mean = meanOf(outputGradient);
    const through = (outputGradient[0]! - mean) / Math.sqrt(epsilon);
    expect(look.channel.inputGradient[0]! / through).toBeCloseTo(1, 3);
  });

  it("A batch of two: ±0.99, and a hundredth of the gradient", async () => {
    const look = await shown("A batch of two");
    const { normalized: values, epsilon, variance } = normalized(look);
    expect(values.map(Math.abs)).toEqual([expect.closeTo(0.99, 2), expect.closeTo(0.99, 2)]);
    expect(epsilon / (variance + epsilon)).toBeLessThan(0.015);
  });

  it("A batch of one: refused in training, and not at inference", async () => {
    await expect(shown("A batch of one")).rejects.toThrow("nothing to average over");
    expect((await shown("A batch of one", { mode: "inference" })).labels).toHaveLength(1);
  });

  it("Inference too early: y is nearly x, and is normalized after a hundred steps", async () => {
    const early = await shown("Inference too early");
    const { y } = normalized(early);
    for (const [example, value] of [...(early.channel.x as Float32Array)].entries()) {
      expect(y[example]! / value).toBeCloseTo(1, 2);
    }
    expect(varianceOf(y)).toBeLessThan(0.3);
    expect(varianceOf(normalized(await shown("Inference too early", { steps: 100 })).y)).toBeGreaterThan(0.5);
  });

  it("Frozen: nothing is normalized in training either, and the gradients do not cancel", async () => {
    const { channel } = await shown("Frozen");
    for (let example = 0; example < 16; example++) {
      expect(channel.normalization!.y[example]! / channel.x[example]!).toBeCloseTo(1, 2);
    }
    expect(Math.abs(sumOf(channel.inputGradient))).toBeGreaterThan(0.5 * sizes(channel.inputGradient));
  });

  it("Eight layers of sigmoids: gradients below a millionth, thousands of times as large with batch norm", async () => {
    const plain = (await shown("Eight layers of sigmoids")).channel.inputGradient;
    const withNorm = (await shown("Eight layers of sigmoids", { network: 2 })).channel.inputGradient;
    expect(Math.max(...Array.from(plain, Math.abs))).toBeLessThan(1e-6);
    expect(sizes(withNorm) / sizes(plain)).toBeGreaterThan(2000);
  });

  it("Too large a rate: no numbers without batch norm, numbers with it", async () => {
    expect((await shown("Too large a rate")).channel.inputGradient[0]).toBeNaN();
    expect((await shown("Too large a rate", { network: 2 })).channel.inputGradient[0]).not.toBeNaN();
  });
});
