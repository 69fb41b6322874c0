import { describe, expect, it } from "vitest";
import type { RunRecord } from "../compare/records.js";
import { resultsOf } from "../results/results.js";
import { run, runs, settings } from "../results/testing/records.js";
import { configurationOf } from "../runs/configuration.js";
import { reportPage } from "./page.js";

const page = (records: readonly RunRecord[]) =>
  reportPage({
    results: resultsOf(records, settings, 0.1135),
    records,
    configuration: configurationOf(settings, "a runtime"),
  });
const traced = (...losses: number[]) =>
  run("none", 1, [0.95], {
    trace: losses.map((loss, index) => ({
      step: index + 1,
      epoch: index + 1,
      seconds: index + 1,
      loss,
      accuracy: 1,
    })),
  });

describe("the report", () => {
  it("has room for a training whose loss becomes exactly 0", () => {
    const html = page([traced(0.5, 0.001, 0, 0)]);
    expect(html).toContain("Training loss");
    expect(html).not.toMatch(/NaN|Infinity/);
  });

  it("has room for losses that are all large", () => {
    expect(page([traced(80, 70, 60)])).not.toMatch(/NaN|Infinity/);
  });

  it("shows no curves where there are none: every training diverged at once", () => {
    const html = page(runs("none", [], { outcome: "diverged", divergence: { loss: "NaN", step: 3 } }));
    expect(html).toContain("diverged with 3 of 3 seeds");
    expect(html).not.toMatch(/Test accuracy|Training loss/);
    expect(html).not.toMatch(/NaN,|Infinity/);
  });
});
