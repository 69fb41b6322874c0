import { describe, expect, it } from "vitest";
import { continued, emptyHistory, type Update } from "./history.ts";
import type { Inside, Look } from "./looks.ts";

const lookAt = (step: number): Look => ({
  step,
  seconds: step,
  test: { loss: 1, accuracy: 0.5 },
  modes: undefined,
  layers: [],
  input: undefined,
  gradientNorms: [],
  weightNorms: [],
});
const inside: Inside = { preactivations: [], weights: [] };

const update = (before: number, steps: number, looking: boolean): Update => ({
  before,
  steps,
  networks: [
    {
      measures: Array.from({ length: steps - before }, () => ({ loss: 1, accuracy: 0.5, seconds: 1 })),
      ...(looking && { look: { look: lookAt(steps), inside } }),
      end: undefined,
      warnings: [],
    },
  ],
});

describe("a history", () => {
  it("goes on with every update, and leaves the one before as it was", () => {
    const first = continued(emptyHistory(1), update(0, 5, true));
    const second = continued(first, update(5, 8, false));
    expect(second.steps).toBe(8);
    expect(second.networks[0]!.trace.points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(second.networks[0]!.looks.map(({ step }) => step)).toEqual([5]);
    expect(second.networks[0]!.inside).toBe(inside);
    expect(first.networks[0]!.trace.points).toHaveLength(5);
  });

  it("has one look for each step that was looked at", () => {
    const once = continued(emptyHistory(1), update(0, 5, true));
    const twice = continued(once, update(5, 5, true));
    expect(twice.networks[0]!.looks).toHaveLength(1);
  });

  it("keeps the first look, the last one, and between them not too many, spread evenly", () => {
    let history = emptyHistory(1);
    for (let step = 0; step <= 5000; step += 10) {
      history = continued(history, update(Math.max(0, step - 10), step, true));
    }
    const steps = history.networks[0]!.looks.map(({ step }) => step);
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(5000);
    expect(steps.length).toBeLessThanOrEqual(240);
    const gaps = steps.slice(1).map((step, index) => step - steps[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * Math.min(...gaps));
  });
});
