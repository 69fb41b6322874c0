import { describe, expect, it } from "vitest";
import { ledger } from "./ledger.js";
import { contentOf, reports } from "./testing/content.js";

const text = ledger(contentOf(reports));

/** Tables, as rows of cells. */
const tables = text
  .split("\n\n")
  .map((paragraph) => paragraph.trim().split("\n"))
  .filter((lines) => lines[0]!.startsWith("|"))
  .map((lines) => lines.map((line) => line.split(/(?<!\\)\|/).slice(1, -1)));

describe("the ledger", () => {
  it("has tables whose rows are all as long as their head", () => {
    expect(tables.length).toBe(4);
    for (const [head, rule, ...rows] of tables) {
      expect(rule!.every((cell) => cell.trim() === "---")).toBe(true);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of [rule!, ...rows]) expect(row).toHaveLength(head!.length);
    }
  });

  it("has every claim in the summary and once below its work", () => {
    const [, summary, ...works] = tables;
    const idsOf = (rows: string[][]) => rows.slice(2).map(([id]) => id!.trim());
    const ids = reports.map(({ claim }) => claim.id);
    expect(idsOf(summary!)).toEqual(ids);
    expect(works.flatMap(idsOf)).toEqual(ids);
  });

  it("says how the claims came out, and why where they did not hold", () => {
    expect(text).toContain("**1 confirmed**, **1 refuted**, **1 undecided**, **1 failed**");
    expect(text).toContain("- IS15-9, refuted: The network is \\| shallower.");
    expect(text).toContain("- BJ18-1, undecided: The seeds differ.");
    expect(text).toContain("- BJ18-2, failed: The loss is \\<NaN> \\| here.");
    expect(text).toMatch(/accuracy, with − without: \+1\.50 \\\[\+1\.\d\d, \+1\.\d\d\\\] points/);
  });

  it("shows texts as they are", () => {
    expect(text).toContain("It is \\<faster> & \\*higher\\*: \\|a\\_b\\| \\~ 2, \\[c\\](d), of σ\\_B².");
    expect(text).toContain("| A figure only. |");
  });
});
