import { readFileSync } from "node:fs";
import type { ClaimRecord } from "evenkeel-experiments";
import { claims } from "evenkeel-experiments";
import { describe, expect, it } from "vitest";
import { type Offer, obstacleOf, offerAt, offersOf, offerText } from "./offers.ts";

const records = claims.map(
  ({ id }): ClaimRecord =>
    JSON.parse(readFileSync(new URL(`../../../public/claims/${id}.json`, import.meta.url), "utf8")),
);
const idsWith = (has: (offers: Offer[], record: ClaimRecord) => boolean) =>
  records.filter((record) => has(offersOf(record), record)).map(({ id }) => id);

describe("what can be run in a browser", () => {
  it("is something of every claim, with the data that the lab brings along", () => {
    expect(idsWith((offers) => offers.length === 0)).toEqual([]);
    const needsMore = idsWith((offers, { costs }) =>
      offers.some(({ size }) => costs[size].data.some((name) => name !== "mnist")),
    );
    expect(needsMore).toEqual([]);
  });

  it("is to the verdict what is small, all seeds as on the laptop", () => {
    const whole = idsWith((offers) => offers.some(({ size }) => size === "laptop"));
    expect(whole).toEqual([
      ...["IS15-1", "IS15-2", "IS15-3", "IS15-4", "IS15-5", "IS15-6", "IS15-7", "BJ18-11", "SA18-9"],
      ...["NG17-2", "NG17-4", "NG17-5", "AS22-3", "AS22-4", "AS22-5", "AS22-6", "AS22-10", "AS22-12"],
    ]);
    for (const record of records) {
      const laptop = offersOf(record).find(({ size }) => size === "laptop");
      if (laptop) expect(laptop).toMatchObject({ seeds: 5, decides: true });
      expect(obstacleOf(record) === undefined, record.id).toBe(laptop !== undefined);
    }
  });

  it("decides nothing with two seeds, but of identities", () => {
    const deciding = idsWith((offers) => offers.some(({ size, decides }) => size === "smoke" && decides));
    expect(deciding).toEqual(["AS22-10"]);
  });

  it("says why no more can be run", () => {
    const obstacle = (id: string) => obstacleOf(records.find((record) => record.id === id)!);
    expect(obstacle("BJ18-4")).toContain("CIFAR-10");
    expect(obstacle("IS15-8")).toMatch(/^At size laptop, a browser would take about \d+ min\.$/);
    expect(obstacle("IS15-1")).toBeUndefined();
  });

  it("is taken at the size that is asked for, where there is a choice", () => {
    const offer = (size: "laptop" | "smoke", seconds: number): Offer => ({
      size,
      seconds,
      seeds: 5,
      runs: 5,
      decides: true,
    });
    const both = [offer("laptop", 62), offer("smoke", 3.2)];
    expect(offerAt(both, "smoke")).toBe(both[1]);
    expect(offerAt(both.slice(1), "laptop")).toBe(both[1]);
    expect(offerAt([], "laptop")).toBeUndefined();
    expect(both.map(offerText)).toEqual(["laptop, 5 seeds, about 60 s", "smoke, 5 seeds, about 4 s"]);
  });
});
