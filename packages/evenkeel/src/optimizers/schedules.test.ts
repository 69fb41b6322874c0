import { describe, expect, it } from "vitest";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { rateAt, type Schedule, scheduleOf, schedules } from "./schedules.js";

/** Written by tools/golden/schedules.py: PyTorch's schedulers. */
const { cases } = golden<{ cases: (Schedule & { rates: number[] })[] }>("schedules.json");

/** The file's numbers are rounded to float32; ours are float64. */
const tolerance = { relative: 1e-7 };

const over = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => rateAt(schedule, step));

describe("schedules", () => {
  it.each(cases)("give PyTorch's rates: $type", ({ rates, ...schedule }) => {
    expectClose(over(schedule as Schedule, rates.length), rates, tolerance);
  });

  it("take the defaults of their papers and of PyTorch", () => {
    expect(schedules.oneCycle({ maximum: 0.1, steps: 20 })).toEqual({
      type: "oneCycle",
      maximum: 0.1,
      steps: 20,
      risingShare: 0.3,
      startDivisor: 25,
      finalDivisor: 1e4,
    });
    expect(schedules.cosine({ initial: 1, steps: 5 })).toEqual({
      type: "cosine",
      initial: 1,
      steps: 5,
      final: 0,
    });
    expect(schedules.step({ initial: 1, every: 5 })).toEqual({
      type: "step",
      initial: 1,
      every: 5,
      factor: 0.1,
    });
    expect(rateAt(schedules.exponential({ initial: 2, factor: 0.5 }), 3)).toBe(0.25);
    expect(rateAt(schedules.exponential({ initial: 2, factor: 0.25, every: 2 }), 3)).toBe(0.25);
    expect(scheduleOf(0.3)).toEqual({ type: "constant", rate: 0.3 });
    expect(rateAt(schedules.constant(0.3), 1e6)).toBe(0.3);
  });

  it("stay at their last rate after their steps", () => {
    const cosine = schedules.cosine({ initial: 1, steps: 10, final: 0.1 });
    expect([10, 11, 1000].map((step) => rateAt(cosine, step))).toEqual([0.1, 0.1, 0.1]);
    const cycle = schedules.oneCycle({ maximum: 1, steps: 10 });
    expectClose(over(cycle, 13).slice(9), new Array(4).fill(1 / 25 / 1e4), { relative: 1e-12 });
    const rising = schedules.oneCycle({ maximum: 1, steps: 10, risingShare: 1 });
    expect(rateAt(rising, 9)).toBe(1);
    expectClose([rateAt(rising, 10)], [1 / 25 / 1e4], { relative: 1e-12 });
  });

  it("give a rate at every step of a cycle, however short its rise", () => {
    for (const risingShare of [0, 0.05, 0.1, 0.2, 0.95, 1]) {
      for (const steps of [1, 2, 10, 20]) {
        const rates = over(schedules.oneCycle({ maximum: 1, steps, risingShare }), steps);
        expect(rates.every((rate) => rate > 0 && rate <= 1)).toBe(true);
      }
    }
    // A rise of one step of ten: it begins at the top.
    expect(rateAt(schedules.oneCycle({ maximum: 1, steps: 10, risingShare: 0.1 }), 0)).toBe(1);
  });
});

describe("warm-up", () => {
  const after = schedules.cosine({ initial: 0.5, steps: 10 });

  it("rises in a straight line, and joins what comes after it without a jump", () => {
    for (const from of [0, 0.1, 2]) {
      const warm = schedules.warmUp({ steps: 4, from, after });
      expectClose(
        over(warm, 5),
        [0, 0.25, 0.5, 0.75, 1].map((share) => from + share * (0.5 - from)),
        { absolute: 1e-15 },
      );
      expect(rateAt(warm, 4)).toBe(rateAt(after, 0));
      expect(over(warm, 20).slice(4)).toEqual(over(after, 16));
    }
  });

  it("leads to a number as well, and to a cycle", () => {
    const toNumber = schedules.warmUp({ steps: 2, after: 1 });
    expect(over(toNumber, 4)).toEqual([0, 0.5, 1, 1]);
    const cycle = schedules.oneCycle({ maximum: 1, steps: 10 });
    expect(rateAt(schedules.warmUp({ steps: 2, after: cycle }), 2 + 3)).toBe(rateAt(cycle, 3));
  });
});

describe("schedules refuse", () => {
  const rate = "The learning rate";
  const schedule = (type: string) => `The learning rate's schedule ${type}`;

  it.each<[string, string, () => unknown]>([
    [
      "a rate that is no number",
      `${rate} must be a finite number of at least 0, got NaN.`,
      () => schedules.constant(NaN),
    ],
    ["a rate below 0", `${rate} must be a finite number of at least 0, got -0.1.`, () => scheduleOf(-0.1)],
    [
      "an infinite rate",
      `${rate} must be a finite number of at least 0, got Infinity.`,
      () => schedules.warmUp({ steps: 3, after: Number.POSITIVE_INFINITY }),
    ],
    [
      "a text",
      `${rate} must be a number or made by schedules.cosine({...})`,
      () => scheduleOf("0.1" as never),
    ],
    [
      "a beginning below 0",
      `${schedule("cosine")}: initial must be a finite number of at least 0, got -1.`,
      () => schedules.cosine({ initial: -1, steps: 5 }),
    ],
    [
      "a start below 0",
      `${schedule("warmUp")}: from must be a finite number of at least 0, got -1.`,
      () => schedules.warmUp({ steps: 3, from: -1, after: 1 }),
    ],
    [
      "a factor that is no number",
      `${schedule("step")}: factor must be a finite number of at least 0, got NaN.`,
      () => schedules.step({ initial: 1, every: 2, factor: NaN }),
    ],
    [
      "no steps",
      `${schedule("cosine")}: steps must be a finite number above 0, got 0.`,
      () => schedules.cosine({ initial: 1, steps: 0 }),
    ],
    [
      "steps left out",
      `${schedule("cosine")}: steps must be a finite number above 0, got undefined.`,
      () => schedules.cosine({ initial: 1 } as never),
    ],
    [
      "a misspelt option",
      `${schedule("cosine")} has no "step". It has: initial, steps, final.`,
      () => schedules.cosine({ initial: 1, step: 3 } as never),
    ],
    [
      "every 0 steps",
      `${schedule("step")}: every must be a finite number above 0, got 0.`,
      () => schedules.step({ initial: 1, every: 0 }),
    ],
    [
      "a division by 0",
      `${schedule("oneCycle")}: startDivisor must be a finite number above 0, got 0.`,
      () => schedules.oneCycle({ maximum: 1, steps: 5, startDivisor: 0 }),
    ],
    [
      "a division by 0 at the end",
      `${schedule("oneCycle")}: finalDivisor must be a finite number above 0, got 0.`,
      () => schedules.oneCycle({ maximum: 1, steps: 5, finalDivisor: 0 }),
    ],
    [
      "a rise of more than all steps",
      `${schedule("oneCycle")}: risingShare must be between 0 and 1, got 1.5.`,
      () => schedules.oneCycle({ maximum: 1, steps: 5, risingShare: 1.5 }),
    ],
  ])("%s", (_, message, make) => {
    expect(make).toThrow(message);
  });
});
