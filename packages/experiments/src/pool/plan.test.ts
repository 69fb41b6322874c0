import { describe, expect, it } from "vitest";
import { claims as allClaims } from "../claims/index.js";
import { sizes } from "../runs/run.js";
import { plan } from "./plan.js";
import { claimOn } from "./testing/claims.js";

const names = (runs: readonly { name: string; seed: number }[]) =>
  runs.map(({ name, seed }) => `${name}/${seed}`);

describe("a plan", () => {
  it("has each run once, with the claims that need it", () => {
    const { runs, claims } = plan([claimOn("IS15-1", 10, 20), claimOn("IS15-2", 20, 30)], "smoke");
    expect(names(runs).sort()).toEqual(["run10/1", "run10/2", "run20/1", "run20/2", "run30/1", "run30/2"]);
    expect(runs.filter(({ name }) => name === "run20").map((run) => run.claims)).toEqual([
      ["IS15-1", "IS15-2"],
      ["IS15-1", "IS15-2"],
    ]);
    expect(claims[0]!.keys[1]!.run20).toBe(claims[1]!.keys[1]!.run20);
  });

  it("takes the claims in order, and the longest runs of each first", () => {
    const { runs } = plan([claimOn("IS15-1", 10, 2000), claimOn("IS15-2", 9000, 10)], "smoke", [7]);
    expect(names(runs)).toEqual(["run2000/7", "run10/7", "run9000/7"]);
    expect(runs[2]!.seconds).toBeGreaterThan(runs[0]!.seconds);
  });

  it("has the seeds that were asked for, else the claim's own", () => {
    const claim = { ...claimOn("IS15-1", 10), seeds: { laptop: 3 } };
    const seeds = (...rest: [] | [number[]]) => plan([claim], "laptop", ...rest).runs.map(({ seed }) => seed);
    expect(seeds()).toEqual([1, 2, 3]);
    expect(seeds([4, 9])).toEqual([4, 9]);
  });

  it("gives a run that a claim names twice one key", () => {
    const { runs, claims } = plan([claimOn("IS15-1", 10, 10)], "smoke", [1]);
    expect(runs).toHaveLength(1);
    expect(runs[0]!.claims).toEqual(["IS15-1"]);
    expect(Object.values(claims[0]!.keys[0]!)).toEqual([runs[0]!.key]);
  });

  it.each(sizes)("can be made of all claims there are, at size %s", (size) => {
    const { claims, runs } = plan(allClaims, size);
    expect(claims.map(({ claim }) => claim)).toEqual(allClaims);
    expect(new Set(runs.map(({ key }) => key)).size).toBe(runs.length);
    for (const { seconds } of runs) expect(seconds).toBeGreaterThan(0);
    const planned = new Set(runs.map(({ key }) => key));
    for (const key of claims.flatMap(({ keys }) => keys.flatMap((each) => Object.values(each)))) {
      expect(planned).toContain(key);
    }
  });
});
