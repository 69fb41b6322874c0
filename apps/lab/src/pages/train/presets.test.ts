import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { Comparison } from "../../networks/comparison.ts";
import { type ExperimentChoice, experimentFields, experimentOf } from "../../networks/fields.ts";
import { type Look, look } from "../../networks/looks.ts";
import { presets } from "./presets.ts";

const all = await mnist();
const defaults = Object.fromEntries(
  Object.entries(experimentFields).map(([name, field]) => [name, field.default]),
) as ExperimentChoice;

/** What is seen of a preset's networks after so many steps. */
async function after(name: string, steps: number): Promise<{ comparison: Comparison; looks: Look[] }> {
  const preset = presets.find((each) => each.name === name)!;
  const experiment = experimentOf({ ...defaults, ...preset.settings });
  const data = { train: take(all.train, experiment.examples), test: all.test };
  const comparison = await Comparison.make(experiment, data, nodeRuntime());
  await comparison.advanceAll(steps);
  const looks: Look[] = [];
  for (const competitor of comparison.competitors) looks.push((await look(comparison, competitor)).look);
  await comparison.dispose();
  return { comparison, looks };
}

const accuracies = (looks: readonly Look[]) => looks.map(({ test }) => test.accuracy);

describe("the presets", () => {
  it("With and without: batch norm is at nine of ten after 100 steps, the other not after 250", async () => {
    const [plain, normalized] = accuracies((await after("With and without", 100)).looks);
    expect(normalized).toBeGreaterThan(0.88);
    expect(plain).toBeLessThan(0.85);
    const [later] = accuracies((await after("With and without", 250)).looks);
    expect(later).toBeLessThan(normalized! - 0.003);
  });

  it("Learning rate 4: without batch norm it diverges within some steps, with it the network learns", async () => {
    const { comparison, looks } = await after("Learning rate 4", 300);
    expect(comparison.competitors[0]!.end).toMatchObject({ how: "diverged" });
    expect(comparison.competitors[0]!.end!.step).toBeLessThan(12);
    expect(looks[1]!.test.accuracy).toBeGreaterThan(0.85);
  });

  it("Twelve sigmoid layers: without batch norm less than a millionth of the gradient arrives, and nothing is learned", async () => {
    const [plain, normalized] = (await after("Twelve sigmoid layers", 300)).looks;
    const norms = plain!.gradientNorms;
    expect(norms[0]! / norms.at(-2)!).toBeLessThan(1e-6);
    expect(plain!.test.accuracy).toBeLessThan(0.15);
    expect(normalized!.test.accuracy).toBeGreaterThan(0.85);
  });

  it("Small initial weights: without batch norm the values fade from layer to layer, and the loss stays", async () => {
    const [plain, normalized] = (await after("Small initial weights", 300)).looks;
    const widths = plain!.layers.map(({ all: [low, , high] }) => high - low);
    expect(widths[0]! / widths.at(-1)!).toBeGreaterThan(100);
    expect(plain!.test.loss).toBeCloseTo(Math.log(10), 1);
    expect(normalized!.test.accuracy).toBeGreaterThan(0.88);
  });

  it("Large initial weights: without batch norm most units are where tanh is flat", async () => {
    const [plain, normalized] = (await after("Large initial weights", 300)).looks;
    for (const { all: percentiles } of plain!.layers) {
      expect(Math.tanh(percentiles[0])).toBeLessThan(-0.99);
      expect(Math.tanh(percentiles[2])).toBeGreaterThan(0.99);
    }
    expect(plain!.test.accuracy).toBeLessThan(0.15);
    expect(normalized!.test.accuracy).toBeGreaterThan(0.75);
  });

  it("Small and large rate: with batch norm both are ahead of their twins", async () => {
    const [smallPlain, small, largePlain, large] = accuracies(
      (await after("Small and large rate", 100)).looks,
    );
    expect(small! - smallPlain!).toBeGreaterThan(0.1);
    expect(large! - largePlain!).toBeGreaterThan(0.1);
  });

  it("Before or after the activation: both do well, the latter no worse", async () => {
    const [before, behind] = accuracies((await after("Before or after the activation", 300)).looks);
    expect(before).toBeGreaterThan(0.92);
    expect(behind).toBeGreaterThan(before! - 0.01);
  });

  it("Batch sizes: the fewer examples, the slower by steps", async () => {
    const found = accuracies((await after("Batch sizes", 100)).looks);
    expect(found[1]! - found[0]!).toBeGreaterThan(0.05);
    expect(found[2]! - found[1]!).toBeGreaterThan(0.02);
  });

  it("Batches of two: batch norm is far behind", async () => {
    const [plain, normalized] = accuracies((await after("Batches of two", 1000)).looks);
    expect(plain! - normalized!).toBeGreaterThan(0.15);
  });

  it("Stale statistics: both learn the same, and one is terrible at inference", async () => {
    const [fresh, stale] = (await after("Stale statistics", 100)).looks;
    expect(stale!.modes!.training).toEqual(fresh!.modes!.training);
    expect(stale!.modes!.inference.loss).toBeGreaterThan(3 * stale!.modes!.training.loss);
    expect(fresh!.modes!.inference.accuracy - stale!.modes!.inference.accuracy).toBeGreaterThan(0.1);
  });

  it("Frozen: it does as the network without batch norm", async () => {
    const [plain, frozen, learning] = (await after("Frozen", 100)).looks;
    expect(Math.abs(plain!.test.loss - frozen!.test.loss)).toBeLessThan(0.02);
    expect(learning!.test.accuracy - frozen!.test.accuracy).toBeGreaterThan(0.05);
  });

  it("Raw pixels: it learns faster, with a test loss at inference that is far from that in training mode", async () => {
    const [scaled, raw] = (await after("Raw pixels", 300)).looks;
    expect(raw!.modes!.training.accuracy).toBeGreaterThan(scaled!.modes!.training.accuracy);
    expect(raw!.modes!.inference.loss).toBeGreaterThan(3 * raw!.modes!.training.loss);
  });
});
