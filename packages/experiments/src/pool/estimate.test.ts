import { describe, expect, it } from "vitest";
import { elapsed, estimate } from "./estimate.js";

const run = (experiment: string, seconds: number) => ({ experiment, seconds });

describe("the estimate of runs", () => {
  it("is the experiment's own before anything is known", () => {
    expect(estimate().of(run("training", 40))).toBeCloseTo(40);
  });

  it("follows what the runs of a kind have taken, and for other kinds what all have", () => {
    const known = estimate();
    known.learn(run("training", 1000), 2000);
    expect(known.of(run("training", 40))).toBeCloseTo(80, 0);
    expect(known.of(run("descent", 40))).toBeCloseTo(80, 0);
    known.learn(run("descent", 1000), 500);
    expect(known.of(run("training", 40))).toBeCloseTo(80, 0);
    expect(known.of(run("descent", 40))).toBeCloseTo(20, 0);
  });

  it("does not let one short run decide", () => {
    const known = estimate();
    known.learn(run("training", 0.1), 2);
    expect(known.of(run("training", 100))).toBeLessThan(200);
  });

  it("knows that runs wait for one another, and the last ends alone", () => {
    expect(elapsed([3, 3, 3, 3], 2)).toBe(6);
    expect(elapsed([1, 1, 10], 2)).toBe(11);
    expect(elapsed([], 4)).toBe(0);
  });
});
