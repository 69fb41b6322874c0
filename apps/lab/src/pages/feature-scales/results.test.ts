import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { formResults, labelOf, lossPlot, summaryOf } from "./results.ts";
import { type DescentsRequest, serve } from "./service.ts";

const request: DescentsRequest = {
  ranges: [
    [2, 24],
    [0, 1000],
  ],
  seed: 1,
  start: [-0.5, 1.5],
  steps: 30,
  rates: { raw: 0.1, standardized: 0.1, batchNormalized: 0.001 },
  learned: false,
};

const resultsOf = async (asked: DescentsRequest) =>
  formResults(asked, await serve({ runtime: nodeRuntime({ threads: 1 }) }).descents(asked));

describe("the results", () => {
  it("say what came of each form", async () => {
    const results = await resultsOf(request);
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(["diverged", "converged", "underway"]);
    expect(summaryOf(results)).toMatch(
      /^Raw features: Diverged at step 1\. Standardised: Converged at step \d+\. Batch norm as input layer: Not there after 30 steps, loss 1\.\d+\.$/,
    );
    expect(labelOf(results[0]!)).toMatch(
      /condition number 3,\d+,000\. Gradient descent from −0\.5 and 1\.5 at the rate 0\.1, where rates up to 2\.\d+×10⁻⁶ are stable\. Diverged at step 1\.$/,
    );
    expect(results.map(({ isQuadratic }) => isQuadratic)).toEqual([true, true, true]);
    expect((await resultsOf({ ...request, learned: true })).map(({ isQuadratic }) => isQuadratic)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("are drawn step by step, with the step that is shown", async () => {
    const results = await resultsOf(request);
    const { marks, y } = lossPlot(results, 7);
    const lengths = marks.flatMap((mark) => (mark.type === "line" ? [mark.points.length] : []));
    expect(lengths[0]).toBeLessThan(8);
    expect(lengths.slice(1)).toEqual([31, 31]);
    expect(y.domain![1]).toBeGreaterThan(results[0]!.shares[0]!);
    expect(marks).toContainEqual({ type: "rule", axis: "x", at: 7 });
    expect(lossPlot(results).marks.filter(({ type }) => type === "rule")).toHaveLength(1);
  });
});
