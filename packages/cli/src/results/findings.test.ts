import { describe, expect, it } from "vitest";
import type { RunRecord } from "../compare/records.js";
import { resultsOf } from "./results.js";
import { run, runs, settings } from "./testing/records.js";

/** One answer for every image of MNIST's test set: it has 1135 ones. */
const baseline = 0.1135;

const findings = (records: readonly RunRecord[], given = settings) =>
  resultsOf(records, given, baseline).findings;
const text = (topic: string, records: readonly RunRecord[], given = settings) =>
  findings(records, given).find((finding) => finding.topic === topic)?.text;

describe("findings", () => {
  it("say that batch norm won, when it did", () => {
    const records = [
      ...runs("none", [0.92, 0.95, 0.972], { epochSeconds: 1 }),
      ...runs("before", [0.972, 0.975, 0.98], { epochSeconds: 1.3, offsets: [0, 0.0003, -0.0002] }),
    ];
    expect(text("accuracy", records)).toBe(
      "After 3 epochs without batch norm, test accuracy was 97.20 %; it was higher with batch norm before the activation (98.00 %, +0.80 ± 0.01 points).",
    );
    expect(text("time", records)).toBe(
      "Each epoch took 1.30 ± 0.00 times as long with batch norm before the activation; it needed 1 epoch instead of 3 for 97 %, so in seconds it won: 1.3 s against 3.0 s.",
    );
  });

  it("say that batch norm lost, when it did", () => {
    const records = [
      ...runs("none", [0.96, 0.972, 0.98], { epochSeconds: 1 }),
      ...runs("before", [0.972, 0.973, 0.974], { epochSeconds: 2.5, offsets: [0, 0.0003, -0.0002] }),
    ];
    expect(text("accuracy", records)).toMatch(/it was lower with batch norm before.*−0\.60/);
    expect(text("time", records)).toMatch(
      /2\.50 ± 0\.00 times as long.*1 epoch instead of 2 for 97 %, but in seconds it lost: 2\.5 s against 2\.0 s/,
    );
  });

  it("say when the seeds can't tell", () => {
    const records = [
      ...runs("none", [0.96, 0.97, 0.98], { offsets: [0.003, 0, -0.002] }),
      ...runs("before", [0.96, 0.97, 0.98], { offsets: [0, 0.003, -0.001] }),
    ];
    expect(text("accuracy", records)).toMatch(/3 seeds can't tell it apart from batch norm before/);
  });

  it("claim nothing from a single seed", () => {
    const records = [run("none", 1, [0.96, 0.97, 0.975]), run("before", 1, [0.97, 0.975, 0.98])];
    const given = { ...settings, seeds: [1] };
    expect(text("accuracy", records, given)).toMatch(/a single seed, which can't tell chance from effect/);
    expect(text("time", records, given)).toMatch(/with a single seed/);
  });

  it("give a range when times are too uneven to tell", () => {
    const none = [1, 2, 3].map((seed) => run("none", seed, [0.96, 0.97, 0.98], { epochSeconds: 1 }));
    const before = [0.7, 1.2, 3].map((epochSeconds, index) =>
      run("before", index + 1, [0.96, 0.97, 0.98], { epochSeconds }),
    );
    expect(text("time", [...none, ...before])).toMatch(
      /took between 0\.70 and 3\.00 times as long.*both needed 2 epochs for 97 %; in seconds the two can't be told apart.*The machine was busy or uneven/,
    );
    const alike = [0.98, 1.01, 1.03].map((epochSeconds, index) =>
      run("before", index + 1, [0.96, 0.97, 0.98], { epochSeconds }),
    );
    expect(text("time", [...none, ...alike])).toMatch(/between 0\.98 and 1\.03(?!.*busy)/);
  });

  it("say who reached the target, and who did not", () => {
    const slow = runs("none", [0.9, 0.92, 0.95]);
    expect(text("time", [...slow, ...runs("before", [0.95, 0.974, 0.98])])).toMatch(
      /it reached 97 % in 2 epochs \(2\.0 s\), without batch norm in no seed/,
    );
    expect(text("time", [...slow, ...runs("before", [0.91, 0.93, 0.96])])).toMatch(
      /neither it nor the network without reached 97 % in 3 epochs/,
    );
    const some = runs("before", [0.91, 0.93, 0.9699], { offsets: [0, 0.0004, -0.0003] });
    expect(text("time", [...slow, ...some])).toMatch(/reached 97 % in 1 of 3 seeds/);
  });

  it("report divergence and networks that learned nothing", () => {
    const diverged = runs("raw", [], {
      outcome: "diverged",
      divergence: { loss: "NaN", step: 8 },
    });
    const stuck = runs("raw", [0.1135, 0.1135, 0.1135], { offsets: [0, 0, 0] });
    const none = runs("none", [0.92, 0.95, 0.97]);
    const given = { ...settings, variants: ["none" as const, "raw" as const] };
    expect(text("input", [...none, ...diverged], given)).toBe(
      "With raw pixels and no batch norm, the network diverged with every seed (the loss became NaN at step 8).",
    );
    expect(text("input", [...none, ...stuck], given)).toMatch(/learned nothing: 11\.35 %/);
    const poor = runs("raw", [0.1135, 0.13, 0.14]);
    expect(text("input", [...none, ...poor], given)).toMatch(/the network ended at 14\.00 %/);
  });

  it("tell seeds that diverged from the others", () => {
    const given = { ...settings, variants: ["raw" as const] };
    const diverged = (seed: number, step: number, loss: "NaN" | "infinite" = "NaN") =>
      run("raw", seed, [], { outcome: "diverged", divergence: { loss, step } });
    const end = (...records: RunRecord[]) => text("input", records, given)!.split("the network ")[1];
    expect(end(diverged(1, 11), diverged(2, 8), run("raw", 3, [0.1, 0.1135]))).toBe(
      "diverged with 2 of 3 seeds (the loss became NaN at steps 8 and 11) and learned nothing with the other (11.35 %).",
    );
    expect(end(diverged(1, 8), diverged(2, 4, "infinite"), run("raw", 3, [0.9, 0.95]))).toBe(
      "diverged with 2 of 3 seeds (the loss became NaN at step 8 and infinite at step 4) and ended at 95.00 % with the other.",
    );
    expect(end(diverged(1, 8), run("raw", 2, [0.1]), run("raw", 3, [0.9]))).toMatch(
      /diverged with 1 of 3 seeds .* and learned nothing with 1 of the other 2\.$/,
    );
    expect(end(...[9, 2, 3, 4, 5].map((step, index) => diverged(index + 1, step)))).toBe(
      "diverged with every seed (the loss became NaN at steps 2 to 9).",
    );
  });

  it("hold when the plain network is the one that fails", () => {
    const diverged = runs("none", [], { outcome: "diverged", divergence: { loss: "NaN", step: 3 } });
    expect(text("accuracy", [...diverged, ...runs("before", [0.97, 0.975, 0.98])])).toBe(
      "The network without batch norm diverged with every seed (the loss became NaN at step 3). Batch norm before the activation ended at 98.00 %.",
    );
  });

  it("compare placements and the bias by pairs of seeds", () => {
    const given = { ...settings, variants: ["after", "before", "before-no-bias"] as const };
    const records = [
      ...runs("after", [0.97, 0.975, 0.982]),
      ...runs("before", [0.97, 0.975, 0.98], { offsets: [0, 0.0003, -0.0002] }),
      ...runs("before-no-bias", [0.97, 0.975, 0.98], { offsets: [0.0002, 0, -0.0003] }),
    ];
    expect(text("placement", records, { ...given, variants: [...given.variants] })).toMatch(
      /^Batch norm after the activation ended higher than before it \(\+0\.20.*; whether the bias before batch norm does anything can't be told/,
    );
  });

  it("take every variant at its best of several rates", () => {
    const given = { ...settings, learningRates: [0.1, 0.5] };
    const records = [
      ...runs("none", [0.9, 0.95, 0.96], { learningRate: 0.1 }),
      ...runs("before", [0.9, 0.95, 0.98], { learningRate: 0.1 }),
      ...runs("none", [0.9, 0.95, 0.975], { learningRate: 0.5 }),
      ...runs("before", [0.9, 0.95, 0.97], { learningRate: 0.5 }),
    ];
    expect(text("best rates", records, given)).toMatch(
      /chosen on the test set: before activation 98\.00 % ± 0\.04 \(rate 0\.1\); no batch norm 97\.50 % ± 0\.04 \(rate 0\.5\)/,
    );
  });

  it("say nothing about what was not trained", () => {
    expect(findings([], settings)).toEqual([]);
    expect(findings(runs("before", [0.97, 0.975, 0.98]), { ...settings, variants: ["before"] })).toEqual([]);
  });
});
