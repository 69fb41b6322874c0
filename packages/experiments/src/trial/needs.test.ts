import { describe, expect, it } from "vitest";
import { claims, requireClaims } from "../claims/index.js";
import { plan } from "../pool/plan.js";
import { costOf } from "./needs.js";

describe("the cost of a claim", () => {
  it.each(["smoke", "laptop"] as const)("is that of the runs that a test at size %s plans", (size) => {
    for (const claim of claims) {
      const {
        runs,
        claims: [planned],
      } = plan([claim], size);
      const cost = costOf(claim, size);
      expect([cost.seeds, cost.runs], claim.id).toEqual([planned!.seeds.length, runs.length]);
      expect(cost.seconds).toBeCloseTo(runs.reduce((sum, { seconds }) => sum + seconds, 0));
    }
  });

  it("names the data sets", () => {
    const [identity, curves, networks] = requireClaims(["IS15-1", "IS15-8", "BJ18-4"]);
    expect(costOf(identity!, "laptop").data).toEqual([]);
    expect(costOf(curves!, "laptop").data).toEqual(["mnist"]);
    expect(costOf(networks!, "laptop").data).toEqual(["cifar10"]);
    expect(costOf(networks!, "smoke").data).toEqual(["mnist"]);
  });
});
