import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { tableWithin } from "./table.js";

const head = ["claim", "", "measured", "effect"];
const rows = [
  ["IS15-1", "a short title", "a phrase that is rather long and says what was measured", "2.31×"],
  ["IS15-10", "a title that is somewhat longer than that", "accuracy", "+0.80 points"],
];
const lines = (width: number) => stripVTControlCharacters(tableWithin(width, head, rows, [1, 2])).split("\n");

describe("a table with words", () => {
  it.each([80, 100, 140])("fits into %i columns, and all of its words are there", (width) => {
    const text = lines(width);
    expect(Math.max(...text.map((line) => line.length))).toBeLessThanOrEqual(width);
    for (const word of rows.flat().join(" ").split(" ")) expect(text.join("\n")).toContain(word);
  });

  it("breaks no line where there is room", () => {
    expect(lines(200)).toHaveLength(rows.length + 4);
    expect(lines(80).length).toBeGreaterThan(rows.length + 4);
  });

  it("sets numbers to the right", () => {
    expect(lines(200)[3]).toMatch(/ {2}2\.31× │$/);
  });
});
