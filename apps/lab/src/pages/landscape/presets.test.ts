import { mnist, nodeRuntime, take } from "evenkeel";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../address/address.ts";
import { Comparison } from "../../networks/comparison.ts";
import type { End } from "../../networks/end.ts";
import { experimentOf } from "../../networks/fields.ts";
import { takeSteps } from "../../steps/take.ts";
import { type Landscape, measure } from "./measure.ts";
import { presets } from "./presets.ts";
import { fields, type Settings } from "./settings.ts";

const all = await mnist();

interface Seen {
  plain: Landscape;
  normalized: Landscape;
  /** Of the network without batch norm. */
  end: End | undefined;
}

/** What a preset shows when its networks have taken so many steps. */
async function shown(name: string, ...steps: number[]): Promise<Seen[]> {
  const { settings: defaults } = readSettings(fields, new URLSearchParams());
  const settings: Settings = { ...defaults, ...presets.find((preset) => preset.name === name)!.settings };
  const experiment = experimentOf(settings);
  const data = { train: take(all.train, experiment.examples), test: all.test };
  const comparison = await Comparison.make(experiment, data, nodeRuntime());
  const seen: Seen[] = [];
  for (const step of steps) {
    await takeSteps(comparison, step - comparison.steps);
    const { networks } = await measure(comparison, { ...settings, batch: settings.probe });
    seen.push({ plain: networks[0]!, normalized: networks[1]!, end: comparison.competitors[0]!.end });
  }
  await comparison.dispose();
  return seen;
}

const change = ({ predictiveness }: Landscape) => predictiveness!.high;
const width = ({ loss }: Landscape) => loss!.high - loss!.low;

describe("the presets", () => {
  it("At the start: without batch norm loss and gradient change less; after 50 steps more", async () => {
    const [start, later] = await shown("At the start", 0, 50);
    expect(width(start!.plain)).toBeLessThan(0.5 * width(start!.normalized));
    expect(change(start!.plain)).toBeLessThan(0.5 * change(start!.normalized));
    expect(width(later!.plain)).toBeGreaterThan(2 * width(later!.normalized));
    expect(change(later!.plain)).toBeGreaterThan(2 * change(later!.normalized));
  });

  it("After 100 steps: the gradient changes several times as much, and the loss rises at the end", async () => {
    const [seen] = await shown("After 100 steps", 100);
    const { plain, normalized } = seen!;
    expect(change(plain)).toBeGreaterThan(4 * change(normalized));
    expect(plain.along.points.at(-1)!.loss!).toBeGreaterThan(plain.along.loss);
    expect(normalized.along.points.at(-1)!.loss!).toBeLessThan(0.5 * normalized.along.loss);
  });

  it("A thousand learning rates out: a loss of hundred thousands, and of about a hundred", async () => {
    const [seen] = await shown("A thousand learning rates out", 20);
    expect(seen!.plain.loss!.high).toBeGreaterThan(2e5);
    expect(seen!.normalized.loss!.high).toBeGreaterThan(30);
    expect(seen!.normalized.loss!.high).toBeLessThan(300);
  });

  it("Too large a rate: losses of millions, then a plateau; batch norm goes on", async () => {
    const [spike, after, later] = await shown("Too large a rate", 5, 20, 100);
    expect(spike!.plain.along.loss).toBeGreaterThan(1e6);
    for (const { plain } of [after!, later!]) expect(Math.abs(plain.along.loss - 2.3)).toBeLessThan(0.1);
    expect(width(later!.plain)).toBeLessThan(0.2);
    expect(later!.normalized.along.loss).toBeLessThan(0.8);
  });

  it("Deep, with large weights: a hundred million within four rates, and an end after some steps", async () => {
    const [start, later] = await shown("Deep, with large weights", 0, 5);
    expect(start!.plain.loss!.high).toBeGreaterThan(1e8);
    expect(start!.normalized.loss!.high).toBeLessThan(5);
    expect(later!.end).toMatchObject({ how: "diverged" });
    expect(later!.normalized.along.loss).toBeLessThan(5);
  });

  it("Flat, and not learning: a loss of 2.3 and a smoothness like the other's", async () => {
    const [seen] = await shown("Flat, and not learning", 100);
    const { plain, normalized } = seen!;
    expect(plain.along.loss).toBeCloseTo(2.3, 1);
    expect(normalized.along.loss).toBeLessThan(1);
    expect(plain.smoothness! / normalized.smoothness!).toBeGreaterThan(0.5);
    expect(plain.smoothness! / normalized.smoothness!).toBeLessThan(2);
  });

  it("Batches of two: with batch norm the gradient is longer and changes more", async () => {
    for (const { plain, normalized } of await shown("Batches of two", 0, 5, 20)) {
      expect(normalized.along.gradientNorm).toBeGreaterThan(3 * plain.along.gradientNorm);
      expect(change(normalized)).toBeGreaterThan(3 * change(plain));
    }
  });

  it("Frozen: both landscapes are nearly the same", async () => {
    const [seen] = await shown("Frozen", 20);
    const { plain, normalized } = seen!;
    expect(normalized.along.loss / plain.along.loss).toBeCloseTo(1, 1);
    expect(Math.abs(width(normalized) / width(plain) - 1)).toBeLessThan(0.1);
    expect(Math.abs(change(normalized) / change(plain) - 1)).toBeLessThan(0.1);
  });
});
