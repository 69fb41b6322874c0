import { describe, expect, it } from "vitest";
import { defaultSeeds, type Runs, workOf } from "../claim/claim.js";
import { works } from "../claim/works.js";
import { experiments } from "../runs/index.js";
import { sizes } from "../runs/run.js";
import { claims, requireClaims } from "./index.js";

/** The ledger: how many claims each work is tested for. */
const ledger = { IS15: 16, BJ18: 12, SA18: 10, DS20: 6, CB16: 4, NG17: 3, AS22: 5 };

describe("the claims", () => {
  it("are those of the ledger, and more", () => {
    const ids = claims.map(({ id }) => id as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [work, count] of Object.entries(ledger)) {
      for (let number = 1; number <= count; number++) expect(ids).toContain(`${work}-${number}`);
    }
  });

  it.each(claims.map((claim) => [claim.id, claim] as const))(
    "%s can be run at every size, and be judged",
    (_, claim) => {
      expect(works).toHaveProperty(workOf(claim));
      expect(Object.values(claim.measures).some(({ rule }) => rule !== undefined)).toBe(true);
      for (const size of sizes) {
        const runs = Object.entries(claim.runs(size) as Runs);
        expect(runs.length).toBeGreaterThan(0);
        expect(claim.setting[size].length).toBeGreaterThan(0);
        expect(defaultSeeds(claim, size)).toBeGreaterThanOrEqual(size === "smoke" ? 1 : 5);
        for (const [, { experiment, settings }] of runs) {
          expect(experiments.has(experiment), experiment).toBe(true);
          // A run is kept in a file and sent to another process: its settings must survive that.
          expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
          const { steps, every } = settings as { steps?: number; every?: number };
          if (steps !== undefined && every !== undefined) {
            for (const count of [steps, every]) {
              expect(Number.isInteger(count) && count >= 1, `${size}: ${steps} steps, every ${every}`).toBe(
                true,
              );
            }
          }
        }
      }
    },
  );

  it("are asked for by id, by work, or all", () => {
    expect(requireClaims(["all"])).toEqual(claims);
    expect(requireClaims(["is15-8", "IS15-8"]).map(({ id }) => id)).toEqual(["IS15-8"]);
    expect(requireClaims(["ds20"]).map(workOf)).toEqual(Array(ledger.DS20).fill("DS20"));
    expect(() => requireClaims(["IS15-99"])).toThrow(
      /There is no claim "IS15-99". Ioffe & Szegedy 2015 has IS15-1, /,
    );
    expect(() => requireClaims(["mnist"])).toThrow('There is no claim "mnist". There are IS15, BJ18, ');
  });
});
